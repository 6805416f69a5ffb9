import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';

const START_MS = 15_000;
const POLL_MS = 20;
const LOG_KEPT_CHARACTERS = 20_000;

/** A program of the real KubeEdge that runs. It ends with its standard input, so also when this process is killed. */
export class RealProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(program: string, options: Readonly<Record<string, string>>) {
    const flags = Object.entries(options).map(([name, value]) => `-${name}=${value}`);
    this.#child = spawn(program, flags, { stdio: ['pipe', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_KEPT_CHARACTERS);
    });
  }

  static start(program: string, options: Readonly<Record<string, string>>): RealProcess {
    return new RealProcess(program, options);
  }

  /** The end of what it printed. */
  get log(): string {
    return this.#log;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with whether it ended by itself in time. */
  async ended(limitMs = 4_000): Promise<boolean> {
    if (!this.running) return true;
    const timer = AbortSignal.timeout(limitMs);
    await once(this.#child, 'exit', { signal: timer }).catch(() => {});
    return !this.running;
  }

  /** Resolves when it accepts connections on a port of the loopback. */
  async listening(port: number): Promise<void> {
    const limit = Date.now() + START_MS;
    while (!(await accepts(port))) {
      if (!this.running || Date.now() > limit) {
        throw new Error(`Waited for a program to listen on ${port}, found:\n${this.#log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.running) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
