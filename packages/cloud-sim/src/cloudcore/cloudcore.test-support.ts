// Test support only: fixtures, a raw HTTP/1 client and an edge that writes its own frames.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type Certificate,
  createMemoryWorld,
  type Host,
  type NetSocket,
  type TlsClientOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import { dialectOf, goJsonTraits } from '@kubeedge-sim/wire';
import { type Cloudcore, type CloudcoreOptions, startCloudcore } from './index.ts';

/** What the captures were made with: v1.6.1 compiled by Go 1.19. */
export const capturedDialect = { ...dialectOf('v1.6.1'), ...goJsonTraits('1.19') };

/** What a client of port 10003 saw. */
export interface Exchange {
  request: string;
  head: string;
  bodyBytes?: number;
  bodySha256?: string;
  chunkSizes?: number[];
  chunkCount?: number;
  end: string;
  ms: number;
}

/** `kind` is `>`, `<`, `ping`, `pong` or a step of the capture's own. */
export type WireEntry = [kind: string, atMs: number, ...rest: (string | number)[]];

export interface Case extends Partial<Exchange> {
  name: string;
  responses?: string[] | { status: number; body: string }[];
  responseLines?: string[];
  raw?: string;
  notes?: Record<string, unknown>;
  wire?: WireEntry[];
  logs: [severity: string, source: string, message: string][];
}

