import type { ContainerRecord } from '../machine/container-record.ts';
import type { ContainerDescription, PodDescription } from '../machine/description.ts';
import type { CgroupUsage } from '../machine/machine.ts';

/** A row of GET /containers/json, as far as it is used. */
export interface ListedContainer {
  Id: string;
  State: string;
}

/** GET /containers/{id}/json, as far as it is used. */
export interface InspectedContainer {
  Id: string;
  Name: string;
  Created: string;
  /** `sha256:<64 digits>`. */
  Image: string;
  Path: string;
  Args: readonly string[];
  State: { Running: boolean; StartedAt: string; Pid: number };
  Config: { Image: string; Labels: Record<string, string> | null; Tty?: boolean; OpenStdin?: boolean };
  HostConfig: {
    NetworkMode: string;
    CgroupParent: string;
    CpuShares: number;
    CpuPeriod: number;
    CpuQuota: number;
    /** From API 1.25. */
    NanoCpus?: number;
    Memory: number;
  };
  NetworkSettings: { IPAddress?: string; Networks?: Record<string, { IPAddress: string }> | null };
}

/** GET /containers/{id}/stats, as far as it is used. */
export interface ContainerStatsAnswer {
  /** When the counters were read, by the engine's clock. */
  read: string;
  cpu_stats: {
    cpu_usage: { total_usage: number; usage_in_kernelmode: number; usage_in_usermode: number };
  };
  memory_stats: { usage?: number; max_usage?: number; stats?: Record<string, number> };
  pids_stats?: { current?: number };
  networks?: Record<
    string,
    { rx_bytes: number; rx_packets: number; tx_bytes: number; tx_packets: number }
  > | null;
}

const POD_NAME = 'io.kubernetes.pod.name';
const POD_NAMESPACE = 'io.kubernetes.pod.namespace';
const POD_UID = 'io.kubernetes.pod.uid';
const CONTAINER_NAME = 'io.kubernetes.container.name';
const DOCKER_TYPE = 'io.kubernetes.docker.type';
const SANDBOX_ID = 'io.kubernetes.sandbox.id';
const SANDBOX_CONTAINER = 'POD';

const CPU_PERIOD_US = 100_000;
/** cgroup v1 says so where there is no memory limit; any such number means none. */
const NO_LIMIT_BYTES = 2 ** 62;

