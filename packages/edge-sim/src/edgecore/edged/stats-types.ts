/**
 * kubelet's stats/v1alpha1 with times in milliseconds; undefined is a field that is left out. CPU in
 * nanocores and core-nanoseconds, sizes in bytes.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/apis/stats/v1alpha1/types.go.
 */
export interface CpuStats {
  atMs: number;
  usageNanoCores: number;
  usageCoreNanoSeconds: number;
}

export interface MemoryStats {
  atMs: number;
  /** Limit less working set; only where there is a limit. */
  availableBytes: number | undefined;
  usageBytes: number;
  workingSetBytes: number;
  rssBytes: number;
  pageFaults: number;
  majorPageFaults: number;
}

export interface InterfaceStats {
  name: string;
  rxBytes: number;
  rxErrors: number;
  txBytes: number;
  txErrors: number;
}

export interface NetworkStats {
  atMs: number;
  /** The interface named eth0, when there is one. */
  main: InterfaceStats | undefined;
  interfaces: readonly InterfaceStats[];
}

export interface FsStats {
  atMs: number;
  availableBytes: number;
  capacityBytes: number;
  usedBytes: number | undefined;
  inodesFree: number;
  inodes: number;
  inodesUsed: number | undefined;
}

export interface ContainerStats {
  name: string;
  startedAtMs: number;
  cpu: CpuStats | undefined;
  memory: MemoryStats | undefined;
  rootfs: FsStats | undefined;
  logs: FsStats | undefined;
}

export interface PodStats {
  podRef: { name: string; namespace: string; uid: string };
  /** Undefined is the zero time, which JSON shows as null. */
  startedAtMs: number | undefined;
  /** Undefined (null in JSON) when only the sandbox was found. */
  containers: ContainerStats[] | undefined;
  cpu: CpuStats | undefined;
  memory: MemoryStats | undefined;
  network: NetworkStats | undefined;
  ephemeralStorage: FsStats | undefined;
  processCount: number | undefined;
}

export interface NodeStats {
  nodeName: string;
  systemContainers: ContainerStats[];
  startedAtMs: number;
  cpu: CpuStats | undefined;
  memory: MemoryStats | undefined;
  network: NetworkStats | undefined;
  fs: FsStats | undefined;
  imageFs: FsStats | undefined;
  rlimit: { atMs: number; maxPid: number; processes: number } | undefined;
}

export interface Summary {
  node: NodeStats;
  pods: PodStats[];
  /** Cgroup paths of the containers that belong to no pod as far as their labels tell. */
  skipped: string[];
}