export function readCases(name: string): Case[] {
  const text = readFileSync(new URL(`../../fixtures/cloudcore/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Case);
}

/** `0b03 41*65534 0a`: hex with runs. */
export function fromRuns(text: string): Buffer {
  const parts = text.split(' ').map((part) => {
    const run = /^(..)\*(\d+)$/.exec(part);
    return run === null
      ? Buffer.from(part, 'hex')
      : Buffer.alloc(Number(run[2]), Number.parseInt(run[1] ?? '', 16));
  });
  return Buffer.concat(parts);
}

export interface Lab {
  world: World;
  cloudHost: Host;
  clientHost: Host;
  edgeHost: Host;
  cloudcore: Cloudcore;
  edgeTls: TlsClientOptions;
  options: CloudcoreOptions;
}

/**
 * A world with one cloudcore at 10.0.0.2, a client and an edge machine; runs `body` in it and disposes it.
 */
export async function inLab<T>(
  body: (lab: Lab) => Promise<T>,
  options: Partial<CloudcoreOptions> = {},
  world: World = createMemoryWorld(),
): Promise<T> {
  try {
    return await world.run(async () => body(await setUp(world, options)));
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function setUp(world: World, options: Partial<CloudcoreOptions>): Promise<Lab> {
  const cloudHost = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const clientHost = world.net.host({ name: 'client', address: '10.0.0.9' });
  const edgeHost = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const authority = await world.net.authority({ commonName: 'KubeEdge' });
  const streamCertificate = await authority.issue({ commonName: 'cloudstream' });
  const tunnelCertificate = await authority.issue({ commonName: 'kubeedge.io' });
  const certificate: Certificate = await authority.issue({ commonName: 'edge' });
  const all: CloudcoreOptions = {
    dialect: capturedDialect,
    streamCertificate,
    tunnelCertificate,
    tunnelClientRoots: [authority.certificate],
    ...options,
  };
  const cloudcore = await startCloudcore(world, cloudHost, all);
  return {
    world,
    cloudHost,
    clientHost,
    edgeHost,
    cloudcore,
    edgeTls: { verify: false, certificate },
    options: all,
  };
}

/** Bytes as they come, for whoever asks for them. */
export class ByteReader {
  ended = false;
  #bytes = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  constructor(socket: NetSocket) {
    const settle = () => {
      this.ended = true;
      this.#wake?.();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake?.();
    });
    socket.on('error', settle);
    socket.on('end', settle);
    socket.on('close', settle);
  }

  /** What there is and nobody took. */
  get available(): Buffer {
    return this.#bytes;
  }

  /** Takes bytes once `length` says how many; undefined when the stream ends before. */
  async take(length: (bytes: Buffer) => number | undefined): Promise<Buffer | undefined> {
    for (;;) {
      const wanted = length(this.#bytes);
      if (wanted !== undefined && this.#bytes.length >= wanted) {
        const taken = this.#bytes.subarray(0, wanted);
        this.#bytes = this.#bytes.subarray(wanted);
        return taken;
      }
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

/** Writes a raw request and reads what comes, in the terms of the captures. */
export async function rawExchange(
  lab: Lab,
  request: string,
  giveUp?: { afterMs: number; end: string },
  tls: TlsClientOptions = { verify: false },
): Promise<Exchange> {
  const { address } = lab.cloudHost;
  const socket = await lab.clientHost.connect({ address, port: 10003 }, { tls, component: 'lab-client' });
  const started = lab.world.clock.now();
  const reader = new ByteReader(socket);
  socket.write(Buffer.from(request, 'latin1'));
  let gaveUp = false;
  const timer =
    giveUp &&
    lab.world.clock.setTimeout(() => {
      gaveUp = true;
      socket.destroy();
    }, giveUp.afterMs);
  const result = await readResponse(reader, request.startsWith('HEAD'));
  timer?.cancel();
  socket.destroy();
  const end = gaveUp ? (giveUp?.end ?? '') : result.end;
  return { request, ...result, end, ms: lab.world.clock.now() - started };
}

export async function readResponse(
  reader: ByteReader,
  isHead = false,
): Promise<Omit<Exchange, 'request' | 'ms'>> {
  const headBytes = await reader.take(untilBlankLine);
  if (headBytes === undefined) return { head: '', end: 'server closed connection' };
  const head = headBytes.toString('latin1').slice(0, -4);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (isHead) {
    // A client that does not know better waits for the body.
    await reader.take(() => 1);
    return { head, end: 'server closed connection' };
  }
  if (length !== undefined) {
    const body = await reader.take(() => Number(length));
    return { head, ...bodyOf(body ?? reader.available), end: body ? 'complete (content-length)' : 'cut' };
  }
  const chunks: Buffer[] = [];
  for (;;) {
    const line = await reader.take((bytes) => lineEnd(bytes));
    if (line === undefined) return { head, ...bodyOf(Buffer.concat(chunks)), ...sizesOf(chunks), end: 'cut' };
    const size = Number.parseInt(line.toString(), 16);
    const chunk = await reader.take(() => size + 2);
    if (size === 0) break;
    chunks.push((chunk ?? Buffer.alloc(0)).subarray(0, size));
  }
  const end = 'complete (terminating chunk)';
  return { head, ...bodyOf(Buffer.concat(chunks)), ...sizesOf(chunks), end };
}

function sizesOf(chunks: readonly Buffer[]) {
  return { chunkSizes: chunks.slice(0, 20).map((chunk) => chunk.length), chunkCount: chunks.length };
}

function bodyOf(body: Buffer) {
  return { bodyBytes: body.length, bodySha256: createHash('sha256').update(body).digest('hex') };
}

const lineEnd = (bytes: Buffer) => (bytes.includes('\r\n') ? bytes.indexOf('\r\n') + 2 : undefined);
const untilBlankLine = (bytes: Buffer) =>
  bytes.includes('\r\n\r\n') ? bytes.indexOf('\r\n\r\n') + 4 : undefined;

/** A head without what may differ from run to run. */
export const withoutDate = (head: string) => head.replace(/^Date: .*$/m, 'Date: *');

export interface Frame {
  op: number;
  fin: number;
  hex: string;
}

export interface RawEdgeOptions {
  hostname?: string | undefined;
  internalIp?: string | undefined;
  path?: string;
  extraHeaders?: string;
}

/** An edge that speaks WebSocket by hand, so that it can also speak it wrongly. */
export class RawEdge {
  readonly socket: NetSocket;
  readonly head: string;
  readonly reader: ByteReader;

  private constructor(socket: NetSocket, reader: ByteReader, head: string) {
    this.socket = socket;
    this.reader = reader;
    this.head = head;
  }

  static async dial(lab: Lab, options: RawEdgeOptions = {}): Promise<RawEdge> {
    const { hostname = 'edge-node-1', internalIp = '10.66.0.11', path = '/v1/kubeedge/connect' } = options;
    const target = { address: lab.cloudHost.address, port: 10004 };
    const socket = await lab.edgeHost.connect(target, { tls: lab.edgeTls, component: 'lab-edge' });
    const reader = new ByteReader(socket);
    const hostHeader =
      'hostname' in options && hostname === '' ? '' : `Sessionhostnameoveride: ${hostname}\r\n`;
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:10004\r\nUser-Agent: Go-http-client/1.1\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
        `Sec-WebSocket-Version: 13\r\n${hostHeader}Sessioninternalip: ${internalIp}\r\n` +
        `${options.extraHeaders ?? ''}` +
        `Upgrade: websocket\r\n\r\n`,
    );
    const head = await reader.take(untilBlankLine);
    return new RawEdge(socket, reader, (head?.toString('latin1') ?? '').slice(0, -4));
  }

  /** A frame masked with zeros. */
  static frame(op: number, payload: Uint8Array, { fin = 1, rsv = 0, mask = true } = {}): Buffer {
    const short = payload.length < 126 ? payload.length : payload.length < 65_536 ? 126 : 127;
    const head = [(fin << 7) | (rsv << 4) | op, (mask ? 0x80 : 0) | short];
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(payload.length));
    const length = short < 126 ? [] : [...size.subarray(short === 126 ? 6 : 0)];
    return Buffer.concat([Buffer.from([...head, ...length, ...(mask ? [0, 0, 0, 0] : [])]), payload]);
  }

  send(op: number, payload: Uint8Array, options: { fin?: number; rsv?: number; mask?: boolean } = {}): void {
    this.socket.write(RawEdge.frame(op, payload, options));
  }

  /** The next frame; undefined when the connection ended instead. */
  async next(): Promise<Frame | undefined> {
    const head = await this.reader.take((bytes) => {
      const short = (bytes[1] ?? 0) & 0x7f;
      return bytes.length < 2 ? undefined : 2 + (short < 126 ? 0 : short === 126 ? 2 : 8);
    });
    if (head === undefined) return undefined;
    const short = (head[1] ?? 0) & 0x7f;
    const size = short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
    const payload = await this.reader.take(() => size);
    return { op: (head[0] ?? 0) & 0xf, fin: (head[0] ?? 0) >> 7, hex: payload?.toString('hex') ?? '' };
  }
}

/** The log lines so far, as fixtures have them. */
export function logLines(world: World): [string, string, string][] {
  return world.trace
    .of('log')
    .filter(({ component }) => component === 'cloudcore')
    .map(({ detail }) => [detail.severity, detail.source, detail.message]);
}
