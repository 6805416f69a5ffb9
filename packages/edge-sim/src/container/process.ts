import type { Container } from './container.ts';
import type { ByteSink, ByteSource } from './pipe.ts';
import type { Terminal } from './terminal.ts';

export const SIGINT = 2;
export const SIGKILL = 9;
export const SIGPIPE = 13;
/** What a shell reports of a process that was ended by a signal is this much more than the signal. */
export const SIGNALLED = 128;

/** A process is ended by a signal: the reason of its abort signal. */
export class Killed extends Error {
  override readonly name = 'Killed';
  readonly by: number;
  constructor(by: number) {
    super(`killed by signal ${by}`);
    this.by = by;
  }
}

/** What a process inherits from the one that starts it. */
export interface Inherited {
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Aborted with {@link Killed}. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal | undefined;
}

/** A process as the code of its command sees it. */
export interface Process extends Inherited {
  readonly container: Container;
  readonly pid: number;
  /** With the name it was called by. */
  readonly argv: readonly string[];
}

/** The code of a command; resolves with its exit code. @throws Killed, BrokenPipe */
export type Command = (process: Process) => Promise<number>;

const encoder = new TextEncoder();

export function print({ stdout, signal }: Process, text: string): Promise<void> {
  return stdout.write(encoder.encode(text), signal);
}

/** Says what went wrong, `name: text`, and returns the exit code. */
export async function fail(process: Process, text: string, code = 1): Promise<number> {
  const name = (process.argv[0] ?? '').replace(/^.*\//, '');
  await process.stderr.write(encoder.encode(`${name}: ${text}\n`), process.signal);
  return code;
}

/** What a process may hold in memory; one that wants more is killed, as by its cgroup's limit. */
export const MEMORY_BYTES_MAX = 16 * 2 ** 20;

/** The next line with its newline; undefined at the end. What follows it stays unread. @throws Killed when it is too long */
export async function readLine(source: ByteSource, signal: AbortSignal): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const chunk = await source.read(signal);
    if (chunk === undefined) return parts.length === 0 ? undefined : Buffer.concat(parts).toString();
    const end = chunk.indexOf(0x0a) + 1;
    if (end === 0) {
      parts.push(chunk);
      bytes += chunk.length;
      if (bytes > MEMORY_BYTES_MAX) throw new Killed(SIGKILL);
      continue;
    }
    source.unread(chunk.subarray(end));
    return Buffer.concat([...parts, chunk.subarray(0, end)]).toString();
  }
}
