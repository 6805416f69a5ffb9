import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const BUILT = join(HERE, '../node_modules/.cache/conformance');
const BUILD_MS = 30 * 60_000;

/** The releases there are programs of, the oldest first. */
export function releases(): string[] {
  const numbers = (tag: string) => tag.slice(1).split('.').map(Number);
  return readdirSync(HERE)
    .filter((name) => /^v\d/.test(name) && existsSync(join(HERE, name, 'go.mod')))
    .sort((a, b) => {
      const [of, against] = [numbers(a), numbers(b)];
      const at = of.findIndex((number, index) => number !== against[index]);
      return (of[at] ?? 0) - (against[at] ?? 0);
    });
}

/** The version of the Go on this machine, e.g. `1.26.8`. @throws where there is none */
export async function goVersion(): Promise<string> {
  const { stdout } = await run('go', ['env', 'GOVERSION']);
  return stdout.trim().replace(/^go/, '');
}

/**
 * Builds the programs of a folder of Go and gives the folder they are in. Without cgo: nothing here uses the SQLite
 * that upstream's edge brings along, and no C compiler is asked for.
 */
export async function buildGo(name: string): Promise<string> {
  const into = join(BUILT, name);
  mkdirSync(into, { recursive: true });
  await run('go', ['build', '-o', `${into}/`, './...'], {
    cwd: join(HERE, name),
    env: { ...process.env, CGO_ENABLED: '0' },
    timeout: BUILD_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return into;
}
