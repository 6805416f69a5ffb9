import { Duplex } from 'node:stream';
import type { Clock, Timer } from '../clock.ts';
import type { Certificate } from '../tls/certificate.ts';
import type { HostLink } from './link.ts';
import type { Endpoint, NetSocket } from './net.ts';
import { NetError } from './net-error.ts';

/** Bytes that may be on their way or unread at the far end before a writer has to wait, as TCP's window does. */
const WINDOW_BYTES = 256 * 1024;

interface PairOptions {
  clock: Clock;
  connection: string;
  client: Endpoint;
  /** The client as the server sees it, where that is another. */
  seenFrom?: Endpoint;
  server: Endpoint;
  /** The line it runs over; undefined within one host. */
  link: HostLink | undefined;
  /** Whether the dialler's side stays open when the far end has finished; default false, as `net.connect`. */
  allowHalfOpen?: boolean;
  encrypted: boolean;
  alpnProtocol: string | false;
  clientCertificate?: Certificate | undefined;
}

/** Two connected sockets. The dialler's side ends by itself when the far end does, as `net.connect` does. */
export function createSocketPair(options: PairOptions): { client: MemorySocket; server: MemorySocket } {
  const client = new MemorySocket(options, options.client, options.server, options.allowHalfOpen ?? false);
  const server = new MemorySocket(options, options.server, options.seenFrom ?? options.client, true);
  server.peerCertificate = options.clientCertificate;
  client.peer = server;
  server.peer = client;
  const leave = options.link?.join(() => {
    client.breakOff();
    server.breakOff();
  });
  if (leave !== undefined) {
    let open = 2;
    for (const end of [client, server]) end.once('close', () => --open === 0 && leave());
  }
  return { client, server };
}

/** One end of an in-memory connection, shaped like a `net.Socket`. What is written arrives after the link's delay. */
export class MemorySocket extends Duplex implements NetSocket {
  peer: MemorySocket | undefined;
  readonly connection: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteFamily = 'IPv4';
  readonly encrypted: boolean;
  readonly alpnProtocol: string | false;
  peerCertificate: Certificate | undefined;
  readonly #clock: Clock;
  readonly #link: HostLink | undefined;
  #inFlight: ((peer: MemorySocket) => void)[] = [];
  #arrivesAtMs = 0;
  #unacknowledgedBytes = 0;
  #blockedWrite: (() => void) | undefined;
  #inbox: (Buffer | null)[] = [];
  #readerFull = false;
  #finSent = false;
  #reset = false;
  #idleMs = 0;
  #idleTimer: Timer | undefined;

  constructor(options: PairOptions, local: Endpoint, remote: Endpoint, allowHalfOpen: boolean) {
    super({ allowHalfOpen, emitClose: true });
    this.#clock = options.clock;
    this.#link = options.link;
    this.connection = options.connection;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.encrypted = options.encrypted;
    this.alpnProtocol = options.alpnProtocol;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#touch();
    this.#unacknowledgedBytes += chunk.length;
    this.#send((peer) => peer.#receive(chunk));
    if (this.#unacknowledgedBytes < WINDOW_BYTES) done();
    else this.#blockedWrite = done;
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#sendFin();
    done();
  }

  override _read(): void {
    this.#readerFull = false;
    this.#drainInbox();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#idleTimer?.cancel();
    const peer = this.peer;
    if (this.#reset) this.#send((far) => far.#abort());
    else if (!this.#finSent) this.#sendFin();
    this.#inbox = [];
    this.#blockedWrite = undefined;
    // The far end must not wait for a reader that is gone.
    if (peer !== undefined) this.#tellRead(peer, Number.POSITIVE_INFINITY);
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setTimeout(timeoutMs: number, callback?: () => void): this {
    this.#idleMs = timeoutMs;
    if (callback !== undefined) {
      if (timeoutMs > 0) this.once('timeout', callback);
      else this.removeListener('timeout', callback);
    }
    this.#touch();
    return this;
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  resetAndDestroy(): this {
    this.#reset = true;
    return this.destroy();
  }

  #sendFin(): void {
    this.#finSent = true;
    this.#send((peer) => peer.#receive(null));
  }

  /** Schedules `deliver` at the far end. What is sent first arrives first, also when the delay shrinks meanwhile. */
  #send(deliver: (peer: MemorySocket) => void): void {
    const peer = this.peer;
    if (peer === undefined) return;
    const now = this.#clock.now();
    const link = this.#link;
    this.#arrivesAtMs = Math.max(this.#arrivesAtMs, now + (link?.delayMs ?? 0));
    const label = `delivery on ${this.connection}`;
    if (link === undefined) return void this.#clock.setTimeout(() => deliver(peer), 0, label);
    // Whatever arrives takes the oldest with it: what a silent line has held may be overtaken by no one.
    this.#inFlight.push(deliver);
    link.carry(() => this.#inFlight.shift()?.(peer), this.#arrivesAtMs - now, label);
  }

  /** Widens the far end's window; a silent line holds this back, too. */
  #tellRead(peer: MemorySocket, bytes: number): void {
    const widen = () => peer.#acknowledge(bytes);
    if (this.#link?.state === 'silent') this.#link.carry(widen, 0, `delivery on ${this.connection}`);
    else widen();
  }

  #receive(chunk: Buffer | null): void {
    if (this.destroyed) {
      // Data for a closed socket is answered with a reset, as the kernel does.
      if (chunk !== null) this.#send((peer) => peer.#abort());
      return;
    }
    this.#touch();
    this.#inbox.push(chunk);
    this.#drainInbox();
  }

  #drainInbox(): void {
    while (!this.#readerFull && this.#inbox.length > 0) {
      const chunk = this.#inbox.shift() as Buffer | null;
      const { peer } = this;
      if (chunk !== null && peer !== undefined) this.#tellRead(peer, chunk.length);
      if (!this.push(chunk)) this.#readerFull = chunk !== null;
    }
  }

  #acknowledge(bytes: number): void {
    this.#unacknowledgedBytes = Math.max(0, this.#unacknowledgedBytes - bytes);
    if (this.#unacknowledgedBytes >= WINDOW_BYTES) return;
    const resume = this.#blockedWrite;
    this.#blockedWrite = undefined;
    resume?.();
  }

  /** Ends this side with a reset that no packet of the far end has brought. */
  breakOff(): void {
    this.#inFlight = [];
    if (!this.destroyed) this.#abort();
  }

  #abort(): void {
    this.#finSent = true;
    this.destroy(new NetError('ECONNRESET', `${this.remoteAddress}:${this.remotePort}`));
  }

  #touch(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    if (this.#idleMs <= 0 || this.destroyed) return;
    this.#idleTimer = this.#clock.setTimeout(
      () => this.emit('timeout'),
      this.#idleMs,
      `idle ${this.connection}`,
    );
  }
}
