import type { PodDescription } from '../../machine/description.ts';

/** What edged's pod manager knows: the pods it was given, whatever cAdvisor sees of them. */
export interface PodDirectory {
  all(): readonly PodDescription[];
  byName(namespace: string, name: string): PodDescription | undefined;
  byUid(uid: string): PodDescription | undefined;
  /** The pod whose own cgroup this path is; undefined for a container's cgroup below it. */
  byCgroup(path: string): PodDescription | undefined;
}

export function createPodDirectory(all: () => readonly PodDescription[]): PodDirectory {
  const byUid = (uid: string) => all().find((pod) => pod.uid === uid);
  return {
    all,
    byUid,
    byName: (namespace, name) => all().find((pod) => pod.namespace === namespace && pod.name === name),
    byCgroup(path) {
      const uid = podUidOfCgroup(path);
      return uid === undefined ? undefined : byUid(uid);
    },
  };
}

const POD_PREFIX = 'pod';
/** Path depth of the three QoS cgroups: /kubepods (guaranteed), /kubepods/burstable, /kubepods/besteffort. */
const QOS_DEPTHS = [2, 2, 1];

/**
 * The uid in a pod cgroup's path, undefined for any other path. Only the depth and the last component are
 * looked at.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/cm/pod_container_manager_linux.go IsPodCgroup.
 */
export function podUidOfCgroup(path: string): string | undefined {
  const components = path.split('/').filter((component) => component !== '');
  if (!QOS_DEPTHS.some((depth) => components.length === depth + 1)) return undefined;
  const parts = (components.at(-1) ?? '').split(POD_PREFIX);
  return parts.length === 2 && parts[0] === '' ? parts[1] : undefined;
}
