// Test support only: peers that write their own frames, on real sockets.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { encodeUvarint } from '@kubeedge-sim/wire';
import { until } from './victim.ts';
import type { Pair, VictimStarted } from './victim-messages.ts';

export const TEXT = 1;
export const CONTINUATION = 0;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;

/** A frame as a client writes it, masked with zeros, or as a server does. */
export function frame(opcode: number, payload: Uint8Array, { fin = true, masked = true } = {}): Buffer {
  const { length } = payload;
  const mask = masked ? 0x80 : 0;
  const first = (fin ? 0x80 : 0) | opcode;
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  const head =
    length < 126
      ? [first, mask | length]
      : length < 65_536
        ? [first, mask | 126, ...size.subarray(6)]
        : [first, mask | 127, ...size];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload]);
}

/** The bytes of a tunnel message. */
export const message = (id: number, type: number, data: string | Uint8Array = '') =>
  Buffer.concat([encodeUvarint(id), encodeUvarint(type), Buffer.from(data as string)]);

/** A busy machine may take as long to read. */
const WRITE_PATIENCE_MS = 5_000;

/** A socket that counts what it gets, and keeps the beginning of it. */
export class RawSocket {
  readonly socket: Socket;
  receivedBytes = 0;
  received = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.receivedBytes += chunk.length;
      if (this.received.length < 1_000_000) this.received = Buffer.concat([this.received, chunk]);
    });
  }

  /** Writes as the far end reads; false when it has hung up, or has not read for so long. */
  async write(bytes: Uint8Array): Promise<boolean> {
    if (this.socket.destroyed || this.socket.writableEnded) return false;
    if (this.socket.write(bytes)) return true;
    const patience = AbortSignal.timeout(WRITE_PATIENCE_MS);
    const settled = new AbortController();
    const signal = AbortSignal.any([patience, settled.signal]);
    const went = await Promise.race([
      once(this.socket, 'drain', { signal }).then(
        () => true,
        () => false,
      ),
      once(this.socket, 'close', { signal }).then(
        () => false,
        () => false,
      ),
    ]);
    settled.abort();
    return went;
  }

  /** Resolves when the far end has hung up. */
  ended(): Promise<void> {
    return until(() => this.socket.destroyed || this.socket.readableEnded);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** Dials a port of the victim with TLS, as an edge where its certificate is given. */
export async function dialTls(host: string, port: number, pair?: Pair): Promise<RawSocket> {
  const socket = connectTls({ host, port, rejectUnauthorized: false, ...pair });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return new RawSocket(socket);
}

/** A tunnel of an edge that is none. */
export async function dialTunnel(
  { cloud, edge }: VictimStarted,
  { hostname = 'edge-node-2', internalIp = '10.66.0.99', headers = '' } = {},
): Promise<RawSocket> {
  const tunnel = await dialTls(cloud, 10_004, edge);
  tunnel.socket.write(
    `GET /v1/kubeedge/connect HTTP/1.1\r\nHost: ${cloud}:10004\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
      `SessionHostNameOveride: ${hostname}\r\nSessionHostNameOverride: ${hostname}\r\nSessionInternalIP: ${internalIp}\r\n${headers}\r\n`,
  );
  await until(() => tunnel.received.includes('\r\n\r\n') || tunnel.socket.destroyed);
  return tunnel;
}

/** A cloud that is none: it takes the tunnels of whoever dials, and writes into them what it is told. */
export class RawCloud implements AsyncDisposable {
  readonly tunnels: RawSocket[] = [];
  /** What it shows; without it nobody is let in. */
  pair: Pair | undefined;
  /** What it answers to the request for an upgrade. */
  answer: (request: string) => string | Uint8Array = acceptUpgrade;
  /** A frame that came before the answer would be taken for it. */
  readonly #answered = new WeakSet<RawSocket>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (raw: Socket) => {
      raw.on('error', () => {});
      if (this.pair === undefined) return void raw.destroy();
      const tunnel = new RawSocket(new TLSSocket(raw, { isServer: true, ...this.pair }));
      this.tunnels.push(tunnel);
      void until(() => tunnel.received.includes('\r\n\r\n')).then(
        () => {
          tunnel.socket.write(this.answer(tunnel.received.toString('latin1')));
          this.#answered.add(tunnel);
        },
        () => {},
      );
    });
  }

  static async start(): Promise<RawCloud> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new RawCloud(server);
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** The tunnel that is open now, a new one if the last was closed. */
  async tunnel(): Promise<RawSocket> {
    const isOpen = (tunnel: RawSocket) =>
      this.#answered.has(tunnel) && !tunnel.socket.destroyed && !tunnel.socket.readableEnded;
    await until(() => this.tunnels.some(isOpen));
    return this.tunnels.findLast(isOpen) as RawSocket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const tunnel of this.tunnels) tunnel.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

export function acceptUpgrade(request: string): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const headers = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
  return ['HTTP/1.1 101 Switching Protocols', ...headers, '', ''].join('\r\n');
}

/** The JSON of a CONNECT. */
export function connectJson(id: number, url: object, more: object = {}): string {
  return JSON.stringify({
    MessID: id,
    url: { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/stats/summary', ...url },
    header: {},
    ...more,
  });
}

/** Takes connections on a real address, and neither reads nor answers. */
export async function neverAnswers(host: string, port: number): Promise<AsyncDisposable> {
  return listen(host, port, (socket) => void socket.pause());
}

/** Listens on a real address for plain connections. */
export async function listen(
  host: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
