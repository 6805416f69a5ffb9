import { type IncomingMessage, ServerResponse } from 'node:http';
import {
  createHttpServer,
  listenHttp,
  type NetSocket,
  reportLimit,
  type TlsServerOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import { writeGoChunks, writeGoResponse } from '../../go-http/response.ts';
import type { PodDescription } from '../../machine/description.ts';
import type { Machine } from '../../machine/machine.ts';
import type { Cadvisor } from '../cadvisor/container-info.ts';
import { createComponentLog } from '../component-log.ts';
import { type EdgecoreLimits, edgecoreLimitsDefault, type ReachLimit } from '../limits.ts';
import type { EdgedContext, EdgedTraits, RuntimeOperations } from './context.ts';
import { createMux, type Handler } from './go-mux.ts';
import { guardServer, readBody } from './guarded.ts';
import type { Answer, AnswerNotes, StreamedAnswer, TakeOver } from './http-answer.ts';
import { createPodDirectory } from './pod-directory.ts';
import { EDGED_PATHS, edgedRoutes } from './routes.ts';

import './trace-kinds.ts';

/**
 * Where edged listens, and there only; kubeedge v1.6.1 edge/pkg/edged/server/server.go,
 * common/constants/default.go.
 */
export const EDGED_ADDRESS = '127.0.0.1';
export const EDGED_PORT = 10_350;

const COMPONENT = 'edged';

export interface EdgedOptions extends Partial<EdgedTraits> {
  /** The node's name in summaries and pods. */
  nodeName: string;
  cadvisor: Cadvisor;
  /** Where to listen; default {@link EDGED_ADDRESS}, and 0.0.0.0 is every address of the host. */
  address?: string;
  port?: number;
  /** Speak TLS, as a kubelet does; edged does not. */
  tls?: TlsServerOptions;
  /** Who answers, for the trace; default `edged`. */
  component?: string;
  /** The pods edged was given; default those of the machine's description. */
  pods?: () => readonly PodDescription[];
  /** What kubelet_docker_operations_* count; default nothing, which leaves those families out. */
  runtimeOperations?: () => RuntimeOperations;
  /** Goroutines that edgestream has leaked; default none. */
  leakedGoroutines?: () => number;
  /** Default: the default ones. */
  limits?: EdgecoreLimits;
  /** Default: reported as its own. */
  reachLimit?: ReachLimit;
}

/** A running edged. Disposing it ends its connections, as the end of edgecore does. */
export interface Edged extends AsyncDisposable {
  readonly port: number;
}

/**
 * Starts edged's HTTP server, on the host's loopback unless told otherwise.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startEdged(world: World, machine: Machine, options: EdgedOptions): Promise<Edged> {
  const { address = EDGED_ADDRESS, component = COMPONENT, port = EDGED_PORT, tls } = options;
  const mux = createMux(edgedRoutes(createContext(world, machine, options)));
  const { limits = edgecoreLimitsDefault } = options;
  const reachLimit: ReachLimit =
    options.reachLimit ??
    ((limit, by, parent) =>
      reportLimit(world, { host: where.host, component, limit, most: limits[limit], ...by, parent }));
  const where: Where = { world, host: machine.host.name, component, limits, reachLimit };
  const serve = (request: IncomingMessage, response: ServerResponse, taken?: Taken) => {
    answerRequest(where, mux, request, response, taken).catch((error: unknown) => {
      // A panic in a handler: net/http logs it and drops the connection.
      emitPanic(where, request, error);
      request.socket.destroy();
    });
  };
  const server = createHttpServer((request, response) => serve(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: unknown, head: Buffer) => {
    const taken = { socket: socket as NetSocket, head };
    serve(
      request,
      responseOn(taken, request, () => server.emit('connection', taken.socket)),
      taken,
    );
  });
  server.on('clientError', (_error, socket) => {
    if (socket.destroyed || !socket.writable) return;
    // net/http's answer to what it cannot parse; golang/go go1.14 src/net/http/server.go serve.
    const head =
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n';
    socket.end(`${head}400 Bad Request`);
  });
  const guarded = guardServer(world, server, { limits, reachLimit, port });
  const listener = await listenHttp(
    machine.host,
    { address, port },
    { component, ...(tls && { tls }) },
    guarded.take,
  );
  return {
    port,
    async [Symbol.asyncDispose]() {
      guarded[Symbol.dispose]();
      await listener.close();
    },
  };
}

/** kubeedge v1.6.1 edge/pkg/edged/edged_pods.go. */
const STREAMING_V1_6 = {
  exec: true,
  attach: 'GetAttach need to be implemented',
  portForward: 'GetPortForward need to be implemented',
} as const;

/** What the handlers need, with edgecore v1.6.1's traits where the options give none. */
export function createContext(world: World, machine: Machine, options: EdgedOptions): EdgedContext {
  const { runtimeCgroup, kubeletCgroup } = options;
  return {
    world,
    log: createComponentLog(world, machine.host.name, options.component ?? COMPONENT),
    machine,
    cadvisor: options.cadvisor,
    nodeName: options.nodeName,
    pods: createPodDirectory(options.pods ?? machine.pods),
    startedAtMs: world.clock.now(),
    runtimeOperations: options.runtimeOperations ?? (() => ({ docker: {}, networkPlugin: {} })),
    leakedGoroutines: options.leakedGoroutines ?? (() => 0),
    traits: {
      paths: options.paths ?? EDGED_PATHS,
      machineMetrics: options.machineMetrics ?? false,
      resourceMetrics: options.resourceMetrics ?? 'containers',
      debuggingDisabled: options.debuggingDisabled ?? false,
      streaming: options.streaming === undefined ? STREAMING_V1_6 : options.streaming,
      goVersion: options.goVersion ?? 'go1.14.15',
      ...(runtimeCgroup === undefined ? {} : { runtimeCgroup }),
      ...(kubeletCgroup === undefined ? {} : { kubeletCgroup }),
    },
  };
}

/** Who records what in the trace. */
interface Where {
  world: World;
  host: string;
  component: string;
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
}

/** A connection that node has given out of its hands, for a request that may take it over. */
interface Taken {
  socket: NetSocket;
  head: Buffer;
}

/** For a request that does not: an answer as any other, after which the connection is at the server again. */
function responseOn({ socket, head }: Taken, request: IncomingMessage, again: () => void): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(socket as unknown as IncomingMessage['socket']);
  response.once('finish', () => {
    response.detachSocket(socket as unknown as IncomingMessage['socket']);
    if (!response.shouldKeepAlive) return void socket.end();
    if (head.length > 0) socket.unshift(head);
    again();
  });
  return response;
}

