import type { ComponentLog } from '../component-log.ts';
import { type DockerClient, DockerError } from '../docker-client.ts';

/** What a handler can tell of a cgroup beyond its numbers. */
export interface Handler {
  factory: 'docker' | 'raw';
  name: string;
  image: string;
  labels: Readonly<Record<string, string>>;
  hasNetwork: boolean;
  hasFilesystem: boolean;
}

/** Makes handlers for the cgroups it can handle; undefined for the others. */
export interface HandlerFactory {
  readonly name: 'docker' | 'raw';
  handle(cgroup: string): Promise<Handler | undefined>;
}

// google/cadvisor v0.37.0 container/docker/factory.go dockerCgroupRegexp and isContainerName.
const dockerCgroup = /[a-z0-9]{64}/;

/**
 * The docker factory: it takes a cgroup whose last part has a container id that the engine knows and runs.
 * Source: google/cadvisor v0.37.0 container/docker/factory.go CanHandleAndAccept, handler.go
 * newDockerContainerHandler.
 */
export function createDockerFactory(client: DockerClient, log: ComponentLog): HandlerFactory {
  return {
    name: 'docker',
    async handle(cgroup) {
      const id = dockerCgroup.exec(cgroup.slice(cgroup.lastIndexOf('/') + 1))?.[0];
      if (id === undefined || cgroup.endsWith('.mount')) return undefined;
      try {
        const seen = await client.inspect(id);
        if (!seen.State.Running) return undefined;
        // The handler asks again for itself.
        const container = await client.inspect(id);
        const { NetworkMode: mode } = container.HostConfig;
        return {
          factory: 'docker',
          name: container.Name.replace(/^\//, ''),
          image: container.Config.Image,
          labels: container.Config.Labels ?? {},
          // handler.go needNet: a container that joined another's network namespace has none of its own.
          hasNetwork: !mode.startsWith('container:'),
          hasFilesystem: true,
        };
      } catch (error) {
        if (!(error instanceof DockerError)) throw error;
        const why = `error inspecting container: ${error.message}`;
        log.v(4, 'factory.go:205', `Error trying to work out if we can handle ${cgroup}: ${why}`);
        return undefined;
      }
    },
  };
}

/**
 * The raw factory: any cgroup below the roots kubelet gives it. It sees a path and numbers, no labels.
 * Source: google/cadvisor v0.37.0 container/raw/factory.go CanHandleAndAccept.
 */
export function createRawFactory(roots: readonly string[]): HandlerFactory {
  return {
    name: 'raw',
    async handle(cgroup) {
      if (cgroup !== '/' && !roots.some((root) => cgroup === root || cgroup.startsWith(`${root}/`)))
        return undefined;
      return {
        factory: 'raw',
        name: '',
        image: '',
        labels: {},
        hasNetwork: cgroup === '/',
        hasFilesystem: cgroup === '/',
      };
    },
  };
}
