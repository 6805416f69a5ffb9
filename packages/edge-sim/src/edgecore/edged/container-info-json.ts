import type { CadvisorSample, ContainerInfo } from '../cadvisor/container-info.ts';
import type { EdgedContext } from './context.ts';
import { LAYER_INODES, nodeFilesystems } from './filesystems.ts';
import { bigNumber, formatTime } from './go-format.ts';
import { filesystemsOf, openFilesMax } from './metrics-cadvisor-families.ts';
import { noNetworkProtocols } from './network-protocols.ts';

/** What a v1 cgroup without a memory limit says: 2^63 rounded down to a page. */
const UNLIMITED_BYTES = '9223372036854771712';

/**
 * A container in cAdvisor's v1 form, as /stats/… writes it, with the samples there are.
 * Source: google/cadvisor v0.37.0 info/v1/container.go ContainerInfo.
 */
export function containerInfoJson(info: ContainerInfo, context: EdgedContext): object {
  const dockerId = info.id.slice(info.id.lastIndexOf('/') + 1);
  const reference =
    info.handler === 'docker'
      ? { id: dockerId, name: info.id, aliases: [info.name, dockerId], namespace: 'docker' }
      : { name: info.id };
  const children = childrenOf(info.id, context.cadvisor.containers());
  return {
    ...reference,
    subcontainers: children.length === 0 ? undefined : children.map((name) => ({ name })),
    spec: specJson(info, context.machine.description.cores),
    stats:
      info.samples.length === 0 ? undefined : info.samples.map((sample) => sampleJson(info, sample, context)),
  };
}

function childrenOf(id: string, all: readonly ContainerInfo[]): string[] {
  const prefix = id === '/' ? '/' : `${id}/`;
  return all
    .map((info) => info.id)
    .filter((path) => path.startsWith(prefix) && path !== id && !path.slice(prefix.length).includes('/'))
    .sort();
}

function specJson(info: ContainerInfo, cores: number): object {
  const labels = Object.entries(info.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const limit = info.memoryLimitBytes > 0 ? info.memoryLimitBytes : bigNumber(UNLIMITED_BYTES);
  return {
    creation_time: formatTime(info.createdAtMs),
    labels: labels.length === 0 ? undefined : Object.fromEntries(labels),
    has_cpu: true,
    cpu: {
      limit: info.cpuShares,
      max_limit: 0,
      mask: cores === 1 ? '0' : `0-${cores - 1}`,
      quota: info.cpuQuotaUs === 0 ? undefined : info.cpuQuotaUs,
      period: info.cpuPeriodUs,
    },
    has_memory: true,
    memory: { limit, reservation: bigNumber(UNLIMITED_BYTES), swap_limit: bigNumber(UNLIMITED_BYTES) },
    has_hugetlb: false,
    has_network: info.hasNetwork,
    has_processes: true,
    processes: {},
    has_filesystem: info.hasFilesystem,
    has_diskio: true,
    has_custom_metrics: false,
    image: info.image === '' ? undefined : info.image,
  };
}

function sampleJson(info: ContainerInfo, sample: CadvisorSample, context: EdgedContext): object {
  const pageFaults = { pgfault: sample.pageFaults, pgmajfault: sample.majorPageFaults };
  const filesystems = filesystemsJson(info, sample, context);
  const ulimits = openFilesMax(info).map((max) => ({
    name: 'max_open_files',
    soft_limit: max,
    hard_limit: max,
  }));
  return {
    timestamp: formatTime(sample.atMs),
    cpu: {
      usage: { total: sample.cpuNs, user: sample.cpuUserNs, system: sample.cpuSystemNs },
      cfs: { periods: 0, throttled_periods: 0, throttled_time: 0 },
      schedstat: { run_time: 0, runqueue_time: 0, run_periods: 0 },
      load_average: 0,
    },
    diskio: {},
    memory: {
      usage: sample.memoryUsageBytes,
      max_usage: sample.maxUsageBytes,
      cache: sample.cacheBytes,
      rss: sample.rssBytes,
      swap: 0,
      mapped_file: 0,
      working_set: sample.workingSetBytes,
      failcnt: 0,
      container_data: pageFaults,
      hierarchical_data: pageFaults,
    },
    network: networkJson(info, sample),
    filesystem: filesystems.length === 0 ? undefined : filesystems,
    task_stats: { nr_sleeping: 0, nr_running: 0, nr_stopped: 0, nr_uninterruptible: 0, nr_io_wait: 0 },
    processes: {
      process_count: sample.processes,
      fd_count: sample.fileDescriptors,
      socket_count: sample.sockets,
      threads_current: sample.threads === 0 ? undefined : sample.threads,
      ulimits: ulimits.length === 0 ? undefined : ulimits,
    },
    resctrl: {},
  };
}

function networkJson(info: ContainerInfo, { network }: CadvisorSample): object {
  const counters = (from: CadvisorSample['network']) => ({
    name: from?.interface ?? '',
    rx_bytes: from?.rxBytes ?? 0,
    rx_packets: from?.rxPackets ?? 0,
    rx_errors: 0,
    rx_dropped: 0,
    tx_bytes: from?.txBytes ?? 0,
    tx_packets: from?.txPackets ?? 0,
    tx_errors: 0,
    tx_dropped: 0,
  });
  const own = info.hasNetwork ? network : undefined;
  return {
    ...counters(own),
    interfaces: own === undefined ? undefined : [counters(own)],
    ...noNetworkProtocols(),
  };
}

function filesystemsJson(info: ContainerInfo, sample: CadvisorSample, context: EdgedContext): object[] {
  const { machine, startedAtMs } = context;
  const node = nodeFilesystems(machine, startedAtMs);
  const onMachine = info.id === '/';
  return filesystemsOf(info, sample, node, machine.description.disk.device).map((fs) => ({
    device: fs.device,
    type: 'vfs',
    capacity: fs.limitBytes,
    usage: fs.usedBytes,
    base_usage: onMachine ? 0 : sample.writableLayerBytes,
    available: onMachine ? fs.limitBytes - fs.usedBytes : 0,
    has_inodes: onMachine,
    inodes: onMachine ? fs.inodes : LAYER_INODES,
    inodes_free: fs.inodesFree,
    reads_completed: 0,
    reads_merged: 0,
    sectors_read: 0,
    read_time: 0,
    writes_completed: 0,
    writes_merged: 0,
    sectors_written: 0,
    write_time: 0,
    io_in_progress: 0,
    io_time: 0,
    weighted_io_time: 0,
  }));
}
