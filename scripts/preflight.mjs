// Runs before the command and before the tests, as plain JavaScript that an old Node can read: with one, the
// first TypeScript file would end in ERR_UNKNOWN_FILE_EXTENSION, which tells a newcomer nothing.
import * as nodeModule from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const MAJOR_MIN = 24;

if (Number.parseInt(process.versions.node, 10) < MAJOR_MIN) {
  process.stderr.write(
    `kubeedge-sim needs Node ${MAJOR_MIN} or newer and found ${process.versions.node} (${process.execPath}). ` +
      'On Linux x64 and arm64 the install brings its own; elsewhere put a newer Node first on PATH.\n',
  );
  process.exit(1);
}

// Types are stripped at every start; the cache keeps the stripped and compiled code and halves the start-up time.
// NODE_COMPILE_CACHE, where set, names the folder instead, and NODE_DISABLE_COMPILE_CACHE=1 switches it off.
nodeModule.enableCompileCache(
  process.env.NODE_COMPILE_CACHE ??
    fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url)),
);
