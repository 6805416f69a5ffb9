import type { GorillaSocket } from './gorilla-socket.ts';

/** Deals with one message; a promise means that nothing more is to be read before it resolves. */
export type TakeBytes = (bytes: Uint8Array) => Promise<void> | undefined;

/**
 * The one reader of a tunnel: it reads on once a message has been put where its connection takes it.
 * kubeedge v1.6.1 edge/pkg/edgestream/tunnel.go Serve
 */
export class TunnelReader {
  readonly #socket: GorillaSocket;
  readonly #take: TakeBytes;
  readonly #onBlocked: (state: 'begins' | 'ends') => void;
  readonly #unread: Uint8Array[] = [];
  #blocked: Promise<void> | undefined;

  constructor(socket: GorillaSocket, take: TakeBytes, onBlocked: (state: 'begins' | 'ends') => void) {
    this.#socket = socket;
    this.#take = take;
    this.#onBlocked = onBlocked;
    socket.on('message', (bytes) => {
      this.#unread.push(bytes as Uint8Array);
      this.#read();
    });
  }

  /** Resolves when it reads, or `signal` aborts. */
  async reading(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (this.#blocked !== undefined && !signal.aborted) await Promise.race([this.#blocked, aborted]);
  }

  #read(): void {
    while (this.#blocked === undefined) {
      const bytes = this.#unread.shift();
      if (bytes === undefined) break;
      const full = this.#take(bytes);
      if (full !== undefined) this.#hold(full);
    }
    if (this.#blocked === undefined && this.#socket.isPaused) this.#socket.resume();
  }

  #hold(full: Promise<void>): void {
    this.#socket.pause();
    this.#onBlocked('begins');
    this.#blocked = full.then(() => {
      this.#blocked = undefined;
      this.#onBlocked('ends');
      this.#read();
    });
  }
}
