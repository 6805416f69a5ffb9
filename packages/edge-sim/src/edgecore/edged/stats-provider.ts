import type { ContainerInfo } from '../cadvisor/container-info.ts';
import {
  containerCpuAndMemory,
  containerStats,
  cpuAndMemoryOf,
  ephemeralStorageOf,
  latestSample,
  networkOf,
} from './container-stats.ts';
import type { PodDirectory } from './pod-directory.ts';
import type { FsStats, PodStats } from './stats-types.ts';

const POD_NAME_LABEL = 'io.kubernetes.pod.name';
const POD_NAMESPACE_LABEL = 'io.kubernetes.pod.namespace';
const POD_UID_LABEL = 'io.kubernetes.pod.uid';
const CONTAINER_NAME_LABEL = 'io.kubernetes.container.name';
const SANDBOX_CONTAINER = 'POD';

/** Which pod and container a cgroup is, as its labels tell; '' where they do not. */
export function kubernetesNames(info: ContainerInfo): {
  pod: string;
  namespace: string;
  uid: string;
  container: string;
} {
  return {
    pod: info.labels[POD_NAME_LABEL] ?? '',
    namespace: info.labels[POD_NAMESPACE_LABEL] ?? '',
    uid: info.labels[POD_UID_LABEL] ?? '',
    container: info.labels[CONTAINER_NAME_LABEL] ?? '',
  };
}

/** kubelet's only test of whether a cgroup belongs to a pod: its labels. */
export function isPodManaged(info: ContainerInfo): boolean {
  const { pod, namespace } = kubernetesNames(info);
  return pod !== '' && namespace !== '';
}

interface PodContainers {
  stats: PodStats;
  sandbox: ContainerInfo | undefined;
  containers: { name: string; info: ContainerInfo }[];
}

/**
 * Pods as seen by cAdvisor, CPU and memory only; a pod's own numbers come from its cgroup, its start is its
 * sandbox's.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/stats/cadvisor_stats_provider.go
 * ListPodCPUAndMemoryStats.
 */
export function listPodCpuAndMemory(infos: readonly ContainerInfo[]): PodStats[] {
  return groupByPod(infos).map(({ stats, sandbox, containers }) => ({
    ...stats,
    startedAtMs: sandbox?.createdAtMs,
    containers: emptyAsUndefined(containers.map(({ name, info }) => containerCpuAndMemory(name, info))),
  }));
}

/**
 * Pods with everything known of them, without those that edged's status manager does not know.
 * Source: ListPodStats.
 */
export function listPods(infos: readonly ContainerInfo[], disk: FsStats, pods: PodDirectory): PodStats[] {
  const listed: PodStats[] = [];
  for (const { stats, sandbox, containers } of groupByPod(infos)) {
    const startedAtMs = pods.byUid(stats.podRef.uid)?.startedAtMs;
    if (startedAtMs === undefined) continue;
    const all = containers.map(({ name, info }) => containerStats(name, info, disk));
    const cgroup = podCgroupOf(stats.podRef.uid, infos);
    listed.push({
      ...stats,
      startedAtMs,
      containers: emptyAsUndefined(all),
      network: sandbox === undefined ? undefined : networkOf(sandbox),
      ephemeralStorage: ephemeralStorageOf(all, disk),
      processCount: cgroup === undefined ? undefined : latestSample(cgroup)?.processes,
    });
  }
  return listed;
}

/** Go's nil slice: null in JSON. */
const emptyAsUndefined = <T>(items: T[]) => (items.length === 0 ? undefined : items);

function groupByPod(infos: readonly ContainerInfo[]): PodContainers[] {
  const byPod = new Map<string, PodContainers>();
  for (const info of withoutTerminated(infos.filter(isPodManaged))) {
    const { pod, namespace, uid, container } = kubernetesNames(info);
    const key = `${namespace}/${pod}/${uid}`;
    const cgroup = podCgroupOf(uid, infos);
    const found = byPod.get(key) ?? {
      stats: {
        podRef: { name: pod, namespace, uid },
        startedAtMs: undefined,
        containers: undefined,
        ...(cgroup === undefined ? { cpu: undefined, memory: undefined } : cpuAndMemoryOf(cgroup)),
        network: undefined,
        ephemeralStorage: undefined,
        processCount: undefined,
      },
      sandbox: undefined,
      containers: [],
    };
    byPod.set(key, found);
    if (container === SANDBOX_CONTAINER) found.sandbox = info;
    else found.containers.push({ name: container, info });
  }
  return [...byPod.values()];
}

/** Of several cgroups of one container, the newest that uses CPU and memory; none when none does. */
function withoutTerminated(infos: readonly ContainerInfo[]): ContainerInfo[] {
  const byContainer = new Map<string, ContainerInfo[]>();
  for (const info of infos) {
    const key = JSON.stringify(kubernetesNames(info));
    byContainer.set(key, [...(byContainer.get(key) ?? []), info]);
  }
  return [...byContainer.values()].flatMap((same) => {
    if (same.length === 1) return same;
    const newestFirst = [...same].sort((a, b) => b.createdAtMs - a.createdAtMs);
    return newestFirst.filter(usesCpuAndMemory).slice(0, 1);
  });
}

function usesCpuAndMemory(info: ContainerInfo): boolean {
  const sample = latestSample(info);
  return sample !== undefined && (sample.cpuInstantNanoCores ?? 0) !== 0 && sample.rssBytes !== 0;
}

function podCgroupOf(uid: string, infos: readonly ContainerInfo[]): ContainerInfo | undefined {
  return infos.find((info) => info.id.slice(info.id.lastIndexOf('/') + 1) === `pod${uid}`);
}
