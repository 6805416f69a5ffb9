import type { CadvisorSample, ContainerInfo } from '../cadvisor/container-info.ts';
import { LAYER_INODES, LOG_BYTES } from './filesystems.ts';
import type { ContainerStats, CpuStats, FsStats, MemoryStats, NetworkStats } from './stats-types.ts';

/** kubelet's default interface; others show up only in the list. */
const MAIN_INTERFACE = 'eth0';

/** The latest sample, undefined before the first housekeeping. */
export function latestSample(info: ContainerInfo): CadvisorSample | undefined {
  return info.samples.at(-1);
}

/** kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/stats/helper.go cadvisorInfoToCPUandMemoryStats. */
export function cpuAndMemoryOf(info: ContainerInfo): {
  cpu: CpuStats | undefined;
  memory: MemoryStats | undefined;
} {
  const sample = latestSample(info);
  if (sample === undefined) return { cpu: undefined, memory: undefined };
  const { atMs, workingSetBytes } = sample;
  return {
    cpu: {
      atMs,
      usageNanoCores: Math.round(sample.cpuInstantNanoCores ?? 0),
      usageCoreNanoSeconds: sample.cpuNs,
    },
    memory: {
      atMs,
      availableBytes: info.memoryLimitBytes > 0 ? info.memoryLimitBytes - workingSetBytes : undefined,
      usageBytes: sample.memoryUsageBytes,
      workingSetBytes,
      rssBytes: sample.rssBytes,
      pageFaults: sample.pageFaults,
      majorPageFaults: sample.majorPageFaults,
    },
  };
}

/** Without filesystems: what the CPU and memory form, and system containers, show. */
export function containerCpuAndMemory(name: string, info: ContainerInfo): ContainerStats {
  return {
    name,
    startedAtMs: info.createdAtMs,
    ...cpuAndMemoryOf(info),
    rootfs: undefined,
    logs: undefined,
  };
}

/** A pod's container; `disk` is the filesystem under both its logs and its layers. */
export function containerStats(name: string, info: ContainerInfo, disk: FsStats): ContainerStats {
  const stats = containerCpuAndMemory(name, info);
  const sample = latestSample(info);
  if (sample === undefined) return stats;
  const own = { ...disk, atMs: sample.atMs, usedBytes: undefined };
  if (!info.hasFilesystem) {
    return { ...stats, rootfs: { ...own, inodesUsed: undefined }, logs: own };
  }
  return {
    ...stats,
    rootfs: { ...own, usedBytes: sample.writableLayerBytes, inodesUsed: LAYER_INODES },
    logs: { ...own, usedBytes: LOG_BYTES },
  };
}

/**
 * A host-network sandbox has network statistics without any interface.
 * Source: helper.go cadvisorInfoToNetworkStats.
 */
export function networkOf(info: ContainerInfo): NetworkStats | undefined {
  const sample = latestSample(info);
  if (!info.hasNetwork || sample === undefined) return undefined;
  const interfaces =
    sample.network === undefined
      ? []
      : [
          {
            name: sample.network.interface,
            rxBytes: sample.network.rxBytes,
            rxErrors: 0,
            txBytes: sample.network.txBytes,
            txErrors: 0,
          },
        ];
  return { atMs: sample.atMs, main: interfaces.find(({ name }) => name === MAIN_INTERFACE), interfaces };
}

/** Sums what the containers use; the limits are the node's. Source: helper.go calcEphemeralStorage. */
export function ephemeralStorageOf(containers: readonly ContainerStats[], disk: FsStats): FsStats {
  const sum = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
  };
  const rootfs = containers.map((container) => container.rootfs).filter((fs) => fs !== undefined);
  const logs = containers.map((container) => container.logs).filter((fs) => fs !== undefined);
  return {
    ...disk,
    atMs: Math.max(disk.atMs, ...[...rootfs, ...logs].map((fs) => fs.atMs)),
    usedBytes: sum([...rootfs, ...logs].map((fs) => fs.usedBytes)),
    inodesUsed: sum(rootfs.map((fs) => fs.inodesUsed)),
  };
}
