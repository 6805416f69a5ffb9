#!/usr/bin/env node
// The command as a process: signals, streams, keys, exit code. What it does is in cli.ts.
import { once } from 'node:events';
import { enableCompileCache } from 'node:module';
import { text as textOf } from 'node:stream/consumers';
import { exitCodes, type Io } from './commands/io.ts';

// Before the rest is loaded: compiled code is kept in Node's folder for it, or where NODE_COMPILE_CACHE says;
// NODE_DISABLE_COMPILE_CACHE=1 switches it off.
enableCompileCache();
const { main } = await import('./cli.ts');

const CTRL_C = 3;

const stop = new AbortController();
// `… | head` closes the pipe: what is left to say has no reader.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok);
});
const io: Io = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  columns: process.stdout.columns ?? 160,
  input: () => textOf(process.stdin),
  ...(process.stdin.isTTY ? { key: pressedKey } : {}),
  catchSignals() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(signal));
  },
  colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  errorIsTerminal: process.stderr.isTTY === true,
};
process.exitCode = await main(process.argv.slice(2), io, stop.signal);
// What a run gave up may still have sockets and timers.
if (stop.signal.aborted) process.exit();

/** Resolves at the next key; Ctrl-C ends the process as it does elsewhere. */
async function pressedKey(): Promise<void> {
  const { stdin } = process;
  stdin.setRawMode(true).resume();
  const [key] = (await once(stdin, 'data')) as [Buffer];
  stdin.setRawMode(false).pause();
  if (key[0] === CTRL_C) process.kill(process.pid, 'SIGINT');
}
