import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Certificate, NetSocket } from '@kubeedge-sim/sim-kit';
import {
  type ConnectUrl,
  connectUrlFromRequestTarget,
  goStringFromBytes,
  WireError,
} from '@kubeedge-sim/wire';

/** A connection that asks for a protocol upgrade and can be taken over (Go's Hijack). */
export interface Hijackable {
  readonly message: IncomingMessage;
  readonly socket: NetSocket;
  /** What the client sent after its head. */
  readonly head: Buffer;
}

/** A request as Go's net/http hands it to a handler. */
export interface GoRequest {
  readonly method: string;
  readonly proto: '1.0' | '1.1' | '2.0';
  /** Go's r.Host; handlers may replace it. */
  host: string;
  /** Request target as sent. */
  readonly target: string;
  readonly url: ConnectUrl;
  /** Canonical names, values in order, without Host. Strings carry any bytes (wire's go-string). */
  readonly header: ReadonlyMap<string, readonly string[]>;
  /** `address:port` of the client. */
  readonly remoteAddress: string;
  /** Key of the connection it came on, as in the trace. */
  readonly connection: string;
  /** Go's r.Context(): aborted when the client goes away. */
  readonly done: AbortSignal;
  readonly hijackable?: Hijackable;
  /** The certificate the client showed, verified or not. */
  readonly peerCertificate?: Certificate;
  /**
   * The body; undefined when it is longer than `maxBytes`, or its client has left. Empty on servers that read no bodies.
   */
  readBody(maxBytes: number): Promise<Buffer | undefined>;
}

/** A request Go's net/http refuses before any handler; `reason` is what follows `400 Bad Request`. */
export interface BadRequest {
  readonly badRequest: string;
}

/** What both HTTP versions know of a request. */
export interface RequestParts {
  method: string;
  proto: GoRequest['proto'];
  target: string;
  /** Name, value, name, value … without HTTP/2's pseudo headers. */
  rawHeaders: readonly string[];
  /** HTTP/2's :authority. */
  authority?: string | undefined;
  socket: Pick<NetSocket, 'remoteAddress' | 'remotePort' | 'connection' | 'peerCertificate'>;
  done: AbortSignal;
  hijackable?: Hijackable;
  /** Of servers that read bodies. */
  body?: Readable;
}

/**
 * Builds the request as golang/go src/net/http/request.go readRequest and server.go (*conn).readRequest do.
 */
export function goRequest(parts: RequestParts): GoRequest | BadRequest {
  const header = headerMap(parts.rawHeaders);
  const hosts = header.get('Host') ?? [];
  header.delete('Host');
  if (parts.proto === '1.1' && hosts.length === 0) return { badRequest: ': missing required Host header' };
  if (hosts.length > 1) return { badRequest: ': too many Host headers' };
  // The target's authority wins over the header; Go allows the absolute form on every server.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?]*)(.*)$/i.exec(parts.target);
  let url: ConnectUrl;
  try {
    url = connectUrlFromRequestTarget(absolute === null ? parts.target : absolute[2] || '/');
  } catch (error) {
    if (error instanceof WireError) return { badRequest: '' };
    throw error;
  }
  // net/http takes the transfer encoding out of the headers, and adds Cache-Control to old Pragma.
  header.delete('Transfer-Encoding');
  if (header.get('Pragma')?.[0] === 'no-cache' && !header.has('Cache-Control')) {
    header.set('Cache-Control', ['no-cache']);
  }
  const { method, proto, target, socket, done, hijackable, body } = parts;
  const { peerCertificate } = socket;
  return {
    method,
    proto,
    host: absolute?.[1] ?? parts.authority ?? hosts[0] ?? '',
    target,
    url,
    header,
    remoteAddress: `${socket.remoteAddress}:${socket.remotePort}`,
    connection: socket.connection,
    done,
    ...(hijackable && { hijackable }),
    ...(peerCertificate && { peerCertificate }),
    readBody: async (maxBytes) => (body === undefined ? Buffer.alloc(0) : readAtMost(body, maxBytes)),
  };
}

async function readAtMost(body: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

/** Go's Header.Get: the first value, or an empty string. `name` is canonical. */
export function firstHeader(request: GoRequest, name: string): string {
  return request.header.get(name)?.[0] ?? '';
}

/** gorilla/websocket v1.4.0 util.go tokenListContainsValue: comma lists, any case. */
export function headerHasToken(request: GoRequest, name: string, token: string): boolean {
  const lists = request.header.get(name) ?? [];
  return lists.some((list) => list.split(',').some((item) => item.trim().toLowerCase() === token));
}

function headerMap(raw: readonly string[]): Map<string, string[]> {
  const header = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = canonicalName(raw[at] ?? '');
    const value = goStringFromBytes(Buffer.from(raw[at + 1] ?? '', 'latin1'));
    const values = header.get(name);
    if (values === undefined) header.set(name, [value]);
    else values.push(value);
  }
  return header;
}

/** golang/go src/net/textproto/reader.go canonicalMIMEHeaderKey */
function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
