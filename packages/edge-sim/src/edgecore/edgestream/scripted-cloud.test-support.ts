import { createHash } from 'node:crypto';
import type { Host, NetSocket, World } from '@kubeedge-sim/sim-kit';

/** A WebSocket frame as it came over the wire; `payload` without its mask. */
export interface Frame {
  atMs: number;
  opcode: number;
  fin: boolean;
  masked: boolean;
  /** The two bytes before the length and the mask. */
  headerHex: string;
  payload: Buffer;
}

const FIRST_FRAME_OPCODES = [1, 2];
const [CLOSE, PING] = [8, 9];

/** What a server says to the request for the upgrade; undefined hangs up. */
export type UpgradeAnswer = (request: string) => string | undefined;

/** One tunnel of an edge, seen from a cloud that does what it is told and records every byte. */
export class ScriptedTunnel {
  readonly acceptedAtMs: number;
  readonly frames: Frame[] = [];
  /** The request for the upgrade, up to its blank line; '' before it is there. */
  request = '';
  /** When the edge hung up. */
  endedAtMs: number | undefined;
  readonly #world: World;
  readonly #socket: NetSocket;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(world: World, socket: NetSocket, answer: UpgradeAnswer) {
    this.#world = world;
    this.#socket = socket;
    this.acceptedAtMs = world.clock.now();
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      if (this.request === '') this.#readRequest(answer);
      if (this.request !== '') while (this.#readFrame());
    });
    socket.once('end', () => {
      this.endedAtMs = world.clock.now();
      socket.end();
    });
  }

  /** Data messages, fragments joined, oldest first; each with its frames. */
  messages(): { hex: string; frames: Frame[] }[] {
    const messages: Frame[][] = [];
    for (const frame of this.frames) {
      if (FIRST_FRAME_OPCODES.includes(frame.opcode)) messages.push([frame]);
      else if (frame.opcode === 0) messages.at(-1)?.push(frame);
    }
    return messages.map((frames) => ({
      hex: Buffer.concat(frames.map(({ payload }) => payload)).toString('hex'),
      frames,
    }));
  }

  /** Control frames, oldest first. */
  controls(): Frame[] {
    return this.frames.filter(({ opcode }) => opcode >= CLOSE);
  }

  /** Sends frames, all in one piece. */
  send(...frames: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(frames));
  }

  /** Reads no further until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes the connection: `fin` as a process that ends in order, `reset` as one that does not. */
  hangUp(how: 'fin' | 'reset'): void {
    if (how === 'fin') this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #readRequest(answer: UpgradeAnswer): void {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.request = this.#bytes.subarray(0, end + 4).toString('latin1');
    this.#bytes = this.#bytes.subarray(end + 4);
    const reply = answer(this.request);
    if (reply === undefined) this.hangUp('fin');
    else this.#socket.write(reply);
  }

  #readFrame(): boolean {
    const bytes = this.#bytes;
    const [first = 0, second = 0] = bytes;
    const lengthBytes = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
    const maskBytes = second & 0x80 ? 4 : 0;
    const start = 2 + lengthBytes + maskBytes;
    if (bytes.length < start) return false;
    const length =
      lengthBytes === 0 ? second & 0x7f : Number(`0x${bytes.toString('hex', 2, 2 + lengthBytes)}`);
    if (bytes.length < start + length) return false;
    const mask = bytes.subarray(start - maskBytes, start);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (maskBytes > 0) for (const [at, byte] of payload.entries()) payload[at] = byte ^ (mask[at % 4] ?? 0);
    this.#bytes = bytes.subarray(start + length);
    const opcode = first & 0x0f;
    const headerHex = bytes.toString('hex', 0, 2);
    const atMs = this.#world.clock.now();
    this.frames.push({ atMs, opcode, fin: first >= 0x80, masked: maskBytes > 0, headerHex, payload });
    if (opcode === PING) this.send(frame(10, payload));
    return true;
  }
}

/** An unmasked frame, as a server sends it. */
export function frame(opcode: number, payload: Uint8Array, fin = true): Buffer {
  const head = [(fin ? 0x80 : 0) | opcode, Math.min(payload.length, 126)];
  if (payload.length >= 126) head.push(payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([Buffer.from(head), payload]);
}

/** A text frame of a message given in hexadecimal digits. */
export const text = (hex: string) => frame(1, Buffer.from(hex, 'hex'));

export interface ScriptedCloud extends AsyncDisposable {
  readonly target: { address: string; port: number };
  readonly tunnels: readonly ScriptedTunnel[];
}

/** The answer of a tunnel server. */
export function acceptUpgrade(request: string): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const headers = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
  return ['HTTP/1.1 101 Switching Protocols', ...headers, '', ''].join('\r\n');
}

/** Listens for tunnels on a host, over TLS. */
export async function startScriptedCloud(
  world: World,
  host: Host,
  answer: UpgradeAnswer = acceptUpgrade,
): Promise<ScriptedCloud> {
  const tunnels: ScriptedTunnel[] = [];
  const authority = await world.net.authority({ commonName: 'cloud-ca' });
  const certificate = await authority.issue({ commonName: 'cloudcore', ipAddresses: [host.address] });
  const tls = { certificate, clientAuth: 'request' } as const;
  const listener = await host.listen({ port: 10_004 }, { component: 'scripted-cloud', tls }, (socket) => {
    tunnels.push(new ScriptedTunnel(world, socket, answer));
  });
  return {
    target: { address: host.address, port: 10_004 },
    tunnels,
    async [Symbol.asyncDispose]() {
      await listener.close();
      for (const tunnel of tunnels) tunnel.hangUp('fin');
    },
  };
}
