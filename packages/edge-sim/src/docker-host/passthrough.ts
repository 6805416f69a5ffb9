import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  createHttpServer,
  type Host,
  httpRequest,
  listenHttp,
  type NetSocket,
  type World,
} from '@kubeedge-sim/sim-kit';
import { splitVersionedPath } from '../docker/api-version.ts';
import { DOCKER_SOCKET_PATH } from '../docker/engine.ts';
import '../docker/trace-kinds.ts';
import { openEngineApi } from './engine-api.ts';

export interface DockerPassthroughOptions {
  /** The real engine: `unix:///var/run/docker.sock`, `tcp://host:2375`, an `http:` or `https:` URL. */
  dockerHost: string;
  /** Unix socket of the host that leads there; default {@link DOCKER_SOCKET_PATH}. */
  socketPath?: string;
}

/** A host's Docker socket behind which a real engine answers. */
export interface DockerPassthrough extends AsyncDisposable {
  readonly dockerHost: string;
  /** Where clients on the host dial it. */
  readonly socketPath: string;
  /** The path for clients outside of the world, as in `docker -H unix://<path>`. */
  readonly outsidePath: string;
  stop(): Promise<void>;
}

/**
 * Puts a real engine behind a host's Docker socket. Requests and answers pass unchanged; each is in the trace
 * as those of the simulated engine are. Only GET and HEAD pass, which is all that edgecore's clients send
 * here: the engine is the user's, and nothing on it is created, stopped or removed.
 * @throws EdgeError EDGE_ERR_DOCKER_HOST; SimError SIM_ERR_NO_OUTSIDE on a memory world, SIM_ERR_PORT_IN_USE
 */
export async function startDockerPassthrough(
  world: World,
  host: Host,
  options: DockerPassthroughOptions,
): Promise<DockerPassthrough> {
  const { dockerHost, socketPath = DOCKER_SOCKET_PATH } = options;
  const { door } = openEngineApi(world, dockerHost);
  const stopping = new AbortController();

  function record(request: IncomingMessage, status: number, told: string): void {
    const { method = 'GET', url = '/', headers, socket } = request;
    const { apiVersion, path } = splitVersionedPath(url);
    const refused = refusalIn(status, told);
    world.trace.emit({
      host: host.name,
      component: 'dockerd',
      kind: 'docker.request',
      parent: world.trace.linked((socket as unknown as NetSocket).connection),
      detail: {
        method,
        path,
        ...(apiVersion === undefined ? {} : { apiVersion }),
        ...(headers['user-agent'] === undefined ? {} : { userAgent: headers['user-agent'] }),
        status,
        ...(refused === undefined ? {} : { refused }),
      },
    });
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', rawHeaders } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      const message = `kubeedge-sim passes only GET and HEAD to the real engine at ${dockerHost}, not ${method}`;
      record(request, 403, '');
      response.writeHead(403, { 'content-type': 'application/json', connection: 'close' });
      response.end(`${JSON.stringify({ message })}\n`);
      return;
    }
    const answer = await httpRequest(door, {
      target: { path: socketPath },
      method,
      path: url,
      headers: headersOf(rawHeaders),
      component: 'dockerd',
      signal: stopping.signal,
    });
    // A refusal is read whole, because its words say which kind it is.
    const told = answer.status === 400 ? await answer.text() : undefined;
    record(request, answer.status, told ?? '');
    // The lines are the engine's own: node would add a Date and a Connection.
    response.sendDate = false;
    response.removeHeader('connection');
    response.writeHead(answer.status, answer.body.statusMessage ?? '', answer.body.rawHeaders);
    if (told === undefined) await pipeline(answer.body, response);
    else response.end(told);
  }

  const server = createHttpServer((request, response) => {
    // Whatever goes wrong on the way to the engine is, for its client, an engine that hung up.
    pass(request, response).catch(() => request.socket.destroy());
  });
  const listener = await listenHttp(host, { path: socketPath }, { component: 'dockerd' }, server);
  const stop = async () => {
    stopping.abort();
    await listener.close();
  };
  const { socketPath: outsidePath = socketPath } = listener;
  return { dockerHost, socketPath, outsidePath, stop, [Symbol.asyncDispose]: stop };
}

// The texts of moby api/server/middleware/version.go WrapHandler @v28.5.2; `is newer` up to @v1.12.6.
function refusalIn(status: number, told: string): 'too-new' | 'too-old' | undefined {
  if (status !== 400) return undefined;
  if (/client version \S+ is too new|client is newer than server/.test(told)) return 'too-new';
  return /client version \S+ is too old/.test(told) ? 'too-old' : undefined;
}

function headersOf(raw: readonly string[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] as string;
    headers[name] = [...(headers[name] ?? []), raw[index + 1] as string];
  }
  return headers;
}
