import type { FastifyInstance } from 'fastify';
import { sendJson } from './send.ts';
import { internalError, StatusError, unsupportedMediaType } from './status.ts';

/** Answers whatever a handler throws with a Status, as clients expect it. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof StatusError) return sendJson(reply, error.status, error.status.code);
    // fastify's own, for a Content-Type that is none.
    if (error.statusCode === 415) return sendJson(reply, unsupportedMediaType(['application/json']), 415);
    return sendJson(reply, internalError(error.message), 500);
  });
}
