/** So many pieces are made one, that a client of tiny frames costs no more memory than its bytes. */
const PIECES_MAX = 256;

/** Hands input over in order, one piece at a time, and then its end. */
export class InputQueue {
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #done: (bytes: number) => void;
  readonly #finish: () => void;
  #gathered: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];
  #ended = false;
  #busy = false;

  /** `done` is told of bytes that have been taken, `finish` once of the end after all of them. */
  constructor(to: {
    write: (bytes: Uint8Array) => Promise<void>;
    done: (bytes: number) => void;
    finish: () => void;
  }) {
    this.#write = to.write;
    this.#done = to.done;
    this.#finish = to.finish;
  }

  push(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#pieces.push(bytes);
    if (this.#pieces.length >= PIECES_MAX) {
      this.#gathered.push(Buffer.concat(this.#pieces));
      this.#pieces = [];
    }
    void this.#handOver();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    void this.#handOver();
  }

  async #handOver(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (;;) {
      const waiting = [...this.#gathered, ...this.#pieces];
      this.#gathered = [];
      this.#pieces = [];
      const [first] = waiting;
      if (first === undefined) break;
      const bytes = waiting.length === 1 ? first : Buffer.concat(waiting);
      await this.#write(bytes);
      this.#done(bytes.length);
    }
    this.#busy = false;
    if (this.#ended) this.#finish();
  }
}
