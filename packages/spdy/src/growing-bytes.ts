/**
 * Bytes that arrive in pieces. Room is made for what has come, never for what was announced; it doubles, so that many
 * small pieces cost no more than few large ones.
 */
export class GrowingBytes {
  #bytes: Uint8Array;
  #length = 0;

  /** @param startBytes room to begin with */
  constructor(startBytes: number) {
    this.#bytes = new Uint8Array(startBytes);
  }

  get length(): number {
    return this.#length;
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** All bytes so far; a view that is valid until the next append. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
