import { once } from 'node:events';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { FrameReader } from './frames.ts';
import type { TlsFiles } from './tunnel-peer.ts';
import { type Direction, TunnelRecord } from './tunnel-record.ts';

/** A man in the middle of one edge's tunnel: it reads all, changes nothing, and can cut it. */
export class Middle implements AsyncDisposable {
  readonly record = new TunnelRecord();
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #tls: TlsFiles;
  #pair: readonly TLSSocket[] = [];
  #opened = 0;

  private constructor(server: Server, target: { host: string; port: number }, tls: TlsFiles) {
    this.#server = server;
    this.#target = target;
    this.#tls = tls;
    server.on('secureConnection', (socket) => void this.#accept(socket));
    server.on('tlsClientError', () => {});
  }

  /** @param target the real tunnel server; `tls` is what the edge has */
  static async listen(target: { host: string; port: number }, tls: TlsFiles): Promise<Middle> {
    const server = createServer({ ...tls });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Middle(server, target, tls);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** How many tunnels were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  async #accept(edge: TLSSocket): Promise<void> {
    const cloud = connect({ ...this.#target, ...this.#tls, rejectUnauthorized: false });
    const cut = () => {
      edge.destroy();
      cloud.destroy();
    };
    edge.on('error', cut).on('close', cut);
    cloud.on('error', cut).on('close', cut);
    edge.pause();
    await once(cloud, 'secureConnect').catch(cut);
    this.#pair = [edge, cloud];
    const opened = () => {
      this.#opened += 1;
      this.record.touch();
    };
    pass(edge, cloud, this.#frames('<'));
    pass(cloud, edge, this.#frames('>'), opened);
    edge.resume();
  }

  #frames(direction: Direction): (chunk: Buffer) => void {
    const reader = new FrameReader();
    const record = this.record.assemble(direction);
    return (chunk) => reader.push(chunk).forEach(record);
  }

  /** Ends both connections without a word of TLS or WebSocket. */
  cut(): void {
    for (const socket of this.#pair) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#pair) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Hands on everything; `frames` gets what follows the head of the handshake. */
function pass(from: TLSSocket, to: TLSSocket, frames: (chunk: Buffer) => void, onHead?: () => void): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  from.on('data', (chunk: Buffer) => {
    to.write(chunk);
    if (head === undefined) return frames(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const rest = head.subarray(end + 4);
    head = undefined;
    onHead?.();
    frames(rest);
  });
}