async function answerRequest(
  where: Where,
  mux: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  taken: Taken | undefined,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const mark = url.indexOf('?');
  const path = decodePath(mark < 0 ? url : url.slice(0, mark));
  const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { signal } = gone;
  const body = taken === undefined ? await readBody(request, where) : '';
  if (body === undefined) return;
  const answer: Answer | StreamedAnswer | TakeOver =
    path === undefined
      ? { status: 400, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: '400 Bad Request' }
      : await mux({
          method,
          path,
          query,
          headers,
          headerPairs: headerPairs(request),
          params: {},
          body,
          upgrade: taken !== undefined,
          signal,
        });
  const parent = emitAnswer(where, request, { method, path: url, status: answer.status }, answer.notes ?? {});
  if ('takeOver' in answer) {
    if (taken === undefined) throw new TypeError('a handler took over a connection that was not given to it');
    response.detachSocket(request.socket);
    answer.takeOver(taken.socket, taken.head, parent);
  } else if ('chunks' in answer) await writeGoChunks(response, answer, where.world.clock.now());
  else writeGoResponse(response, answer, where.world.clock.now());
}

function headerPairs({ rawHeaders, socket }: IncomingMessage): (readonly [string, string])[] {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  );
  return [...pairs, ['X-Forwarded-For', socket.remoteAddress ?? ''] as const];
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const socketOf = (request: IncomingMessage) => request.socket as unknown as NetSocket;

function emitAnswer(
  { world: { trace }, host, component }: Where,
  request: IncomingMessage,
  detail: { method: string; path: string; status: number },
  { pods, listed, skipped }: AnswerNotes,
): number {
  const where = { host, component };
  const parent = trace.emit({
    ...where,
    kind: 'edged.request',
    detail: { ...detail, ...(pods === undefined ? {} : { pods }) },
    parent: trace.linked(socketOf(request).connection),
  });
  if (listed !== undefined && listed.length > 0) {
    trace.emit({ ...where, kind: 'edged.pod-listed', detail: { pods: listed }, parent });
  }
  if (skipped !== undefined && skipped.length > 0) {
    const left = { ids: skipped, reason: 'no-pod-labels' as const };
    trace.emit({ ...where, kind: 'edged.container-skipped', detail: left, parent });
  }
  return parent;
}

function emitPanic(
  { world: { trace }, host, component }: Where,
  request: IncomingMessage,
  error: unknown,
): void {
  const { connection, remoteAddress, remotePort } = socketOf(request);
  trace.emit({
    host,
    component,
    kind: 'log',
    detail: {
      severity: 'E',
      verbosity: 0,
      source: 'server.go',
      message: `http: panic serving ${remoteAddress}:${remotePort}: ${String(error)}`,
    },
    parent: trace.linked(connection),
  });
}
