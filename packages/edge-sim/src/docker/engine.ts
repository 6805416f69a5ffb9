import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createHttpServer, listenHttp, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import { writeGoResponse } from '../go-http/response.ts';
import type { Machine } from '../machine/machine.ts';
import { withMinApiVersion } from './api-version.ts';
import { createDispatcher } from './dispatch.ts';
import type { EngineProfile } from './engine-profile.ts';
import './trace-kinds.ts';

/** Where Docker's clients look for the engine unless told otherwise. */
export const DOCKER_SOCKET_PATH = '/var/run/docker.sock';

export interface DockerEngineOptions {
  profile: EngineProfile;
  /** Unix socket of the machine's host; default {@link DOCKER_SOCKET_PATH}. */
  socketPath?: string;
  /** As `DOCKER_MIN_API_VERSION` or daemon.json's `min-api-version` set it. */
  minApiVersion?: string;
}

/** A running dockerd. Stopping it leaves the containers running, as live restore does. */
export interface DockerEngine extends AsyncDisposable {
  /** With `minApiVersion` taken in. */
  readonly profile: EngineProfile;
  /** Where clients on the machine's host dial it. */
  readonly socketPath: string;
  /** The path for real clients on a loopback world, as in `docker -H unix://<path>`; else as `socketPath`. */
  readonly outsidePath: string;
  stop(): Promise<void>;
}

/**
 * Starts the engine API of a machine on a unix socket of its host. The containers are the machine's: an
 * engine started later, of whatever version, finds them again.
 * @throws EdgeError EDGE_ERR_ENGINE_MIN_API; SimError SIM_ERR_PORT_IN_USE when an engine listens there
 * already
 */
export async function startDockerEngine(
  world: World,
  machine: Machine,
  options: DockerEngineOptions,
): Promise<DockerEngine> {
  const { socketPath = DOCKER_SOCKET_PATH, minApiVersion } = options;
  const profile =
    minApiVersion === undefined ? options.profile : withMinApiVersion(options.profile, minApiVersion);
  const stopping = new AbortController();
  const dispatch = createDispatcher({ world, machine, profile, signal: stopping.signal });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers, socket } = request;
    // Only these have a body; waiting for one that cannot come would put the others' answers off by a turn.
    const body = method === 'POST' ? await text(request) : '';
    const { answer, target, refused } = await dispatch(method, url, body);
    const userAgent = headers['user-agent'];
    world.trace.emit({
      host: machine.host.name,
      component: 'dockerd',
      kind: 'docker.request',
      parent: world.trace.linked((socket as unknown as NetSocket).connection),
      detail: {
        method,
        path: target.path,
        ...(target.apiVersion === undefined ? {} : { apiVersion: target.apiVersion }),
        ...(userAgent === undefined ? {} : { userAgent }),
        status: answer.status,
        ...(refused === undefined ? {} : { refused }),
      },
    });
    writeGoResponse(response, answer, world.clock.now());
  }

  const server = createHttpServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // An answer still being made when the engine stops goes down with its connection.
      if (!stopping.signal.aborted) throw error;
    });
  });
  const listener = await listenHttp(machine.host, { path: socketPath }, { component: 'dockerd' }, server);
  const stop = async () => {
    stopping.abort();
    await listener.close();
  };
  const { socketPath: outsidePath = socketPath } = listener;
  return { profile, socketPath, outsidePath, stop, [Symbol.asyncDispose]: stop };
}
