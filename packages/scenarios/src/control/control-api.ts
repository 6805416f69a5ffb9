import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRealClock, SimError } from '@kubeedge-sim/sim-kit';
import { Ajv, type ErrorObject } from 'ajv';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchemaValidationError,
} from 'fastify';
import { addGuard, type GuardOptions } from './guard.ts';
import { openapiDocument } from './openapi.ts';
import type { Asked, ControlContext, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { PROBLEM_TYPE, Problem, toProblem } from './problem.ts';
import { createWorlds, type WorldLimits, type Worlds } from './worlds.ts';

/** How much a control server bears, and how long it waits. */
export interface ControlLimits extends WorldLimits {
  /** Largest body of a request. */
  bodyBytesMax: number;
  /** Time a request has from its last byte to its answer. */
  answerMs: number;
  /** Time a client has to send its request. */
  receiveMs: number;
  /** Connections at one time. */
  connectionsMax: number;
}

export const defaultLimits: ControlLimits = {
  worldsMax: 16,
  waitingMax: 32,
  idleMs: 30 * 60_000,
  bodyBytesMax: 64 * 1024,
  answerMs: 180_000,
  receiveMs: 10_000,
  connectionsMax: 256,
};

export interface ControlOptions extends GuardOptions {
  /** 0 for any free one. */
  port: number;
  limits?: Partial<ControlLimits>;
  /** Told of errors that are ours, not the client's. */
  report(error: unknown): void;
}

/** A control server. Disposing it closes its connections, and disposes the worlds it has started. */
export interface ControlApi extends AsyncDisposable {
  readonly url: string;
  readonly worlds: Worlds;
}

/**
 * Serves the control API.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startControlApi(options: ControlOptions): Promise<ControlApi> {
  const limits = { ...defaultLimits, ...options.limits };
  const worlds = createWorlds(createRealClock(), limits, options.report);
  const app = createApp(limits, options, { worlds, limits, version: packageVersion() });
  const { listen: host, port } = options;
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, `${host}:${port}`);
  }
  const server = app.server as Server;
  server.maxConnections = limits.connectionsMax;
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    worlds,
    async [Symbol.asyncDispose]() {
      await Promise.all([app.close(), worlds[Symbol.asyncDispose]()]);
    },
  };
}

function createApp(limits: ControlLimits, options: ControlOptions, context: ControlContext): FastifyInstance {
  const app = fastify({
    http: { headersTimeout: limits.receiveMs, connectionsCheckingInterval: CHECK_MS },
    requestTimeout: limits.receiveMs,
    handlerTimeout: limits.answerMs,
    bodyLimit: limits.bodyBytesMax,
    forceCloseConnections: true,
    pluginTimeout: 0,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    frameworkErrors: (error, _request, reply) => {
      const problem = new Problem(400, 'bad-url', error.message);
      // Its type is that of a route which is not known yet.
      const answer: FastifyReply = reply as never;
      void answer.code(400).type(PROBLEM_TYPE).send(JSON.stringify(problem.toJson()));
    },
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      socket.end(rawProblem(clientProblem(error.code, error.message)));
    },
  });
  readJson(app);
  addValidation(app);
  // What is served is what the handlers make; tests hold it against the schemas.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler((error, _request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 500) options.report(error);
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .type(PROBLEM_TYPE)
      .serializer(JSON.stringify)
      .send(problem.toJson());
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  addGuard(app, options);
  for (const each of operations) addOperation(app, each, context);
  const document = openapiDocument();
  app.get('/openapi.json', () => document);
  return app;
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** How often Node looks for clients that are too slow. */
const CHECK_MS = 500;
/** The rest of a proxied path counts as one. */
const PARAM_LENGTH_MAX = 2_000;

function addOperation(app: FastifyInstance, each: Operation, context: ControlContext): void {
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
      const asked: Asked<unknown, unknown> = {
        params: request.params as Record<string, string>,
        query: request.query,
        body: request.body,
        signal: untilAnswered(reply),
        target: request.url,
      };
      const answer = await each.handle(asked as Asked<never, never>, context);
      const { status = 200, type, headers = {}, body } = answer;
      reply.code(status).headers(headers);
      if (type !== undefined) reply.type(type);
      return reply.send(body);
    },
  });
}

/** Aborts when the client has left or has been answered: with 504, while the handler is still at work. */
function untilAnswered(reply: FastifyReply): AbortSignal {
  const over = new AbortController();
  reply.raw.once('close', () => over.abort(new Problem(499, 'client-left', 'Nobody waits for the answer.')));
  return over.signal;
}

/** `/v1/worlds/{world}/proxy/{path*}` as fastify's router has it. */
const fastifyPath = (path: string) => path.replace(/\{\w+\*\}/, '*').replace(/\{(\w+)\}/g, ':$1');

/** JSON is read from bytes that are UTF-8, and without keys that reach into prototypes. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return done(new Problem(400, 'not-utf-8', 'Tried to read the body as UTF-8, found other bytes.'));
    }
    return parse(request, text, (error, value) => {
      if (error) done(new Problem(400, 'not-json', `Tried to read the body as JSON: ${error.message}.`));
      else done(null, value);
    });
  });
}

/** Bodies are taken as they are; only what stands in a URL is a number by looking like one. */
function addValidation(app: FastifyInstance): void {
  const strict = new Ajv({ allErrors: false, strictSchema: false });
  const coercing = new Ajv({ allErrors: false, strictSchema: false, coerceTypes: true });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? strict : coercing).compile(schema as object),
  );
  app.setSchemaErrorFormatter((errors, part) => new Error(invalid(errors, part)));
}

function invalid(errors: readonly FastifySchemaValidationError[], part: string): string {
  const [error] = errors as readonly Partial<ErrorObject>[];
  const { instancePath = '', message = 'is not as it should be', params } = error ?? {};
  const where = `the ${part === 'querystring' ? 'query' : part}${instancePath === '' ? '' : ` at ${instancePath}`}`;
  const { additionalProperty, allowedValues } = (params ?? {}) as Record<string, unknown>;
  if (additionalProperty !== undefined)
    return `Found ${JSON.stringify(additionalProperty)} in ${where}, which there is not; see /openapi.json.`;
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : '';
  return `Tried to read ${where}: it ${message}${allowed}; see /openapi.json.`;
}

function notFound({ method, url }: FastifyRequest): Problem {
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

function clientProblem(code: string, message: string): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem(
      408,
      'too-slow',
      'Waited for the request, found only part of it in time. Send it at once.',
    );
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem(431, 'too-large', 'The head of the request is larger than 16 KB.');
  return new Problem(400, 'not-http', `Tried to read an HTTP request: ${message}.`);
}

/** An answer to what never became a request. */
function rawProblem(problem: Problem): string {
  const { title, ...rest } = problem.toJson();
  const body = JSON.stringify({ title, ...rest });
  return [
    `HTTP/1.1 ${problem.status} ${title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

function listenError(cause: unknown, endpoint: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  const who = 'the control API';
  if (code === 'EADDRINUSE') return new SimError('SIM_ERR_PORT_IN_USE', { endpoint, who, by: '' }, { cause });
  if (code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return cause;
  const remedy = 'Give another --port or --listen.';
  return new SimError('SIM_ERR_LISTEN_DENIED', { endpoint, who, cause: code, remedy }, { cause });
}
