import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request as edged got it. */
export interface EdgedRequest {
  readonly line: string;
  readonly path: string;
  readonly headers: readonly string[];
}

/** Answers a request in raw bytes; what comes after the request is on the socket. */
export interface EdgedScript {
  (request: EdgedRequest, socket: Duplex): void;
  /** It answers wholly, so that the connection can be kept. */
  readonly isWhole?: true;
}

/**
 * In the place of edged: it notes what it is asked and answers as a case says. It answers requests of barriers, which
 * are nobody's case, by itself.
 */
export class StubEdged {
  script: EdgedScript = answer(404, 'no case asks for this\n');
  /** Connections with an answer that has no end. */
  readonly #unfinished = new Set<Duplex>();
  readonly #open = new Set<Duplex>();
  #requests: EdgedRequest[] = [];
  readonly #waiting: (() => void)[] = [];

  /** Serves one connection. */
  readonly serve = (socket: Duplex): void => {
    this.#open.add(socket);
    let rest = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [line = '', ...headers] = rest.subarray(0, end).toString('latin1').split('\r\n');
      rest = rest.subarray(end + 4);
      const path = line.split(' ')[1] ?? '';
      const request = { line, path, headers };
      if (path.includes('barrier=')) return answer(200, 'ok\n')(request, socket);
      this.#requests.push(request);
      if (this.script.isWhole !== true) this.#unfinished.add(socket);
      this.script(request, socket);
      this.touch();
    };
    socket.on('data', onData);
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#unfinished.delete(socket);
      this.#open.delete(socket);
      this.touch();
    });
  };

  /** What was asked since the last call. */
  take(): EdgedRequest[] {
    return this.#requests.splice(0);
  }

  get requestCount(): number {
    return this.#requests.length;
  }

  /** Makes those who wait look again. */
  touch(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when `seen` holds; a request, an end of a connection, or {@link touch} makes it look again. */
  async until(seen: () => boolean, limitMs = 4_000): Promise<boolean> {
    const limit = Date.now() + limitMs;
    while (!seen() && Date.now() < limit) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return seen();
  }

  /** Ends the connections whose answers have no end. */
  hangUp(): void {
    for (const socket of this.#unfinished) socket.destroy();
  }

  /** Ends all connections, also those that are kept for later. */
  disconnect(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/** An answer with a length. */
export function answer(
  status: number,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): EdgedScript {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${status} Stub`, ...headers, `Content-Length: ${bytes.length}`];
  return whole(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]));
}

/** An answer in chunks. */
export function chunked(...pieces: readonly (string | Buffer)[]): EdgedScript {
  const chunks = pieces.map((piece) => {
    const bytes = Buffer.from(piece);
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  return whole(Buffer.concat([head, ...chunks, Buffer.from('0\r\n\r\n')]));
}

function whole(bytes: Uint8Array): EdgedScript {
  return Object.assign((_request: EdgedRequest, socket: Duplex) => void socket.write(bytes), {
    isWhole: true as const,
  });
}

/** Listens on a port of the machine's loopback; the server's connections are the stub's. */
export async function listenOn(edged: StubEdged, port: number): Promise<Server> {
  const server = createServer((socket: Socket) => edged.serve(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return server;
}
