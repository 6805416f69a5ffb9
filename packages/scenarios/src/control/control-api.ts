import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRealClock, SimError } from '@kubeedge-sim/sim-kit';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { addGuard, type GuardOptions } from './guard.ts';
import { addValidation, readJson } from './input.ts';
import { openapiDocument } from './openapi.ts';
import type { ControlContext } from './operation.ts';
import { operations } from './operations.ts';
import { PROBLEM_TYPE, Problem, toProblem } from './problem.ts';
import { rawAnswer } from './raw-problem.ts';
import { addOperation, notFound } from './routes.ts';
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
  const clock = createRealClock();
  const worlds = createWorlds(clock, limits, options.report);
  const app = createApp(limits, options, { worlds, clock, version: packageVersion() });
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
      // Whoever waits for a world learns that it is gone.
      await worlds[Symbol.asyncDispose]();
      await app.close();
    },
  };
}

function createApp(limits: ControlLimits, options: ControlOptions, context: ControlContext): FastifyInstance {
  const app = fastify({
    http: { headersTimeout: limits.receiveMs, connectionsCheckingInterval: CHECK_MS },
    requestTimeout: limits.receiveMs,
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
      socket.end(rawAnswer(error.code, error.message));
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
  for (const each of operations) addOperation(app, each, context, limits.answerMs);
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

function listenError(cause: unknown, endpoint: string): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  const who = 'the control API';
  if (code === 'EADDRINUSE') return new SimError('SIM_ERR_PORT_IN_USE', { endpoint, who, by: '' }, { cause });
  if (code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return cause;
  const remedy = 'Give another --port or --listen.';
  return new SimError('SIM_ERR_LISTEN_DENIED', { endpoint, who, cause: code, remedy }, { cause });
}
