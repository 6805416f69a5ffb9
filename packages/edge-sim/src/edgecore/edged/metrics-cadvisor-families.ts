import type { CadvisorSample, ContainerInfo } from '../cadvisor/container-info.ts';
import { LAYER_INODES, LOG_BYTES, type NodeFilesystem } from './filesystems.ts';

/** A filesystem as a container's statistics show it; I/O is counted by no part of the machine model. */
export interface ContainerFilesystem {
  device: string;
  limitBytes: number;
  usedBytes: number;
  inodes: number;
  inodesFree: number;
}

/** What one row of a family is made of. */
export interface RowSource {
  info: ContainerInfo;
  sample: CadvisorSample;
  filesystems: readonly ContainerFilesystem[];
  nowMs: number;
}

/** A value and the labels it has besides the container's; `atMs` where it is not the sample's time. */
export interface RowValue {
  labels?: Readonly<Record<string, string>>;
  value: number;
  atMs?: number;
}

export interface ContainerFamily {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  values: (source: RowSource) => RowValue[];
}

const one = (value: number): RowValue[] => [{ value }];

const gauge = (name: string, help: string, values: ContainerFamily['values']): ContainerFamily => ({
  name: `container_${name}`,
  type: 'gauge',
  help,
  values,
});

const counter = (name: string, help: string, values: ContainerFamily['values']): ContainerFamily => ({
  name: `container_${name}`,
  type: 'counter',
  help,
  values,
});

/** Only where the container has a CPU quota. */
const throttling = (name: string, help: string, value: (source: RowSource) => number) =>
  counter(`cpu_cfs_${name}`, help, (source) => (source.info.cpuQuotaUs === 0 ? [] : one(value(source))));

const perFilesystem = (
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (filesystem: ContainerFilesystem) => number = () => 0,
): ContainerFamily => ({
  name: `container_fs_${name}`,
  type,
  help,
  values: ({ filesystems }) =>
    filesystems.map((filesystem) => ({ labels: { device: filesystem.device }, value: value(filesystem) })),
});

type Interface = NonNullable<CadvisorSample['network']>;

const perInterface = (name: string, help: string, value: (network: Interface) => number = () => 0) =>
  counter(`network_${name}_total`, help, ({ info, sample: { network } }) =>
    info.hasNetwork && network !== undefined
      ? [{ labels: { interface: network.interface }, value: value(network) }]
      : [],
  );

const TASK_STATES = ['sleeping', 'running', 'stopped', 'uninterruptible', 'iowaiting'];
/** Soft limits of a container's first process (dockerd's default) and of the machine's. */
const CONTAINER_OPEN_FILES_MAX = 1_048_576;
const MACHINE_OPEN_FILES_MAX = 65_536;

/**
 * The families of cAdvisor's collector for the metric kinds kubelet asks for, as far as a sample can have
 * them.
 * Source: kubeedge v1.6.1 vendor/github.com/google/cadvisor/metrics/prometheus.go NewPrometheusCollector,
 * kinds in vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go InstallDefaultHandlers.
 */
