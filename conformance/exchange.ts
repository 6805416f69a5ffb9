import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { bytesText } from './bytes-text.ts';

const FINISH_MS = 4_000;
const QUIET_MS = 150;

/** One connection of a client to port 10003, and everything that came back on it. */
export class Exchange {
  readonly #socket: TLSSocket;
  readonly #method: string;
  readonly #request: string;
  readonly #arrived: (() => void)[] = [];
  received: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(socket: TLSSocket, method: string, request: string) {
    this.#socket = socket;
    this.#method = method;
    this.#request = request;
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end).on('close', end).on('error', end);
    socket.write(request);
  }

  /** Forgets the answer and asks the same once more on the same connection. */
  again(): void {
    this.received = Buffer.alloc(0);
    this.#socket.write(this.#request);
  }

  #wake(): void {
    for (const wake of this.#arrived.splice(0)) wake();
  }

  write(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  /** Leaves without a word. */
  leave(): void {
    this.#socket.destroy();
  }

  /** Resolves when `seen` holds, the connection ends, or the time is up. */
  async until(seen: (received: Buffer) => boolean, limitMs = FINISH_MS): Promise<void> {
    const limit = Date.now() + limitMs;
    while (!seen(this.received) && !this.#ended && Date.now() < limit) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#arrived.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The lines of what came, once the answer is whole or nothing more comes. */
  async answer(): Promise<string[]> {
    await this.until(() => this.#parse().whole);
    return this.lines();
  }

  /**
   * The lines of what has come although nothing more is expected: `meanwhile` uses the same tunnel, and has to be
   * answered first.
   */
  async answerAfter(meanwhile: () => Promise<void>): Promise<string[]> {
    await meanwhile();
    await this.until(() => false, QUIET_MS);
    return this.lines();
  }

  lines(): string[] {
    const { head, body, chunks, whole } = this.#parse();
    if (head === undefined) {
      const seen = this.received.length === 0 ? 'no byte' : bytesText(this.received);
      return [`${seen}, then ${this.#ended ? 'closed' : 'open'}`];
    }
    const end = whole ? 'complete' : this.#ended ? 'closed before the end' : 'open';
    const sizes = chunks === undefined ? [] : [`chunks: ${sizesText(chunks)}`];
    return [...head, ...sizes, `body: ${bytesText(body)}`, `end: ${end}`];
  }

  #parse(): { head?: string[]; body: Buffer; chunks?: number[]; whole: boolean } {
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return { body: Buffer.alloc(0), whole: false };
    const raw = this.received.subarray(0, headEnd).toString('latin1').split('\r\n');
    const head = raw.map((line) => line.replace(/^Date: .*/, 'Date: …'));
    const rest = this.received.subarray(headEnd + 4);
    const field = (name: string) =>
      raw.find((line) => line.toLowerCase().startsWith(`${name}: `))?.split(': ')[1];
    if (this.#method === 'HEAD' || / (204|304) /.test(raw[0] ?? '')) return { head, body: rest, whole: true };
    if (field('transfer-encoding') === 'chunked') return { head, ...dechunk(rest) };
    const length = field('content-length');
    if (length !== undefined) return { head, body: rest, whole: rest.length >= Number(length) };
    return { head, body: rest, whole: false };
  }
}

function dechunk(bytes: Buffer): { body: Buffer; chunks: number[]; whole: boolean } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (bytes.length < lineEnd + 2 + size + 2) break;
    if (size === 0)
      return { body: Buffer.concat(parts), chunks: parts.map(({ length }) => length), whole: true };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return { body: Buffer.concat(parts), chunks: parts.map(({ length }) => length), whole: false };
}

function sizesText(sizes: readonly number[]): string {
  return sizes.length <= 12 ? sizes.join(' ') : `${sizes.length} of ${Math.max(...sizes)} bytes at most`;
}

/** Opens a connection to a stream server and sends one request. */
export async function openExchange(
  server: { host: string; port: number },
  request: { method?: string; path: string; headers: readonly (readonly [string, string])[]; body?: string },
): Promise<Exchange> {
  const { method = 'GET', path, headers, body = '' } = request;
  const socket = connect({ ...server, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return new Exchange(socket, method, `${lines.join('\r\n')}\r\n\r\n${body}`);
}
