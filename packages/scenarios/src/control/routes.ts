import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Asked, ControlContext, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { Problem } from './problem.ts';

/** Gives an operation its route. It is answered within `answerMs`, and then with 504. */
export function addOperation(
  app: FastifyInstance,
  each: Operation,
  context: ControlContext,
  answerMs: number,
): void {
  app.route({
    method: each.method,
    url: fastifyPath(each.path),
    schema: {
      ...(each.query && {
        querystring: { type: 'object', properties: each.query, additionalProperties: false },
      }),
      ...(each.body !== undefined && { body: each.body }),
    },
    async handler(request, reply) {
      const { promise: over, resolve: giveUp } = Promise.withResolvers<void>();
      const left = new AbortController();
      using _limit = context.clock.setTimeout(giveUp, answerMs, `answer to ${each.id}`);
      // With 504, too, nobody waits any more.
      reply.raw.once('close', () =>
        left.abort(new Problem(499, 'client-left', 'Nobody waits for the answer.')),
      );
      const asked: Asked<unknown, unknown> = {
        params: request.params as Record<string, string>,
        query: request.query,
        body: request.body,
        signal: left.signal,
        target: request.url,
      };
      // Not by fastify's handlerTimeout, which in 5.12 is called off as soon as a body has been read.
      const work = Promise.resolve(each.handle(asked as Asked<never, never>, context));
      const answer = await Promise.race([work, over.then(() => Promise.reject(tooSlow()))]);
      const { status = 200, type, headers = {}, body } = answer;
      reply.code(status).headers(headers);
      if (type !== undefined) reply.type(type);
      return reply.send(body);
    },
  });
}

const tooSlow = () =>
  new Problem(
    504,
    'too-slow',
    'The request was not done in the time this server gives it (--max-seconds). What it began in its world goes on.',
  );

/** `/v1/worlds/{world}/proxy/{path*}` as fastify's router has it. */
const fastifyPath = (path: string) => path.replace(/\{\w+\*\}/, '*').replace(/\{(\w+)\}/g, ':$1');

/** What there is instead of what was asked for: 404, or 405 with the methods. */
export function notFound({ method, url }: FastifyRequest): Problem {
  const path = url.replace(/\?.*$/, '');
  const here = operations.filter((each) =>
    new RegExp(`^${each.path.replace(/\{\w+\*\}/, '.+').replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const tried = `Tried ${method} ${path.slice(0, 200)}`;
  if (here.length === 0)
    return new Problem(
      404,
      'no-such-path',
      `${tried}, found nothing there; /openapi.json lists what there is.`,
    );
  const methods = here.map((each) => each.method).join(', ');
  return new Problem(405, 'wrong-method', `${tried}; there is ${methods}.`, { allow: methods });
}
