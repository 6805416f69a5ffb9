import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type Host, type HttpResponse, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { COMPONENT } from './trace-kinds.ts';

// golang/go go1.15 src/net/http/httputil/reverseproxy.go hopHeaders.
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

/** Go's net.Dialer under client-go (client-go v0.19.3 transport/cache.go). */
export const DIAL_TIMEOUT_MS = 30_000;

export interface ForwardOptions {
  /** Where to, TLS is spoken. */
  address: string;
  port: number;
  /** Path and query. */
  path: string;
  tls: TlsClientOptions;
  /** Added to the client's own headers, or instead of them. */
  headers: OutgoingHttpHeaders;
  /** The trace event that makes us forward. */
  parent: number;
}

/**
 * Sends a client's request on as Go's ReverseProxy does and resolves with the head of the answer. When the
 * client leaves, the request is called off.
 * @throws what httpRequest throws
 */
export async function forward(
  host: Host,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ForwardOptions,
): Promise<HttpResponse> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('context canceled')));
  const { address, port, path, tls, parent } = options;
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await buffer(request.raw);
  return httpRequest(host, {
    target: { address, port },
    method: request.method,
    path,
    headers: {
      ...endToEnd(request.headers),
      ...options.headers,
      'x-forwarded-for': request.raw.socket.remoteAddress,
    },
    ...(body === undefined || body.length === 0 ? {} : { body }),
    tls,
    timeoutMs: DIAL_TIMEOUT_MS,
    signal: gone.signal,
    component: COMPONENT,
    parent,
  });
}

/** Passes an answer on to the client: status, headers and body as they come. */
export function passOn(reply: FastifyReply, response: HttpResponse): FastifyReply {
  return reply.code(response.status).headers(endToEnd(response.headers)).send(response.body);
}

/** Without what belongs to one connection, and without credentials: authentication has consumed those. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(
      // Nobody says of himself who he is.
      ([name]) => !hopHeaders.has(name) && name !== 'authorization' && !name.startsWith('x-remote-'),
    ),
  );
}
