import type { FastifyReply } from 'fastify';

/** Answers with JSON as a Go server writes it: one line, ended by a newline. */
export function sendJson(reply: FastifyReply, body: object, status = 200): FastifyReply {
  return sendJsonText(reply, goJson(body), status);
}

/** The same for what has been written already. */
export function sendJsonText(reply: FastifyReply, json: string, status = 200): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-cache, private')
    .header('content-type', 'application/json')
    .send(Buffer.from(`${json}\n`));
}

/** Answers as Go's http.Error does. */
export function sendText(reply: FastifyReply, text: string, status: number): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .send(Buffer.from(`${text}\n`));
}

/** encoding/json escapes what could end a script element. */
export function goJson(body: object): string {
  return JSON.stringify(body).replace(/[<>&]/g, (character) => escapes[character] ?? character);
}

const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