/** A container of the engine as the simulator keeps containers. */
export function recordOf(seen: InspectedContainer, cgroupDriver: string): ContainerRecord {
  const { HostConfig: limits, NetworkSettings: network } = seen;
  const labels = seen.Config.Labels ?? {};
  return {
    id: seen.Id,
    name: seen.Name.replace(/^\//, ''),
    image: seen.Config.Image,
    imageId: seen.Image,
    command: [seen.Path, ...seen.Args],
    labels,
    createdAtMs: Date.parse(seen.Created),
    startedAtMs: Date.parse(seen.State.StartedAt),
    running: seen.State.Running,
    pid: seen.State.Pid,
    cgroup: cgroupOf(seen, cgroupDriver),
    sandboxId: isSandbox(labels) ? undefined : (labels[SANDBOX_ID] ?? ''),
    hostNetwork: limits.NetworkMode === 'host',
    ip:
      network.IPAddress ||
      Object.values(network.Networks ?? {}).find(({ IPAddress }) => IPAddress !== '')?.IPAddress ||
      '',
    cpuShares: limits.CpuShares || 1_024,
    cpuQuotaUs: cpuQuotaUs(limits),
    memoryLimitBytes: limits.Memory,
    // Nothing is made up for a container that exists: its usage and its log are asked of the engine.
    workload: { shape: 'idle', cpuCores: 0, memoryBytes: 0 },
    log: { shape: 'silent' },
    stdin: seen.Config.OpenStdin ?? false,
    tty: seen.Config.Tty ?? false,
    env: {},
    files: {},
  };
}

function isSandbox(labels: Readonly<Record<string, string>>): boolean {
  const type = labels[DOCKER_TYPE];
  return type === undefined ? labels[CONTAINER_NAME] === SANDBOX_CONTAINER : type === 'podsandbox';
}

// moby daemon/oci_linux.go WithCgroups: with systemd `<parent>:docker:<id>`, which runc writes as a scope.
function cgroupOf({ Id, HostConfig }: InspectedContainer, driver: string): string {
  const parent = HostConfig.CgroupParent;
  if (driver !== 'systemd') return `${parent === '' ? '/docker' : parent.replace(/^\/?/, '/')}/${Id}`;
  return `/${(parent || 'system.slice').replace(/^\//, '')}/docker-${Id}.scope`;
}

// moby daemon/daemon_unix.go getCPUResources: NanoCpus is a quota of the default period.
function cpuQuotaUs({ NanoCpus = 0, CpuQuota, CpuPeriod }: InspectedContainer['HostConfig']): number {
  if (NanoCpus > 0) return Math.round((NanoCpus * CPU_PERIOD_US) / 1e9);
  return CpuQuota <= 0 ? 0 : Math.round((CpuQuota * CPU_PERIOD_US) / (CpuPeriod || CPU_PERIOD_US));
}

/**
 * What the engine counted for a container. Memory in use is what `docker stats` shows: without the inactive
 * part of the page cache, which is cAdvisor's working set as well.
 * Source: docker/cli v28.2.2 cli/command/container/stats_helpers.go calculateMemUsageUnixNoCache (cgroup v1:
 * total_inactive_file, v2: inactive_file); google/cadvisor v0.37.0 container/libcontainer/handler.go
 * setMemoryStats.
 */
export function usageOf(answer: ContainerStatsAnswer): CgroupUsage {
  const { cpu_usage: cpu } = answer.cpu_stats;
  const { usage = 0, max_usage: maxUsage, stats = {} } = answer.memory_stats;
  const either = (v1: string, v2: string) => stats[v1] ?? stats[v2] ?? 0;
  const inactive = either('total_inactive_file', 'inactive_file');
  const [name, network] = Object.entries(answer.networks ?? {})[0] ?? [];
  return {
    cpuNs: cpu.total_usage,
    cpuUserNs: cpu.usage_in_usermode,
    cpuSystemNs: cpu.usage_in_kernelmode,
    memoryUsageBytes: usage,
    workingSetBytes: inactive < usage ? usage - inactive : usage,
    rssBytes: either('total_rss', 'anon'),
    cacheBytes: either('total_cache', 'file'),
    maxUsageBytes: maxUsage ?? usage,
    pageFaults: either('total_pgfault', 'pgfault'),
    majorPageFaults: either('total_pgmajfault', 'pgmajfault'),
    // The engine counts tasks only; a running container has at least one process.
    processes: 1,
    threads: answer.pids_stats?.current ?? 1,
    fileDescriptors: 0,
    sockets: 0,
    writableLayerBytes: 0,
    network:
      name === undefined || network === undefined
        ? undefined
        : {
            interface: name,
            rxBytes: network.rx_bytes,
            rxPackets: network.rx_packets,
            txBytes: network.tx_bytes,
            txPackets: network.tx_packets,
          },
  };
}

/** When the counters of an answer were read: on a machine whose clock is off, its node's statistics are off as well. */
export function readAtMs({ read }: ContainerStatsAnswer, nowMs: number): number {
  const atMs = Date.parse(read);
  // An engine that could not read them says Go's zero time.
  return atMs > 0 ? atMs : nowMs;
}

/** The pods that the containers' labels tell of, by namespace and name. */
export function podsOf(records: Iterable<ContainerRecord>): PodDescription[] {
  const labelled = [...records].filter(({ labels }) => labels[POD_NAME] && labels[POD_NAMESPACE]);
  const byPod = Map.groupBy(labelled, ({ labels }) =>
    JSON.stringify([labels[POD_NAMESPACE], labels[POD_NAME], labels[POD_UID]]),
  );
  return [...byPod].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, same]) => podOf(same));
}

function podOf(records: readonly ContainerRecord[]): PodDescription {
  const { labels } = records[0] as ContainerRecord;
  const sandbox = records.find(({ sandboxId }) => sandboxId === undefined);
  const own = Object.entries(labels).filter(([name]) => !name.startsWith('io.kubernetes.'));
  return {
    namespace: labels[POD_NAMESPACE] ?? '',
    name: labels[POD_NAME] ?? '',
    uid: labels[POD_UID] ?? '',
    labels: Object.fromEntries(own),
    createdAtMs: Math.min(...records.map(({ createdAtMs }) => createdAtMs)),
    startedAtMs: Math.min(...records.map(({ startedAtMs }) => startedAtMs)),
    hostNetwork: (sandbox ?? records[0])?.hostNetwork ?? false,
    ip: (sandbox ?? records[0])?.ip ?? '',
    containers: records.filter((record) => record !== sandbox).map(containerOf),
  };
}

function containerOf(record: ContainerRecord): ContainerDescription {
  const { cpuQuotaUs: quota, memoryLimitBytes: memory } = record;
  return {
    name: record.labels[CONTAINER_NAME] ?? record.name,
    image: record.image,
    command: record.command,
    ...(quota > 0 && { cpuLimitMilli: Math.round((quota * 1_000) / CPU_PERIOD_US) }),
    ...(memory > 0 && memory < NO_LIMIT_BYTES && { memoryLimitBytes: memory }),
    workload: record.workload,
  };
}
