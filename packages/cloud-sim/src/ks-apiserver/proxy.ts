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
import { COMPONENT } from './trace-kinds.ts';

export interface ProxyTarget {
  endpoint: Endpoint;
  /** Path and query. */
  path: string;
  /** Absent: plain HTTP. */
  tls?: TlsClientOptions;
  /** Instead of the client's own. */
  headers?: OutgoingHttpHeaders;
  /** Not handed on. */
  without?: readonly string[];
  parent: number;
}

// golang/go go1.13 src/net/http/httputil/reverseproxy.go hopHeaders.
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

const DIAL_TIMEOUT_MS = 30_000;

/**
 * Hands a request on as Go's ReverseProxy does, with the client's own Host, and the answer back. A client that leaves calls
 * it off.
 * @throws what httpRequest throws, before anything is answered
 */
export async function proxy(
  host: Host,
  request: FastifyRequest,
  reply: FastifyReply,
  target: ProxyTarget,
): Promise<FastifyReply> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('context canceled')));
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await buffer(request.raw);
  const response: HttpResponse = await httpRequest(host, {
    target: target.endpoint,
    method: request.method,
    path: target.path,
    headers: {
      ...endToEnd(request.headers, target.without),
      ...target.headers,
      'x-forwarded-for': request.raw.socket.remoteAddress,
    },
    ...(body !== undefined && body.length > 0 && { body }),
    ...(target.tls && { tls: target.tls }),
    timeoutMs: DIAL_TIMEOUT_MS,
    signal: gone.signal,
    component: COMPONENT,
    parent: target.parent,
  });
  return reply.code(response.status).headers(endToEnd(response.headers)).send(response.body);
}

const endToEnd = (headers: IncomingHttpHeaders, without: readonly string[] = []): IncomingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopHeaders.has(name) && !without.includes(name)),
  );
