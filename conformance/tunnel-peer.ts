import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type TLSSocket } from 'node:tls';
import { encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { FrameReader, frameBytes, PING, PONG } from './frames.ts';
import { type Direction, TunnelRecord } from './tunnel-record.ts';

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** One end of a tunnel in the hands of a case: it says what no real half would. */
export class TunnelPeer {
  readonly record = new TunnelRecord();
  /** Lines of the handshake's other side. */
  readonly handshake: readonly string[];
  readonly #socket: TLSSocket;
  readonly #masked: boolean;
  readonly #sent: (bytes: Uint8Array) => void;
  #pongs = 0;
  closed = false;
  /** Answers every CONNECT that is no barrier's, while it is set. */
  serve: ((id: number) => void) | undefined;

  constructor(socket: TLSSocket, handshake: readonly string[], rest: Buffer, plays: 'edge' | 'cloud') {
    this.#socket = socket;
    this.handshake = handshake;
    this.#masked = plays === 'edge';
    const own: Direction = plays === 'edge' ? '<' : '>';
    const reader = new FrameReader();
    const received = this.record.assemble(own === '<' ? '>' : '<');
    const sentReader = new FrameReader();
    const sent = this.record.assemble(own);
    this.#sent = (bytes) => sentReader.push(bytes).forEach(sent);
    const onData = (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.opcode === PING) this.frame(frame.payload, { opcode: PONG });
        else if (frame.opcode === PONG) this.#heardPong();
        else {
          received(frame);
          if (plays === 'edge') this.#answer(frame.payload.includes('barrier='));
        }
      }
    };
    onData(rest);
    socket.on('data', onData);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.record.touch();
    });
  }

  #heardPong(): void {
    this.#pongs += 1;
    this.record.touch();
  }

  /** Barriers are answered here, since they are nobody's case. */
  #answer(isBarrier: boolean): void {
    const { id, type } = this.record.all.at(-1) ?? {};
    if (id === undefined || type === messageTypes.DATA || type === messageTypes.REMOVE_CONNECT) return;
    if (!isBarrier) {
      this.serve?.(id);
      return;
    }
    this.send(id, messageTypes.DATA, 'ok\n');
    this.send(id, messageTypes.REMOVE_CONNECT);
  }

  send(id: number, type: number, data: string | Uint8Array = ''): void {
    this.frame(encodeMessage({ connectId: id, type, data: Buffer.from(data) }));
  }

  /** One frame as asked for. */
  frame(payload: Uint8Array, shape: { opcode?: number; fin?: boolean } = {}): void {
    this.raw(frameBytes(payload, { ...shape, masked: this.#masked }));
  }

  /** Bytes that may be no frame. */
  raw(bytes: Uint8Array): void {
    this.#sent(bytes);
    this.#socket.write(bytes);
  }

  /** The id of the newest CONNECT that came and is no barrier's, once there is one. */
  async connectId(after = 0): Promise<number> {
    const connects = () =>
      this.record.messages.filter(
        ({ direction, type }) =>
          direction === '>' &&
          type !== -1 &&
          type !== messageTypes.DATA &&
          type !== messageTypes.REMOVE_CONNECT,
      );
    await this.record.until(() => connects().length > after);
    return connects()[after]?.id ?? 0;
  }

  /** Resolves when the other side reads: a cloud has a session for this edge then. */
  async settled(): Promise<void> {
    this.frame(Buffer.from('settled'), { opcode: PING });
    await this.record.until(() => this.#pongs > 0 || this.closed);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Splits the head of an HTTP message off what a socket sends; resolves with undefined when it ends before. */
async function readHead(socket: TLSSocket): Promise<{ lines: string[]; rest: Buffer } | undefined> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end >= 0) {
      return {
        lines: bytes.subarray(0, end).toString('latin1').split('\r\n'),
        rest: bytes.subarray(end + 4),
      };
    }
    const chunk = await new Promise<Buffer | undefined>((resolve) => {
      const ended = () => resolve(undefined);
      socket.once('close', ended);
      socket.once('data', (data: Buffer) => {
        socket.removeListener('close', ended);
        socket.pause();
        resolve(data);
      });
      socket.resume();
    });
    if (chunk === undefined) return undefined;
    bytes = Buffer.concat([bytes, chunk]);
  }
}

/** Dials a tunnel server as an edge would; a refusal is thrown with the server's words. */
export async function dialAsEdge(
  server: { host: string; port: number },
  tls: TlsFiles,
  headers: readonly (readonly [string, string])[],
): Promise<TunnelPeer> {
  const socket = connect({ ...server, ...tls, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const fixed = [
    'User-Agent: Go-http-client/1.1',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  const lines = [
    'GET /v1/kubeedge/connect HTTP/1.1',
    `Host: ${server.host}:${server.port}`,
    ...fixed,
    'Sec-WebSocket-Version: 13',
    'Upgrade: websocket',
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const head = await readHead(socket);
  if (head === undefined) throw new Error('Dialled the tunnel server, it closed without an answer.');
  socket.resume();
  return new TunnelPeer(socket, head.lines, head.rest, 'edge');
}

/** A tunnel server in the hands of a case. */
export class StubCloud implements AsyncDisposable {
  readonly #server: Server;
  readonly #peers: TunnelPeer[] = [];
  readonly #arrived: (() => void)[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('secureConnection', (socket) => void this.#accept(socket));
    server.on('tlsClientError', () => {});
  }

  static async listen(tls: TlsFiles, ca: string): Promise<StubCloud> {
    const server = createServer({ ...tls, ca, requestCert: true, rejectUnauthorized: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new StubCloud(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async #accept(socket: TLSSocket): Promise<void> {
    socket.on('error', () => {});
    const head = await readHead(socket);
    if (head === undefined) return;
    const key = head.lines.find((line) => /^sec-websocket-key: /i.test(line))?.split(': ')[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
    socket.resume();
    this.#peers.push(new TunnelPeer(socket, head.lines, head.rest, 'cloud'));
    for (const wake of this.#arrived.splice(0)) wake();
  }

  /** The newest tunnel that is open, once there is one. */
  async tunnel(limitMs = 6_000): Promise<TunnelPeer> {
    const limit = Date.now() + limitMs;
    for (;;) {
      const open = this.#peers.findLast(({ closed }) => !closed);
      if (open !== undefined) return open;
      if (Date.now() >= limit) throw new Error(`Waited ${limitMs} ms for an edge to dial, found none.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#arrived.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
