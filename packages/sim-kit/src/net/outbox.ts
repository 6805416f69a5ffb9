import type { Writable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { NetSocket } from './net.ts';

/** What a kernel takes off a writer's hands, so to say: only with more than that on its way does a writer have to wait. */
const SEND_BUFFER_BYTES = 256 * 1024;

/**
 * Collects what is written to a socket while what has arrived is dealt with, and then writes it in one piece: a system
 * call and a TLS record for each small message cost many times what the message does.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #socket: NetSocket;
  #held: Uint8Array[] = [];
  #drained: Promise<void> | undefined;

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

  /** As {@link drained} of the socket; all who wait wait for the same. */
  drained(): Promise<void> | undefined {
    this.#drained ??= drained(this.#socket)?.then(() => {
      this.#drained = undefined;
    });
    return this.#drained;
  }
}

/** Resolves when the far end reads again; undefined when it keeps up with what is written, or is gone. */
export function drained(stream: Writable): Promise<void> | undefined {
  if (stream.writableLength < SEND_BUFFER_BYTES || !stream.writableNeedDrain || stream.destroyed)
    return undefined;
  return new Promise((resolve) => {
    const settle = () => {
      stream.removeListener('drain', settle);
      stream.removeListener('close', settle);
      resolve();
    };
    stream.once('drain', settle);
    stream.once('close', settle);
  });
}