export const CONTAINER_FAMILIES: readonly ContainerFamily[] = [
  gauge('last_seen', 'Last time a container was seen by the exporter', ({ nowMs }) => [
    { value: Math.floor(nowMs / 1_000), atMs: nowMs },
  ]),
  counter('cpu_user_seconds_total', 'Cumulative user cpu time consumed in seconds.', ({ sample }) =>
    one(sample.cpuUserNs / 1e9),
  ),
  counter('cpu_system_seconds_total', 'Cumulative system cpu time consumed in seconds.', ({ sample }) =>
    one(sample.cpuSystemNs / 1e9),
  ),
  counter('cpu_usage_seconds_total', 'Cumulative cpu time consumed in seconds.', ({ sample }) =>
    sample.cpuNs > 0 ? [{ labels: { cpu: 'total' }, value: sample.cpuNs / 1e9 }] : [],
  ),
  throttling('periods_total', 'Number of elapsed enforcement period intervals.', ({ info, sample }) =>
    Math.floor((sample.atMs - info.createdAtMs) / (info.cpuPeriodUs / 1_000)),
  ),
  throttling('throttled_periods_total', 'Number of throttled period intervals.', () => 0),
  throttling('throttled_seconds_total', 'Total time duration the container has been throttled.', () => 0),
  gauge('cpu_load_average_10s', 'Value of container cpu load average over the last 10 seconds.', () =>
    one(0),
  ),
  gauge('tasks_state', 'Number of tasks in given state', () =>
    TASK_STATES.map((state) => ({ labels: { state }, value: 0 })),
  ),
  gauge('memory_cache', 'Number of bytes of page cache memory.', ({ sample }) => one(sample.cacheBytes)),
  gauge('memory_rss', 'Size of RSS in bytes.', ({ sample }) => one(sample.rssBytes)),
  gauge('memory_mapped_file', 'Size of memory mapped files in bytes.', () => one(0)),
  gauge('memory_swap', 'Container swap usage in bytes.', () => one(0)),
  counter('memory_failcnt', 'Number of memory usage hits limits', () => one(0)),
  gauge(
    'memory_usage_bytes',
    'Current memory usage in bytes, including all memory regardless of when it was accessed',
    ({ sample }) => one(sample.memoryUsageBytes),
  ),
  gauge('memory_max_usage_bytes', 'Maximum memory usage recorded in bytes', ({ sample }) =>
    one(sample.maxUsageBytes),
  ),
  gauge('memory_working_set_bytes', 'Current working set in bytes.', ({ sample }) =>
    one(sample.workingSetBytes),
  ),
  counter('memory_failures_total', 'Cumulative count of memory allocation failures.', ({ sample }) =>
    ['container', 'hierarchy'].flatMap((scope) => [
      { labels: { failure_type: 'pgfault', scope }, value: sample.pageFaults },
      { labels: { failure_type: 'pgmajfault', scope }, value: sample.majorPageFaults },
    ]),
  ),
  perFilesystem('gauge', 'inodes_free', 'Number of available Inodes', (fs) => fs.inodesFree),
  perFilesystem('gauge', 'inodes_total', 'Number of Inodes', (fs) => fs.inodes),
  perFilesystem(
    'gauge',
    'limit_bytes',
    'Number of bytes that can be consumed by the container on this filesystem.',
    (fs) => fs.limitBytes,
  ),
  perFilesystem(
    'gauge',
    'usage_bytes',
    'Number of bytes that are consumed by the container on this filesystem.',
    (fs) => fs.usedBytes,
  ),
  perFilesystem('counter', 'reads_total', 'Cumulative count of reads completed'),
  perFilesystem('counter', 'sector_reads_total', 'Cumulative count of sector reads completed'),
  perFilesystem('counter', 'reads_merged_total', 'Cumulative count of reads merged'),
  perFilesystem('counter', 'read_seconds_total', 'Cumulative count of seconds spent reading'),
  perFilesystem('counter', 'writes_total', 'Cumulative count of writes completed'),
  perFilesystem('counter', 'sector_writes_total', 'Cumulative count of sector writes completed'),
  perFilesystem('counter', 'writes_merged_total', 'Cumulative count of writes merged'),
  perFilesystem('counter', 'write_seconds_total', 'Cumulative count of seconds spent writing'),
  perFilesystem('gauge', 'io_current', 'Number of I/Os currently in progress'),
  perFilesystem('counter', 'io_time_seconds_total', 'Cumulative count of seconds spent doing I/Os'),
  perFilesystem('counter', 'io_time_weighted_seconds_total', 'Cumulative weighted I/O time in seconds'),
  perInterface('receive_bytes', 'Cumulative count of bytes received', (network) => network.rxBytes),
  perInterface('receive_packets', 'Cumulative count of packets received', (network) => network.rxPackets),
  perInterface('receive_packets_dropped', 'Cumulative count of packets dropped while receiving'),
  perInterface('receive_errors', 'Cumulative count of errors encountered while receiving'),
  perInterface('transmit_bytes', 'Cumulative count of bytes transmitted', (network) => network.txBytes),
  perInterface('transmit_packets', 'Cumulative count of packets transmitted', (network) => network.txPackets),
  perInterface('transmit_packets_dropped', 'Cumulative count of packets dropped while transmitting'),
  perInterface('transmit_errors', 'Cumulative count of errors encountered while transmitting'),
  gauge('processes', 'Number of processes running inside the container.', ({ sample }) =>
    one(sample.processes),
  ),
  gauge('file_descriptors', 'Number of open file descriptors for the container.', ({ sample }) =>
    one(sample.fileDescriptors),
  ),
  gauge('sockets', 'Number of open sockets for the container.', ({ sample }) => one(sample.sockets)),
  gauge(
    'threads_max',
    'Maximum number of threads allowed inside the container, infinity if value is zero',
    () => one(0),
  ),
  gauge('threads', 'Number of threads running inside the container', ({ sample }) => one(sample.threads)),
  gauge(
    'ulimits_soft',
    'Soft ulimit values for the container root process. Unlimited if -1, except priority and nice',
    ({ info }) => openFilesMax(info).map((value) => ({ labels: { ulimit: 'max_open_files' }, value })),
  ),
];

/**
 * Limits are read of a root process, which Docker tells of its containers and which is process 1 for the
 * machine.
 * Source: google/cadvisor v0.37.0 container/libcontainer/handler.go processStatsFromProcs,
 * container/raw/handler.go.
 */
export function openFilesMax(info: ContainerInfo): number[] {
  if (info.id === '/') return [MACHINE_OPEN_FILES_MAX];
  return info.handler === 'docker' ? [CONTAINER_OPEN_FILES_MAX] : [];
}

/** The root cgroup shows every filesystem of the node, a container the one under its writable layer. */
export function filesystemsOf(
  info: ContainerInfo,
  sample: CadvisorSample,
  node: readonly NodeFilesystem[],
  diskDevice: string,
): ContainerFilesystem[] {
  if (!info.hasFilesystem) return [];
  if (info.id === '/') {
    return node.map((fs) => ({
      device: fs.device,
      limitBytes: fs.capacityBytes,
      usedBytes: fs.usedBytes,
      inodes: fs.inodes,
      inodesFree: fs.inodes - fs.inodesUsed,
    }));
  }
  const disk = node.find((fs) => fs.device === diskDevice);
  return [
    {
      device: diskDevice,
      limitBytes: disk?.capacityBytes ?? 0,
      usedBytes: sample.writableLayerBytes + LOG_BYTES,
      inodes: LAYER_INODES,
      inodesFree: 0,
    },
  ];
}
