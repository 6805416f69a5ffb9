/** Whoever read has gone; a process that writes on is ended by SIGPIPE. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
  constructor() {
    super('Broken pipe');
  }
}

/** Where a process reads from. */
export interface ByteSource {
  /** The next bytes, undefined at the end. Rejects with the signal's reason. */
  read(signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Puts back what was read too far. */
  unread(bytes: Uint8Array): void;
  /** Nothing more is read. */
  close(): void;
}

/** Where a process writes to. */
export interface ByteSink {
  /** Resolves when there is room for more. @throws BrokenPipe, the signal's reason, FileError */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Nothing more is written. */
  end(): void;
}

/** Linux's size of a pipe. */
const PIPE_BYTES = 65_536;

/** Bytes from a writer to a reader; the writer waits while a pipe's worth of them is unread. */
export class Pipe implements ByteSource, ByteSink {
  /** `undefined` is an end that a terminal gives once. */
  #chunks: (Uint8Array | undefined)[] = [];
  #bytes = 0;
  #ended = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    if (this.#closed) throw new BrokenPipe();
    if (bytes.length > 0 && !this.#ended) this.#put(bytes);
    while (this.#bytes >= PIPE_BYTES && !this.#ended) {
      await this.#change(signal);
      if (this.#closed) throw new BrokenPipe();
    }
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** One read finds the end, the next waits again. */
  endOnce(): void {
    this.#chunks.push(undefined);
    this.#wake();
  }

  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#chunks.length > 0) {
        const chunk = this.#chunks.shift();
        this.#bytes -= chunk?.length ?? 0;
        this.#wake();
        return chunk;
      }
      if (this.#ended) return undefined;
      await this.#change(signal);
    }
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.unshift(bytes);
    this.#bytes += bytes.length;
  }

  close(): void {
    this.#closed = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wake();
  }

  #put(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', stop);
        outcome();
      };
      const wake = settle(resolve);
      const stop = settle(() => reject(signal.reason));
      this.#waiting.add(wake);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

/** A source that is at its end. */
export const nothing: ByteSource = {
  read: async () => undefined,
  unread: () => {},
  close: () => {},
};

/** /dev/null as a sink. */
export const discard: ByteSink = { write: async () => {}, end: () => {} };
