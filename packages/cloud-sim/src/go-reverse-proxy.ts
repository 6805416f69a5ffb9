import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import {
  type Endpoint,
  type Host,
  type HttpResponse,
  httpRequest,
  type TlsClientOptions,
} from '@kubeedge-sim/sim-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface ReverseProxyTarget {
  endpoint: Endpoint;
  /** Path and query. */
  path: string;
  /** Absent: plain HTTP. */
  tls?: TlsClientOptions | undefined;
  /** Added to the client's own headers, or instead of them. */
  headers?: OutgoingHttpHeaders | undefined;
  /** Which of the client's own are not handed on, beside those of one connection. Names are in lower case. */
  drops?: ((name: string) => boolean) | undefined;
  /** The process that hands the request on. */
  component: string;
  /** The trace event that makes it do so. */
  parent: number;
}

// golang/go go1.13, go1.15 src/net/http/httputil/reverseproxy.go hopHeaders.
const hopHeaders = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Go's net.Dialer under client-go (client-go v0.19.3 transport/cache.go); http.DefaultTransport has the same. */
export const DIAL_TIMEOUT_MS = 30_000;

/**
 * Hands a client's request on as Go's ReverseProxy does and resolves with the head of the answer. When the client leaves,
 * the request is called off.
 * @throws what httpRequest throws
 */
export async function reverseProxy(
  host: Host,
  request: FastifyRequest,
  reply: FastifyReply,
  target: ReverseProxyTarget,
): Promise<HttpResponse> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('context canceled')));
  const { endpoint, path, tls, headers, drops = () => false, component, parent } = target;
  const named = connectionFields(request.headers);
  const forwarded = [request.headers['x-forwarded-for'], request.raw.socket.remoteAddress];
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await buffer(request.raw);
  return httpRequest(host, {
    target: endpoint,
    method: request.method,
    path,
    headers: {
      ...endToEnd(request.headers, (name) => named.has(name) || drops(name)),
      ...headers,
      'x-forwarded-for': forwarded.filter(Boolean).join(', '),
    },
    ...(body !== undefined && body.length > 0 && { body }),
    ...(tls && { tls }),
    timeoutMs: DIAL_TIMEOUT_MS,
    signal: gone.signal,
    component,
    parent,
  });
}

/** Passes an answer on to the client: status, headers and body as they come. */
export function passOn(reply: FastifyReply, response: HttpResponse): FastifyReply {
  const named = connectionFields(response.headers);
  const headers = endToEnd(response.headers, (name) => named.has(name));
  return reply.code(response.status).headers(headers).send(response.body);
}

/** What a message says belongs to its connection. golang/go go1.15 removeConnectionHeaders */
const connectionFields = ({ connection = '' }: IncomingHttpHeaders) =>
  new Set(connection.split(',').map((name) => name.trim().toLowerCase()));

/** Without what belongs to one connection. */
function endToEnd(headers: IncomingHttpHeaders, drops: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopHeaders.has(name) && !drops(name)),
  );
}
