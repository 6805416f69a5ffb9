import { uint31Max } from './frame.ts';

/** Each window starts with 64 KiB, that of the session and that of each stream (Draft 3.1, 2.6.8). */
export const windowBytesDefault = 64 * 1024;

/** How much the peer may still send: kept by the receiver. */
export class ReceiveWindow {
  readonly #sizeBytes: number;
  #left: number;
  #consumed = 0;

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#left = sizeBytes;
  }

  /** @returns by how many bytes the peer went too far; 0 when it kept to its window */
  take(bytes: number): number {
    this.#left -= bytes;
    return Math.max(0, -this.#left);
  }

  /** @returns what to tell the peer in a WINDOW_UPDATE; 0 while less than half a window has been consumed */
  consume(bytes: number): number {
    this.#consumed += bytes;
    if (this.#consumed * 2 < this.#sizeBytes) return 0;
    const delta = this.#consumed;
    this.#left += delta;
    this.#consumed = 0;
    return delta;
  }
}

/** How much the peer lets us send. Below 0 after the peer made its windows smaller. */
export class SendWindow {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get left(): number {
    return this.#left;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }

  /** @returns false when the window would pass 2^31-1, which ends its stream or the session */
  add(bytes: number): boolean {
    this.#left += bytes;
    return this.#left <= uint31Max;
  }
}
