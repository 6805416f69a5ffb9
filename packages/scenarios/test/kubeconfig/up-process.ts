import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '../../src/bin.ts');

/** `up` as a process of its own. */
export interface UpProcess {
  readonly child: ChildProcess;
  /** What it has printed so far, on both streams. */
  text(): string;
  /** Ends it as Ctrl-C does; resolves with its exit code. */
  interrupt(): Promise<number>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
}

/** `up --kubeconfig`, see {@link startPlainUp}. */
export const startUp = (kubeconfig: string, args: readonly string[] = [], wrap: readonly string[] = []) =>
  startPlainUp(['--kubeconfig', kubeconfig, ...args], wrap);

/** Resolves when it serves, or rejects with what it has printed instead. */
export async function startPlainUp(
  args: readonly string[],
  wrap: readonly string[] = [],
): Promise<UpProcess> {
  const [file = '', ...words] = [...wrap, process.execPath, CLI, 'up', ...args];
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const exited = once(child, 'exit') as Promise<[number]>;
  const { promise: serving, resolve: serve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('Serving')) serve();
    });
  }
  const ended = exited.then(([code]) => {
    throw new Error(`up has ended with ${code}: ${lines.join('\n')}`);
  });
  ended.catch(() => {});
  await Promise.race([serving, ended]);
  return {
    child,
    text: () => lines.join('\n'),
    async interrupt() {
      child.kill('SIGINT');
      return (await exited)[0];
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
