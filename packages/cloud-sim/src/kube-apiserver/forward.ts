import type { Host, HttpResponse } from '@kubeedge-sim/sim-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ReverseProxyTarget, reverseProxy } from '../go-reverse-proxy.ts';
import { COMPONENT } from './trace-kinds.ts';

export type ForwardTarget = Omit<ReverseProxyTarget, 'component' | 'drops'>;

/**
 * Sends a client's request on and resolves with the head of the answer. Credentials stay behind: authentication has
 * consumed them; and nobody says of himself who he is.
 * @throws what httpRequest throws
 */
export function forward(
  host: Host,
  request: FastifyRequest,
  reply: FastifyReply,
  target: ForwardTarget,
): Promise<HttpResponse> {
  const drops = (name: string) => name === 'authorization' || name.startsWith('x-remote-');
  return reverseProxy(host, request, reply, { ...target, drops, component: COMPONENT });
}
