import type { World } from '@kubeedge-sim/sim-kit';
import type { ContainerRecord } from '../../machine/container-record.ts';
import type { CgroupUsage, Machine } from '../../machine/machine.ts';
import { GO_ZERO_TIME, rfc3339Nano } from './go-time.ts';

/** The engine samples once a second; a single answer holds two samples (daemon/stats/collector.go). */
const SAMPLE_PERIOD_MS = 1_000;

interface Sample {
  readonly atMs: number;
  /** undefined for a container that does not run. */
  readonly usage: CgroupUsage | undefined;
}

/**
 * The body of GET /containers/{id}/stats?stream=false. Takes one sample period. Source: daemon/stats.go.
 * @throws the signal's reason when the engine stops meanwhile
 */
export async function statsBody(
  world: World,
  machine: Machine,
  record: ContainerRecord,
  signal: AbortSignal,
) {
  const sample = (): Sample => {
    const atMs = world.clock.now();
    const cgroup = record.running ? machine.cgroups().find(({ path }) => path === record.cgroup) : undefined;
    return { atMs, usage: cgroup?.usage(atMs) };
  };
  const before = sample();
  if (before.usage !== undefined) {
    await world.clock.sleep(SAMPLE_PERIOD_MS, { signal, label: `stats of ${record.name}` });
  }
  const now = sample();
  const { usage } = now;
  return {
    read: usage === undefined ? GO_ZERO_TIME : rfc3339Nano(now.atMs),
    preread: usage === undefined ? GO_ZERO_TIME : rfc3339Nano(before.atMs),
    pids_stats: usage === undefined ? {} : { current: usage.processes },
    blkio_stats: blkio(usage !== undefined),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu(machine, now),
    precpu_stats: cpu(machine, before),
    memory_stats: usage === undefined ? {} : memory(machine, record, usage),
    name: `/${record.name}`,
    id: record.id,
    ...(usage?.network === undefined ? {} : { networks: network(usage.network) }),
  };
}

function blkio(running: boolean) {
  const counters = [
    'io_service_bytes',
    'io_serviced',
    'io_queue',
    'io_service_time',
    'io_wait_time',
    'io_merged',
    'io_time',
    'sectors',
  ];
  return Object.fromEntries(counters.map((name) => [`${name}_recursive`, running ? [] : null]));
}

function cpu(machine: Machine, { atMs, usage }: Sample) {
  const throttling = { periods: 0, throttled_periods: 0, throttled_time: 0 };
  if (usage === undefined) {
    const none = { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 };
    return { cpu_usage: none, throttling_data: throttling };
  }
  const { cores, bootedAtMs } = machine.description;
  const share = Math.floor(usage.cpuNs / cores);
  return {
    cpu_usage: {
      total_usage: usage.cpuNs,
      percpu_usage: Array.from({ length: cores }, (_, core) =>
        core === 0 ? usage.cpuNs - share * (cores - 1) : share,
      ),
      usage_in_kernelmode: usage.cpuSystemNs,
      usage_in_usermode: usage.cpuUserNs,
    },
    // All states of /proc/stat's cpu line, idle among them, add up to every core's whole time.
    system_cpu_usage: (atMs - bootedAtMs) * 1_000_000 * cores,
    online_cpus: cores,
    throttling_data: throttling,
  };
}

function memory(machine: Machine, record: ContainerRecord, usage: CgroupUsage) {
  const inactiveFile = usage.memoryUsageBytes - usage.workingSetBytes;
  const counters: Record<string, number> = {
    active_anon: usage.rssBytes,
    active_file: usage.cacheBytes - inactiveFile,
    cache: usage.cacheBytes,
    inactive_anon: 0,
    inactive_file: inactiveFile,
    pgfault: usage.pageFaults,
    pgmajfault: usage.majorPageFaults,
    rss: usage.rssBytes,
  };
  const totals = Object.entries(counters).map(([name, value]) => [`total_${name}`, value] as const);
  return {
    usage: usage.memoryUsageBytes,
    max_usage: usage.maxUsageBytes,
    stats: { ...counters, ...Object.fromEntries(totals) },
    limit: record.memoryLimitBytes || machine.description.memoryBytes,
  };
}

function network({
  interface: name,
  rxBytes,
  rxPackets,
  txBytes,
  txPackets,
}: NonNullable<CgroupUsage['network']>) {
  return {
    [name]: {
      rx_bytes: rxBytes,
      rx_packets: rxPackets,
      rx_errors: 0,
      rx_dropped: 0,
      tx_bytes: txBytes,
      tx_packets: txPackets,
      tx_errors: 0,
      tx_dropped: 0,
    },
  };
}
