import {
  type DialOptions,
  type HttpRequest,
  httpRequest,
  SimError,
  TlsError,
  type World,
} from '@kubeedge-sim/sim-kit';
import { EdgeError } from '../errors.ts';

/** Port of an engine on plain TCP when its address names none (moby client/client.go DefaultDockerHost, IANA). */
const DOCKER_TCP_PORT = 2_375;
/** An engine that lets a request wait longer does not answer, as far as anyone here can tell. */
const ANSWER_MS_MAX = 15_000;

/** A real engine, asked by the simulator itself; it never asks for anything but GET. */
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
  const failure = (path: string, found: string, cause?: unknown) =>
    new EdgeError(
      'EDGE_ERR_DOCKER_HOST_UNREACHABLE',
      { request: `GET ${path}`, host: dockerHost, found },
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

  return { dockerHost, get, stream, door };
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
