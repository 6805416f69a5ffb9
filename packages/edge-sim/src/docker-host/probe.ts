import type { Host, World } from '@kubeedge-sim/sim-kit';
import { registerDocker } from '../edgecore/cadvisor/docker-status.ts';
import { createComponentLog } from '../edgecore/component-log.ts';
import { createDockerClient, type DockerClientMode } from '../edgecore/docker-client.ts';
import { startDockerService } from '../edgecore/dockershim/docker-service.ts';
import { edgecoreRelease, edgecoreTags } from '../edgecore/find-release.ts';
import { startDockerPassthrough } from './passthrough.ts';
import { describeDockerHost, type EngineIdentity } from './real-machine.ts';

/** What a real engine makes of the edgecore releases whose Docker clients behave alike. */
export interface ClientClass {
  /** Oldest first. */
  tags: readonly string[];
  dockershim: DockerClientMode;
  /** null: this cAdvisor has no docker handler. */
  cadvisor: DockerClientMode | null;
  /** Whether edgecore starts, and the error it ends with where it does not. */
  starts: boolean;
  startError?: string;
  /** Whether cAdvisor's docker factory registers; `not-reached` where edgecore does not start. */
  factory: 'registered' | 'refused' | 'none' | 'not-reached';
  factoryError?: string;
  /** Whether its summary would have the pods of this engine. */
  listsPods: boolean;
}

export interface DockerHostProbe {
  engine: EngineIdentity;
  /** `namespace/name` of the pods that run on the engine now. */
  pods: readonly string[];
  classes: readonly ClientClass[];
  /** Releases without a Docker client: no engine concerns them. */
  withoutDocker: readonly string[];
}

/**
 * Asks a real engine, for every edgecore release with a Docker client, whether it would see pods there. The
 * releases' own clients make the requests that decide: dockershim's start and cAdvisor's registration. They
 * are made once for each kind of client, and cAdvisor's five tries for its root directory before it, which
 * decide nothing, are left out.
 * @throws EdgeError EDGE_ERR_DOCKER_HOST, EDGE_ERR_DOCKER_HOST_UNREACHABLE; SimError SIM_ERR_NO_OUTSIDE on a
 * memory world
 */
export async function probeDockerHost(
  world: World,
  host: Host,
  dockerHost: string,
): Promise<DockerHostProbe> {
  const { engine, machine: description } = await describeDockerHost(world, dockerHost);
  await using socket = await startDockerPassthrough(world, host, { dockerHost });
  const ending = new AbortController();
  const log = createComponentLog(world, host.name, 'edgecore');
  const clientOf = (mode: DockerClientMode, component: string) =>
    createDockerClient(world, host, {
      mode,
      component,
      socketPath: socket.socketPath,
      signal: ending.signal,
    });

  async function judge(kind: ClientKind): Promise<Omit<ClientClass, keyof ClientKind>> {
    const client = clientOf(kind.dockershim, 'dockershim');
    try {
      await startDockerService({ world, host, client, socketPath: socket.socketPath, log });
    } catch (error) {
      const startError = error instanceof Error ? error.message : String(error);
      return { starts: false, startError, factory: 'not-reached', listsPods: false };
    }
    if (kind.cadvisor === null) return { starts: true, factory: 'none', listsPods: false };
    const cadvisor = clientOf(kind.cadvisor, 'cadvisor');
    const factoryError = await registerDocker({
      world,
      machine: { host, description },
      client: cadvisor,
      log,
    });
    if (factoryError === undefined) return { starts: true, factory: 'registered', listsPods: true };
    return { starts: true, factory: 'refused', factoryError, listsPods: false };
  }

  const { kinds, withoutDocker } = clientKinds();
  const classes: ClientClass[] = [];
  for (const kind of kinds) classes.push({ ...kind, ...(await judge(kind)) });
  const pods = description.pods.map(({ namespace, name }) => `${namespace}/${name}`);
  return { engine, pods, classes, withoutDocker };
}

interface ClientKind {
  tags: readonly string[];
  dockershim: DockerClientMode;
  cadvisor: DockerClientMode | null;
}

/** The kinds of Docker clients there are among the releases, and who has none. */
function clientKinds(): { kinds: ClientKind[]; withoutDocker: string[] } {
  const kinds = new Map<string, ClientKind & { tags: string[] }>();
  const withoutDocker: string[] = [];
  for (const tag of edgecoreTags()) {
    const { dockershim, cadvisorDocker: cadvisor } = edgecoreRelease(tag);
    if (dockershim === null) {
      withoutDocker.push(tag);
      continue;
    }
    const key = JSON.stringify([dockershim, cadvisor]);
    const kind = kinds.get(key) ?? { tags: [], dockershim, cadvisor };
    kind.tags.push(tag);
    kinds.set(key, kind);
  }
  return { kinds: [...kinds.values()], withoutDocker };
}
