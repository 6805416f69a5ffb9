import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';

/** A request made again and again on connections that stay open. */
export interface RequestLoad {
  host: string;
  port: number;
  /** The request as it goes over the wire. */
  request: string;
  bodyBytes: number;
  clients: number;
  /** Seconds before anything is counted, and seconds counted. */
  warmUpSeconds: number;
  seconds: number;
}

export interface LoadResult {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Keeps one request under way on each of `clients` TLS connections. It parses only what it must, so that the client
 * costs as little as can be.
 * @throws Error for an answer that is no 200 or has another length
 */
export async function loadHttps(load: RequestLoad): Promise<LoadResult> {
  const latencies = createLatencies(load);
  const connections = await Promise.all(Array.from({ length: load.clients }, () => open(load)));
  try {
    await Promise.race([latencies.over, ...connections.map((socket) => repeat(socket, load, latencies))]);
  } finally {
    for (const socket of connections) socket.destroy();
  }
  return latencies.result();
}

/** Counts answers between the end of the warm-up and the end of the load. */
export function createLatencies({ warmUpSeconds, seconds }: Pick<RequestLoad, 'warmUpSeconds' | 'seconds'>) {
  const fromMs = performance.now() + warmUpSeconds * 1_000;
  const untilMs = fromMs + seconds * 1_000;
  const seen: number[] = [];
  const over = new Promise<void>((resolve) => setTimeout(resolve, untilMs - performance.now()));
  return {
    over,
    note(startedMs: number, nowMs: number) {
      if (nowMs >= fromMs && nowMs < untilMs) seen.push(nowMs - startedMs);
    },
    result(): LoadResult {
      const sorted = Float64Array.from(seen).sort();
      const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
      return { perSecond: seen.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}

export type Latencies = ReturnType<typeof createLatencies>;

function open({ host, port }: Pick<RequestLoad, 'host' | 'port'>): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false }, () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/** Reads one answer that never ends; bytes a second. */
export async function readEndless(load: RequestLoad): Promise<number> {
  const socket = await open(load);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  socket.write(load.request);
  await delay(load.warmUpSeconds * 1_000);
  const before = { bytes, atMs: performance.now() };
  await delay(load.seconds * 1_000);
  const perSecond = ((bytes - before.bytes) / (performance.now() - before.atMs)) * 1_000;
  socket.destroy();
  return perSecond;
}

/** Answers that never end, read side by side. */
export interface Follows {
  /** Bytes of all of them so far. */
  bytes(): number;
  stop(): void;
}

/** Makes the same request on several connections, and reads what comes. */
export async function followEndless(load: {
  host: string;
  port: number;
  request: string;
  follows: number;
}): Promise<Follows> {
  const sockets = await Promise.all(Array.from({ length: load.follows }, () => open(load)));
  let bytes = 0;
  for (const socket of sockets) {
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    socket.write(load.request);
  }
  return {
    bytes: () => bytes,
    stop: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function repeat(socket: TLSSocket, load: RequestLoad, latencies: Latencies): Promise<never> {
  return new Promise((_, reject) => {
    const reader = new AnswerReader(load.bodyBytes);
    let startedMs = performance.now();
    socket.on('data', (chunk: Buffer) => {
      try {
        if (!reader.push(chunk)) return;
      } catch (error) {
        reject(error as Error);
        return;
      }
      const nowMs = performance.now();
      latencies.note(startedMs, nowMs);
      startedMs = nowMs;
      socket.write(load.request);
    });
    socket.once('close', () => reject(new Error('The server closed a connection of the load.')));
    socket.write(load.request);
  });
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = 0x0a;

/** Reads answers with a Content-Length or in chunks. */
class AnswerReader {
  readonly #bodyBytes: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of the body still to come, or of the chunk and its line end. */
  #wanted = 0;
  #body = 0;
  #state: 'head' | 'length' | 'size' | 'chunk' | 'last' = 'head';

  constructor(bodyBytes: number) {
    this.#bodyBytes = bodyBytes;
  }

  /** True when an answer is complete; nothing comes after it, because the next request has not been sent. */
  push(chunk: Buffer): boolean {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = Buffer.alloc(0);
    for (;;) {
      if (this.#state === 'head') {
        const end = bytes.indexOf(HEAD_END);
        if (end < 0) return this.#keep(bytes);
        this.#head(bytes.toString('latin1', 0, end));
        bytes = bytes.subarray(end + HEAD_END.length);
      } else if (this.#state === 'size') {
        const end = bytes.indexOf(LINE_END);
        if (end < 0) return this.#keep(bytes);
        const size = Number.parseInt(bytes.toString('latin1', 0, end), 16);
        bytes = bytes.subarray(end + 1);
        this.#body += size;
        this.#wanted = size + 2;
        this.#state = size === 0 ? 'last' : 'chunk';
      } else {
        const taken = Math.min(this.#wanted, bytes.length);
        this.#wanted -= taken;
        bytes = bytes.subarray(taken);
        if (this.#wanted > 0) return false;
        if (this.#state !== 'chunk') return this.#complete();
        this.#state = 'size';
      }
    }
  }

  #keep(bytes: Buffer): false {
    this.#rest = bytes;
    return false;
  }

  #head(head: string): void {
    if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`The server answered ${head}`);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    this.#body = this.#wanted = Number(length ?? 0);
    this.#state = length === undefined ? 'size' : 'length';
  }

  #complete(): true {
    if (this.#body !== this.#bodyBytes) {
      throw new Error(`An answer had ${this.#body} bytes of body, expected ${this.#bodyBytes}.`);
    }
    this.#state = 'head';
    this.#body = 0;
    return true;
  }
}
