import type { CgroupUsage } from '../../machine/machine.ts';

/** One housekeeping sample. `cpuInstantNanoCores` needs a sample before it: absent in the first. */
export interface CadvisorSample extends CgroupUsage {
  atMs: number;
  cpuInstantNanoCores: number | undefined;
}

/**
 * A cgroup as cAdvisor knows it. `handler` is the factory that claimed it; only the docker handler knows the
 * container's name, image and labels, the raw one sees a path and numbers.
 * Source: google/cadvisor v0.37.0 info/v1/container.go, container/docker/handler.go,
 * container/raw/handler.go.
 */
export interface ContainerInfo {
  /** The cgroup's path; cAdvisor's name for the container. */
  id: string;
  handler: 'docker' | 'raw';
  /** Docker's name of the container, `k8s_…`; '' from the raw handler. */
  name: string;
  /** '' from the raw handler. */
  image: string;
  /** The container's Docker labels; empty from the raw handler. */
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  cpuShares: number;
  /** 0 = none. */
  cpuQuotaUs: number;
  cpuPeriodUs: number;
  /** 0 = none. */
  memoryLimitBytes: number;
  /**
   * True where network counters are read: the root, and containers that docker does not put in another
   * container's network, so every sandbox the docker handler knows, also one on the host's network (whose
   * samples have none).
   */
  hasNetwork: boolean;
  /**
   * True where the handler reads a filesystem: the root, and every docker container; not other raw cgroups.
   */
  hasFilesystem: boolean;
  /** The two latest samples, oldest first; empty before the first housekeeping. */
  samples: readonly CadvisorSample[];
}

/** What edged asks of cAdvisor. */
export interface Cadvisor {
  /** Every container known now, by cgroup path. */
  containers(): ContainerInfo[];
  /** Docker's version as cAdvisor learnt it (asks the engine each time), or `Unknown`. */
  dockerVersion(): Promise<string>;
}
