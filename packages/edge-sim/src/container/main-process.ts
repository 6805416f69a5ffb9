import type { ContainerLog } from '../machine/container-log.ts';
import type { OutputSink, ProcessStream, StreamRequest } from '../machine/container-process.ts';
import type { ContainerRecord } from '../machine/container-record.ts';
import type { Container } from './container.ts';
import { BrokenPipe, type ByteSink, Pipe } from './pipe.ts';
import { type Inherited, Killed } from './process.ts';
import { findCommand } from './spawn.ts';
import { Terminal } from './terminal.ts';

/** Who has joined, and takes the output. */
type Listener = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void> | undefined;

/**
 * The main process of a container as those see it who join it: what its log source prints from then on. Where the
 * container has a stdin and its command is one that is simulated, that command runs as well, from the first who joins.
 */
export class MainProcess {
  readonly #container: Container;
  readonly #record: ContainerRecord;
  readonly #log: ContainerLog;
  readonly #ending: AbortSignal;
  /** Each with what sends it away. */
  readonly #listeners = new Map<Listener, AbortController>();
  #stdin: Terminal | Pipe | undefined;

  constructor(container: Container, record: ContainerRecord, log: ContainerLog, ending: AbortSignal) {
    this.#container = container;
    this.#record = record;
    this.#log = log;
    this.#ending = ending;
  }

  attach(wants: StreamRequest, output: OutputSink): ProcessStream {
    const leaving = new AbortController();
    const signal = AbortSignal.any([leaving.signal, this.#ending]);
    const listener: Listener = (stream, bytes) =>
      !signal.aborted && wants[stream] ? output(stream, bytes) : undefined;
    this.#listeners.set(listener, leaving);
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true });
    const stdin = wants.stdin && this.#record.stdin ? this.#input() : undefined;
    return {
      closed: this.#follow(listener, signal),
      exitCode: async () => undefined,
      async write(bytes) {
        const taken = stdin instanceof Terminal ? stdin.type(bytes, signal) : stdin?.write(bytes, signal);
        // Nobody reads any more.
        await taken?.catch(() => {});
      },
      // moby v20.10.24 container/stream/attach.go CopyStreams: the end of the input ends the output.
      end() {
        if (stdin !== undefined) leaving.abort();
      },
      resize(size) {
        if (stdin instanceof Terminal) stdin.size = size;
      },
      leave: () => leaving.abort(),
    };
  }

  async #follow(listener: Listener, signal: AbortSignal): Promise<void> {
    for await (const { stream, bytes } of this.#log.read({ tail: 0, follow: true, signal })) {
      await listener(stream, bytes);
    }
  }

  /** What the process reads from; started where it does not run. */
  #input(): Terminal | Pipe {
    if (this.#stdin !== undefined) return this.#stdin;
    const tell = async (stream: 'stdout' | 'stderr', bytes: Uint8Array) => {
      await Promise.all([...this.#listeners.keys()].map(async (listener) => listener(stream, bytes)));
    };
    const stdin = this.#record.tty ? new Terminal((bytes) => tell('stdout', bytes)) : new Pipe();
    this.#stdin = stdin;
    const sink = (stream: 'stdout' | 'stderr'): ByteSink => ({
      write: async (bytes, signal) => {
        signal.throwIfAborted();
        await tell(stream, bytes);
        signal.throwIfAborted();
      },
      end: () => {},
    });
    const terminal = stdin instanceof Terminal ? stdin : undefined;
    const interrupt = new AbortController();
    terminal?.foreground.push(interrupt);
    void this.#run({
      env: new Map([...this.#container.env, ...(terminal ? ([['TERM', 'xterm']] as const) : [])]),
      cwd: '/',
      stdin: stdin instanceof Terminal ? stdin.input : stdin,
      stdout: terminal ?? sink('stdout'),
      stderr: terminal ?? sink('stderr'),
      signal: AbortSignal.any([interrupt.signal, this.#ending]),
      terminal,
    });
    return stdin;
  }

  /** Its end restarts the container in a cluster; here it is started again for the next who joins. */
  async #run(inherited: Inherited): Promise<void> {
    const argv = this.#record.command;
    const command = findCommand(this.#container, argv[0] ?? '', '/');
    if (typeof command !== 'string') {
      try {
        await command({ ...inherited, container: this.#container, pid: 1, argv });
      } catch (error) {
        if (!(error instanceof Killed) && !(error instanceof BrokenPipe)) throw error;
      }
    } else {
      // An image's own program reads what is typed, and says nothing of it.
      while (!inherited.signal.aborted) {
        const typed = await inherited.stdin.read(inherited.signal).catch(() => undefined);
        if (typed === undefined) break;
      }
    }
    inherited.stdin.close();
    this.#stdin = undefined;
    for (const leaving of this.#listeners.values()) leaving.abort();
  }
}
