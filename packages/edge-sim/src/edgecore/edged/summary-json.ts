import { formatJson, formatMetaTime } from './go-format.ts';
import type {
  ContainerStats,
  CpuStats,
  FsStats,
  InterfaceStats,
  MemoryStats,
  NetworkStats,
  NodeStats,
  PodStats,
  Summary,
} from './stats-types.ts';

/**
 * The body of /stats/summary: one blank per level, whole seconds, no final newline.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/apis/stats/v1alpha1/types.go (fields and their
 * order).
 */
export function summaryToJson(summary: Summary): string {
  return formatJson({ node: nodeJson(summary.node), pods: summary.pods.map(podJson) }, 1);
}

function nodeJson(node: NodeStats): object {
  return {
    nodeName: node.nodeName,
    systemContainers:
      node.systemContainers.length === 0 ? undefined : node.systemContainers.map(containerJson),
    startTime: formatMetaTime(node.startedAtMs),
    cpu: optional(node.cpu, cpuJson),
    memory: optional(node.memory, memoryJson),
    network: optional(node.network, networkJson),
    fs: optional(node.fs, fsJson),
    runtime: optional(node.imageFs, (imageFs) => ({ imageFs: fsJson(imageFs) })),
    rlimit: optional(node.rlimit, ({ atMs, maxPid, processes }) => ({
      time: formatMetaTime(atMs),
      maxpid: maxPid,
      curproc: processes,
    })),
  };
}

function podJson(pod: PodStats): object {
  return {
    podRef: pod.podRef,
    startTime: formatMetaTime(pod.startedAtMs),
    containers: pod.containers?.map(containerJson) ?? null,
    cpu: optional(pod.cpu, cpuJson),
    memory: optional(pod.memory, memoryJson),
    network: optional(pod.network, networkJson),
    'ephemeral-storage': optional(pod.ephemeralStorage, fsJson),
    process_stats: optional(pod.processCount, (count) => ({ process_count: count })),
  };
}

function containerJson(container: ContainerStats): object {
  return {
    name: container.name,
    startTime: formatMetaTime(container.startedAtMs),
    cpu: optional(container.cpu, cpuJson),
    memory: optional(container.memory, memoryJson),
    rootfs: optional(container.rootfs, fsJson),
    logs: optional(container.logs, fsJson),
  };
}

const optional = <T>(value: T | undefined, toJson: (value: T) => object) =>
  value === undefined ? undefined : toJson(value);

const cpuJson = ({ atMs, usageNanoCores, usageCoreNanoSeconds }: CpuStats) => ({
  time: formatMetaTime(atMs),
  usageNanoCores,
  usageCoreNanoSeconds,
});

const memoryJson = ({ atMs, ...memory }: MemoryStats) => ({
  time: formatMetaTime(atMs),
  availableBytes: memory.availableBytes,
  usageBytes: memory.usageBytes,
  workingSetBytes: memory.workingSetBytes,
  rssBytes: memory.rssBytes,
  pageFaults: memory.pageFaults,
  majorPageFaults: memory.majorPageFaults,
});

const interfaceJson = ({ name, rxBytes, rxErrors, txBytes, txErrors }: InterfaceStats) => ({
  name,
  rxBytes,
  rxErrors,
  txBytes,
  txErrors,
});

/** The main interface's fields stand beside the time; without one only an empty name does. */
const networkJson = ({ atMs, main, interfaces }: NetworkStats) => ({
  time: formatMetaTime(atMs),
  ...(main === undefined ? { name: '' } : interfaceJson(main)),
  interfaces: interfaces.length === 0 ? undefined : interfaces.map(interfaceJson),
});

const fsJson = (fs: FsStats) => ({
  time: formatMetaTime(fs.atMs),
  availableBytes: fs.availableBytes,
  capacityBytes: fs.capacityBytes,
  usedBytes: fs.usedBytes,
  inodesFree: fs.inodesFree,
  inodes: fs.inodes,
  inodesUsed: fs.inodesUsed,
});
