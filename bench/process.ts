// Both ends of a process that a benchmark starts: the parent asks it by name, the process answers.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a process has used until now. */
export interface Usage {
  /** Seconds of CPU, user and system. */
  cpuSeconds: number;
  rssBytes: number;
}

/** A process of a benchmark. Disposing it ends it. */
export interface BenchProcess extends AsyncDisposable {
  /** Calls what the process serves under `name`. @throws Error with the process's own error text */
  call<Answer>(name: string, argument?: unknown): Promise<Answer>;
  usage(): Promise<Usage>;
}

/** What a process serves, by name; arguments and answers are copied from one process to the other. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

type Ask = { id: number; name: string; argument: unknown };
type Answer = { id: number; error?: string; answer?: unknown };

/** Starts `file` (which calls {@link serveCalls}); `nodeArguments` go to its Node. */
export function startProcess(file: URL, nodeArguments: readonly string[] = []): BenchProcess {
  const child = fork(file, { serialization: 'advanced', execArgv: [...process.execArgv, ...nodeArguments] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  child.on('message', ({ id, error, answer }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  });
  child.once('exit', (code) => {
    const error = new Error(`${file.pathname} ended with code ${code} while it was asked something.`);
    for (const asked of waiting.values()) asked.reject(error);
  });
  const call = <T>(name: string, argument?: unknown) => {
    const asked = Promise.withResolvers<unknown>();
    waiting.set(++lastId, asked);
    const ask: Ask = { id: lastId, name, argument };
    child.send(ask);
    return asked.promise as Promise<T>;
  };
  return { call, usage: () => call('usage'), [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exited;
}

/** Serves calls until the parent lets go; then `dispose` is awaited and the process ends. */
export function serveCalls(calls: Calls, dispose: () => PromiseLike<void> | void = () => {}): void {
  process.on('message', ({ id, name, argument }: Ask) => {
    answer(calls, name, argument).then(
      (value) => process.send?.({ id, answer: value } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: textOf(error) } satisfies Answer),
    );
  });
  process.once('disconnect', () => {
    void Promise.resolve(dispose()).finally(() => process.exit());
  });
}

async function answer(calls: Calls, name: string, argument: unknown): Promise<unknown> {
  if (name === 'usage') {
    const { user, system } = process.cpuUsage();
    return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() } satisfies Usage;
  }
  const serve = calls[name];
  if (serve === undefined) throw new Error(`Nothing is served here under ${name}.`);
  return serve(argument as never);
}

const textOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
