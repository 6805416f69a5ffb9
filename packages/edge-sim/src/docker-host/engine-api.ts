import {
  type DialOptions,
  type HttpRequest,
  httpRequest,
  type NetSocket,
  SimError,
  TlsError,
  type World,
} from '@kubeedge-sim/sim-kit';
import { EdgeError } from '../errors.ts';
import { hijack as hijackConnection, messageOf } from './hijack.ts';

/** Port of an engine on plain TCP when its address names none (moby client/client.go DefaultDockerHost, IANA). */
const DOCKER_TCP_PORT = 2_375;
/** An engine that lets a request wait longer does not answer, as far as anyone here can tell. */
const ANSWER_MS_MAX = 15_000;

/**
 * A real engine, asked by the simulator itself: GET, and for exec and attach, which a person asked for, the POST requests
 * of those.
 */
export interface EngineApi {
  /** As given, e.g. `unix:///var/run/docker.sock`. */
  readonly dockerHost: string;
  /** The JSON at a path without a version: every engine serves those as its newest version. Undefined for a 404. */
  get<T>(path: string, signal?: AbortSignal): Promise<T | undefined>;
  /**
   * The body at a path as it comes, until the signal is aborted.
   * @throws EdgeError EDGE_ERR_DOCKER_HOST_UNREACHABLE, for another status than 200 as well
   */
  stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
  /**
   * The JSON answer to a POST with a JSON body; undefined where there is none.
   * @throws EdgeError EDGE_ERR_DOCKER_HOST_UNREACHABLE with the engine's words
   */
  post<T>(path: string, body: object | undefined): Promise<T>;
  /**
   * The connection of a POST that the engine answers by giving it away.
   * @throws EdgeError EDGE_ERR_DOCKER_HOST_UNREACHABLE with the engine's words
   */
  hijack(path: string, body: string, signal: AbortSignal): Promise<NetSocket>;
  /** One HTTP request as it is; `target` is ignored. */
  readonly door: Pick<HttpDoor, 'connect'>;
}

interface HttpDoor {
  connect(
    target: HttpRequest['target'],
    options: DialOptions,
  ): ReturnType<ReturnType<World['net']['outside']>>;
}

/**
 * The door to a real engine, in the spellings of DOCKER_HOST: `unix:///path`, `tcp://host:port`, and `http:` and
 * `https:` URLs.
 * @throws EdgeError EDGE_ERR_DOCKER_HOST; SimError SIM_ERR_NO_OUTSIDE on a memory world
 */
export function openEngineApi(world: World, dockerHost: string): EngineApi {
  const outside = world.net.outside(outsideTarget(dockerHost));
  const door: HttpDoor = { connect: (_target, options) => outside(options) };

  const ask = (path: string, signal: AbortSignal) =>
    httpRequest(door, {
      target: { path: dockerHost },
      path,
      headers: { host: 'docker', 'user-agent': 'kubeedge-sim' },
      component: 'docker-host',
      signal,
    });
  const failure = (path: string, found: string, cause?: unknown, method = 'GET') =>
    new EdgeError(
      'EDGE_ERR_DOCKER_HOST_UNREACHABLE',
      { request: `${method} ${path}`, host: dockerHost, found },
      { cause },
    );

  async function stream(path: string, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const response = await ask(path, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw failure(path, error instanceof Error ? error.message : String(error), error);
    });
    if (response.status === 200) return response.body;
    throw failure(path, `HTTP ${response.status}: ${(await response.text()).trim().slice(0, 200)}`);
  }

  async function get<T>(path: string, signal?: AbortSignal): Promise<T | undefined> {
    const late = new AbortController();
    using _limit = world.clock.setTimeout(
      () => late.abort(),
      ANSWER_MS_MAX,
      `answer of ${dockerHost} to ${path}`,
    );
    const failed = (found: string, cause?: unknown) => failure(path, found, cause);
    try {
      const response = await ask(
        path,
        signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
      );
      const body = await response.text();
      if (response.status === 404) return undefined;
      if (response.status !== 200) throw failed(`HTTP ${response.status}: ${body.trim().slice(0, 200)}`);
      return JSON.parse(body) as T;
    } catch (error) {
      signal?.throwIfAborted();
      if (late.signal.aborted) throw failed(`no answer within ${ANSWER_MS_MAX / 1_000} s`, error);
      if (error instanceof EdgeError || error instanceof SimError) throw error;
      if (error instanceof SyntaxError) throw failed('an answer that is not JSON', error);
      // What the net has no name for (no permission for the socket, no such host, no HTTP) is node's own error.
      if (error instanceof TlsError || (error instanceof Error && 'code' in error))
        throw failed(error.message, error);
      throw error;
    }
  }

  async function post<T>(path: string, body: object | undefined): Promise<T> {
    const response = await httpRequest(door, {
      target: { path: dockerHost },
      method: 'POST',
      path,
      headers: { host: 'docker', 'user-agent': 'kubeedge-sim', 'content-type': 'application/json' },
      body: body === undefined ? '' : JSON.stringify(body),
      component: 'docker-host',
    }).catch((error: unknown) => {
      throw failure(path, error instanceof Error ? error.message : String(error), error, 'POST');
    });
    const text = await response.text();
    if (response.status >= 300) {
      throw failure(path, messageOf(text) ?? `HTTP ${response.status}`, undefined, 'POST');
    }
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function hijack(path: string, body: string, signal: AbortSignal): Promise<NetSocket> {
    try {
      const socket = await outside({ component: 'docker-host', signal });
      const answer = await hijackConnection(socket, path, body);
      if ('socket' in answer) return answer.socket;
      throw failure(path, answer.refused, undefined, 'POST');
    } catch (error) {
      if (error instanceof EdgeError || error instanceof SimError) throw error;
      throw failure(path, error instanceof Error ? error.message : String(error), error, 'POST');
    }
  }

  return { dockerHost, get, stream, post, hijack, door };
}

function outsideTarget(dockerHost: string): string {
  if (/^unix:\/\/\/.+$/.test(dockerHost) || /^\/.+$/.test(dockerHost)) return dockerHost;
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : undefined;
  const isTcp = url?.protocol === 'tcp:';
  if (url === undefined || url.hostname === '' || !(isTcp || /^https?:$/.test(url.protocol))) {
    throw new EdgeError('EDGE_ERR_DOCKER_HOST', { found: JSON.stringify(dockerHost) });
  }
  return isTcp ? `http://${url.hostname}:${url.port || DOCKER_TCP_PORT}` : dockerHost;
}
