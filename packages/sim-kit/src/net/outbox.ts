import type { Clock } from '../clock.ts';
import type { NetSocket } from './net.ts';

/**
 * Collects what is written to a socket while what has arrived is dealt with, and then writes it in one piece: a system
 * call and a TLS record for each small message cost many times what the message does.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #socket: NetSocket;
  #held: Uint8Array[] = [];

  constructor(clock: Clock, socket: NetSocket) {
    this.#clock = clock;
    this.#socket = socket;
  }

  write(bytes: Uint8Array): void {
    if (this.#held.push(bytes) > 1) return;
    this.#clock.soon(() => this.flush(), `delivery on ${this.#socket.connection}`);
  }

  /** Writes at once what is held; to be called before something else is written to the socket. */
  flush(): void {
    const held = this.#held;
    const [first] = held;
    if (first === undefined) return;
    this.#held = [];
    if (this.#socket.writable) this.#socket.write(held.length === 1 ? first : Buffer.concat(held));
  }

  /** Resolves when the far end reads again; undefined when it does, or is gone. */
  drained(): Promise<void> | undefined {
    const socket = this.#socket;
    if (!socket.writableNeedDrain || socket.destroyed) return undefined;
    return new Promise((resolve) => {
      const settle = () => {
        socket.removeListener('drain', settle);
        socket.removeListener('close', settle);
        resolve();
      };
      socket.once('drain', settle);
      socket.once('close', settle);
    });
  }
}
