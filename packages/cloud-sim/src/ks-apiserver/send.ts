import type { FastifyReply } from 'fastify';
import { goIndented } from './go-text.ts';

/** Answers with an entity as go-restful writes it, indented by a blank. */
export function sendEntity(reply: FastifyReply, entity: object): FastifyReply {
  return reply.header('content-type', 'application/json').send(goIndented(entity));
}

/**
 * Answers as kubesphere/kubesphere v3.1.0 pkg/api/utils.go does: http.Error with what could be HTML escaped.
 */
export function sendGoError(reply: FastifyReply, message: string, status: number): FastifyReply {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
  const text = message.replace(/[&<>]/g, (character) => escapes[character] ?? character);
  return reply
    .code(status)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .send(Buffer.from(`${text}\n`));
}
