import type { Rng, World } from '@kubeedge-sim/sim-kit';
import type { Cgroup, Machine } from '../../machine/machine.ts';
import type { ComponentLog } from '../component-log.ts';
import type { DockerClient } from '../docker-client.ts';
import type { Cadvisor, CadvisorSample, ContainerInfo } from './container-info.ts';
import { readDocker, registerDocker, versionString } from './docker-status.ts';
import { createDockerFactory, createRawFactory, type Handler, type HandlerFactory } from './handlers.ts';

// kubernetes v1.19.3 pkg/kubelet/cadvisor/cadvisor_linux.go defaultHousekeepingInterval; cAdvisor waits that
// long plus up to as much again (manager/container.go jitter).
const HOUSEKEEPING_MS = 10_000;
// google/cadvisor v0.37.0 manager/manager.go globalHousekeepingInterval.
const GLOBAL_HOUSEKEEPING_MS = 60_000;

const CPU_PERIOD_US = 100_000;

export interface CadvisorOptions {
  world: World;
  machine: Machine;
  /** undefined where this cAdvisor has no docker handler. */
  client: DockerClient | undefined;
  log: ComponentLog;
  signal: AbortSignal;
}

interface Tracked {
  cgroup: Cgroup;
  handler: Handler;
  samples: CadvisorSample[];
}

/**
 * cAdvisor's manager: it finds out about Docker once, then follows the machine's cgroups for as long as it
 * lives.
 */
export interface CadvisorManager extends Cadvisor {
  /** Registers the factories, takes over the cgroups there are and begins housekeeping. */
  start(): Promise<void>;
}

/**
 * Creates the manager. As upstream, this already asks Docker for its status and, when refused, retries to
 * find its root directory for five seconds.
 * Source: google/cadvisor v0.37.0 manager/manager.go New, container/docker/{plugin,docker,factory}.go.
 */
export async function createCadvisor(options: CadvisorOptions): Promise<CadvisorManager> {
  const { world, machine, client, log, signal } = options;
  const tracked = new Map<string, Tracked>();
  const factories: HandlerFactory[] = [];
  const rng = world.rng.fork(`cadvisor/${machine.host.name}`);

  if (client !== undefined) await readDocker({ world, machine, client, log, signal });

  async function detect(): Promise<void> {
    const present = new Map(machine.cgroups().map((cgroup) => [cgroup.path, cgroup]));
    for (const path of tracked.keys()) if (!present.has(path)) tracked.delete(path);
    for (const [path, cgroup] of present) {
      if (tracked.has(path)) continue;
      const handler = await claim(path, factories, log);
      // Another round may have been quicker, because each new cgroup begins one.
      if (handler === undefined || tracked.has(path)) continue;
      const entry: Tracked = { cgroup, handler, samples: [] };
      tracked.set(path, entry);
      world.trace.emit({
        host: machine.host.name,
        component: 'cadvisor',
        kind: 'cadvisor.container',
        detail: { cgroup: path, handler: handler.factory, labels: Object.keys(handler.labels).length },
      });
      housekeep(entry, path);
    }
  }

  function housekeep(entry: Tracked, path: string): void {
    if (signal.aborted || tracked.get(path) !== entry) return;
    takeSample(entry, world.clock.now());
    const timer = world.clock.setTimeout(
      () => {
        signal.removeEventListener('abort', timer.cancel);
        housekeep(entry, path);
      },
      jitter(HOUSEKEEPING_MS, rng),
      `cadvisor housekeeping of ${path}`,
    );
    signal.addEventListener('abort', timer.cancel, { once: true });
  }

  const unlessEnded = (error: unknown) => {
    if (!signal.aborted) throw error;
  };

  return {
    async start() {
      if (client !== undefined) {
        const error = await registerDocker({ world, machine, client, log });
        if (error === undefined) factories.push(createDockerFactory(client, log));
      }
      log.v(1, 'factory.go:101', 'Registering Raw factory');
      factories.push(createRawFactory(['/kubepods', '/system.slice/edgecore.service']));
      log.v(2, 'manager.go:301', 'Starting recovery of all containers');
      await detect();
      log.v(2, 'manager.go:306', 'Recovery completed');
      if (signal.aborted) return;
      const ticker = world.clock.setInterval(
        () => void detect().catch(unlessEnded),
        GLOBAL_HOUSEKEEPING_MS,
        'cadvisor global housekeeping',
      );
      // manager/manager.go watchForNewContainers: inotify tells of a cgroup at once.
      const watch = machine.dataRoot?.watchCgroups(() => void detect().catch(unlessEnded));
      const end = () => {
        ticker.cancel();
        watch?.[Symbol.dispose]();
      };
      signal.addEventListener('abort', end, { once: true });
    },
    containers: () => [...tracked.values()].map(describe),
    dockerVersion: async () => (client === undefined ? '' : versionString(client)),
  };
}

/** The handler of the first factory that takes a cgroup (container/factory.go NewContainerHandler). */
async function claim(
  path: string,
  factories: readonly HandlerFactory[],
  log: ComponentLog,
): Promise<Handler | undefined> {
  for (const factory of factories) {
    const handler = await factory.handle(path);
    if (handler !== undefined) {
      log.v(3, 'factory.go:212', `Using factory "${factory.name}" for container "${path}"`);
      return handler;
    }
    log.v(4, 'factory.go:216', `Factory "${factory.name}" was unable to handle container "${path}"`);
  }
  return undefined;
}

/**
 * A new sample after the latest; the instant rate is the difference between the two (manager/container.go).
 */
function takeSample(entry: Tracked, nowMs: number): void {
  const usage = entry.cgroup.usage(nowMs);
  const atMs = entry.cgroup.readAtMs?.() ?? nowMs;
  const last = entry.samples.at(-1);
  // Counters that have not been read again say nothing new; two equal samples would say that nothing is used.
  if (entry.cgroup.readAtMs !== undefined && last?.atMs === atMs) return;
  const elapsedMs = last === undefined ? 0 : atMs - last.atMs;
  const cpuInstantNanoCores =
    last === undefined || elapsedMs <= 0
      ? undefined
      : Math.max(0, Math.round(((usage.cpuNs - last.cpuNs) / (elapsedMs * 1e6)) * 1e9));
  entry.samples = [...entry.samples.slice(-1), { ...usage, atMs, cpuInstantNanoCores }];
}

function describe({ cgroup, handler, samples }: Tracked): ContainerInfo {
  return {
    id: cgroup.path,
    handler: handler.factory,
    name: handler.name,
    image: handler.image,
    labels: handler.labels,
    createdAtMs: cgroup.createdAtMs,
    cpuShares: cgroup.cpuShares,
    cpuQuotaUs: cgroup.cpuQuotaUs,
    cpuPeriodUs: CPU_PERIOD_US,
    memoryLimitBytes: cgroup.memoryLimitBytes,
    hasNetwork: handler.hasNetwork,
    hasFilesystem: handler.hasFilesystem,
    samples,
  };
}

const jitter = (ms: number, rng: Rng) => ms + Math.floor(rng.next() * ms);
