import type { ContainerInfo } from '../cadvisor/container-info.ts';
import { containerCpuAndMemory, cpuAndMemoryOf, latestSample, networkOf } from './container-stats.ts';
import type { EdgedContext } from './context.ts';
import { IMAGE_BYTES } from './filesystems.ts';
import { isPodManaged, listPodCpuAndMemory, listPods } from './stats-provider.ts';
import type { ContainerStats, FsStats, NodeStats, Summary } from './stats-types.ts';

const ROOT_CGROUP = '/';
const PODS_CGROUP = '/kubepods';
/** Linux's default kernel.pid_max. */
const PID_MAX = 32_768;

/** Thrown when the node itself is not known yet; the message is kubelet's. */
export class StatsError extends Error {
  override readonly name = 'StatsError';
}

/**
 * The summary of the node. The two forms differ in more than their fields: the node's start is the machine's
 * boot in the full form and the root cgroup's creation in the other; a pod's start is its status' or its
 * sandbox's.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/stats/summary.go.
 * @throws StatsError when cAdvisor does not know the root cgroup, or (full form) has not sampled it
 */
export function collectSummary(context: EdgedContext, onlyCpuAndMemory: boolean): Summary {
  const infos = context.cadvisor.containers();
  const root = infos.find((info) => info.id === ROOT_CGROUP);
  if (root === undefined) {
    throw new StatsError(
      'failed to get root cgroup stats: failed to get cgroup stats for "/": ' +
        'failed to get container info for "/": unknown container "/"',
    );
  }
  const skipped = infos.filter((info) => !isPodManaged(info)).map((info) => info.id);
  const cpuAndMemory: NodeStats = {
    nodeName: context.nodeName,
    systemContainers: systemContainers(context, infos),
    startedAtMs: root.createdAtMs,
    ...cpuAndMemoryOf(root),
    network: undefined,
    fs: undefined,
    imageFs: undefined,
    rlimit: undefined,
  };
  if (onlyCpuAndMemory) return { node: cpuAndMemory, pods: listPodCpuAndMemory(infos), skipped };
  const disk = diskStats(context, root);
  return {
    node: {
      ...cpuAndMemory,
      startedAtMs: context.machine.description.bootedAtMs,
      network: networkOf(root),
      fs: disk,
      imageFs: { ...disk, usedBytes: imageCount(context) * IMAGE_BYTES },
      rlimit: {
        atMs: context.world.clock.now(),
        maxPid: PID_MAX,
        processes: latestSample(root)?.threads ?? 0,
      },
    },
    pods: listPods(infos, disk, context.pods),
    skipped,
  };
}

function diskStats(context: EdgedContext, root: ContainerInfo): FsStats {
  const sample = latestSample(root);
  if (sample === undefined) {
    throw new StatsError(
      'failed to get rootFs stats: failed to get root container stats: ' +
        'failed to get latest stats from container info for "/"',
    );
  }
  const { disk } = context.machine.description;
  return {
    atMs: sample.atMs,
    availableBytes: disk.capacityBytes - disk.usedBytes,
    capacityBytes: disk.capacityBytes,
    usedBytes: disk.usedBytes,
    inodesFree: disk.inodes - disk.inodesUsed,
    inodes: disk.inodes,
    inodesUsed: disk.inodesUsed,
  };
}

const imageCount = ({ machine }: EdgedContext) =>
  new Set([...machine.containers.values()].map((record) => record.imageId)).size;

/** A system container is listed when its cgroup's name is known and cAdvisor knows the cgroup. */
function systemContainers(context: EdgedContext, infos: readonly ContainerInfo[]): ContainerStats[] {
  const { runtimeCgroup, kubeletCgroup } = context.traits;
  const named: [name: string, cgroup: string | undefined, startedAtMs?: number][] = [
    ['pods', PODS_CGROUP],
    ['runtime', runtimeCgroup],
    ['kubelet', kubeletCgroup, context.startedAtMs],
  ];
  return named.flatMap(([name, cgroup, startedAtMs]) => {
    const info = infos.find((candidate) => candidate.id === cgroup);
    if (info === undefined) return [];
    const stats = containerCpuAndMemory(name, info);
    return [startedAtMs === undefined ? stats : { ...stats, startedAtMs }];
  });
}
