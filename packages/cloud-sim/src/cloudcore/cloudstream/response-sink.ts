import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import { type Clock, drained, type NetSocket } from '@kubeedge-sim/sim-kit';

/** Header fields in the order in which they are written. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * The head of a response; `chunked` asks for chunks on HTTP/1.1, `close` ends the connection after the body.
 */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly chunked: boolean;
  readonly close: boolean;
}

/** Where a Go response writer's output goes: one response on a connection or an HTTP/2 stream. */
export interface ResponseSink {
  readonly proto: '1.0' | '1.1' | '2.0';
  head(head: ResponseHead): void;
  /**
   * Writes a piece of body; a promise means that the client does not read fast enough, and resolves when it
   * does.
   */
  body(bytes: Uint8Array): Promise<void> | undefined;
  end(): void;
  /** Closes without finishing, as net/http does after a panic. */
  abort(): void;
}

const CRLF = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** The line before a chunk; of the sizes that most have it is made once. */
const sizeLines: Buffer[] = [];
const sizeLine = (bytes: number) => Buffer.from(`${bytes.toString(16)}\r\n`);
for (let bytes = 0; bytes <= 256; bytes++) sizeLines.push(sizeLine(bytes));

/** A chunk of chunked encoding, in pieces. */
const chunkOf = (bytes: Uint8Array) => [sizeLines[bytes.length] ?? sizeLine(bytes.length), bytes, CRLF];

/**
 * An HTTP/1.1 response through node's own, which keeps the order of pipelined requests. What is written while a piece of
 * the tunnel's bytes is dealt with leaves in one piece, too, so chunks are made here: node hands each on in four parts.
 */
export function nodeSink(response: ServerResponse, clock: Clock): ResponseSink {
  const { connection } = response.req.socket as unknown as NetSocket;
  let chunked = false;
  let held: Uint8Array[] = [];
  const take = () => {
    const bytes = Buffer.concat(held);
    held = [];
    return bytes;
  };
  const flush = () => {
    if (held.length > 0) response.write(take());
  };
  response.sendDate = false;
  // Go writes neither Connection nor Keep-Alive on a connection it keeps.
  response.removeHeader('connection');
  return {
    proto: '1.1',
    head({ status, reason, headers, chunked: inChunks }) {
      chunked = inChunks;
      response.writeHead(status, reason, headers.flat());
      response.chunkedEncoding = false;
    },
    body(bytes) {
      if (held.length === 0) clock.soon(flush, `delivery on ${connection}`);
      held.push(...(chunked ? chunkOf(bytes) : [bytes]));
      return drained(response);
    },
    end() {
      if (chunked) held.push(LAST_CHUNK);
      response.end(take());
    },
    abort: () => void response.socket?.destroy(),
  };
}

/**
 * A response written to the socket itself: HTTP/1.0, which node answers with an HTTP/1.1 status line, and
 * connections taken from node by an upgrade request. `done` is called after the last byte if the connection
 * stays.
 */
export function rawSink(socket: NetSocket, proto: '1.0' | '1.1', done: () => void): ResponseSink {
  let chunked = false;
  let close = false;
  const write = (bytes: Uint8Array | string) => (socket.write(bytes) ? undefined : drained(socket));
  return {
    proto,
    head(head) {
      ({ chunked, close } = head);
      const fields = head.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      void write(Buffer.from(`HTTP/${proto} ${head.status} ${head.reason}\r\n${fields}\r\n`, 'latin1'));
    },
    body(bytes) {
      return write(chunked ? Buffer.concat(chunkOf(bytes)) : bytes);
    },
    end() {
      if (chunked) void write(LAST_CHUNK);
      if (close) socket.destroySoon();
      else done();
    },
    abort: () => void socket.destroy(),
  };
}

/** A response on an HTTP/2 stream. */
export function http2Sink(stream: ServerHttp2Stream): ResponseSink {
  return {
    proto: '2.0',
    head({ status, headers }) {
      if (stream.destroyed) return;
      stream.respond({
        ':status': status,
        ...Object.fromEntries(headers.map(([k, v]) => [k.toLowerCase(), v])),
      });
    },
    body: (bytes) => (stream.destroyed || stream.write(bytes) ? undefined : drained(stream)),
    end: () => void stream.end(),
    // golang/go src/net/http/h2_bundle.go (*http2serverConn).runHandler
    abort: () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  };
}
