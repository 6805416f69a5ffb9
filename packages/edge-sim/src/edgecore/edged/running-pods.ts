import type { ContainerRecord } from '../../machine/container-record.ts';
import type { Machine } from '../../machine/machine.ts';
import { podListText } from './pods.ts';

/**
 * The body of /runningpods/: what the container runtime runs, newest first, whatever edged was given.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/container/runtime.go ToAPIPod.
 */
export function runningPodsText(machine: Machine): { text: string; pods: number } {
  const byUid = new Map<string, ContainerRecord[]>();
  for (const record of [...machine.containers.values()].reverse()) {
    const uid = record.labels['io.kubernetes.pod.uid'];
    if (!record.running || uid === undefined) continue;
    byUid.set(uid, [...(byUid.get(uid) ?? []), record]);
  }
  const items = [...byUid].map(([uid, records]) => podObject(uid, records));
  return { text: podListText(items), pods: items.length };
}

function podObject(uid: string, records: readonly ContainerRecord[]): object {
  const containers = records
    .filter((record) => record.sandboxId !== undefined)
    .map((record) => ({
      name: record.labels['io.kubernetes.container.name'],
      image: record.imageId,
      resources: {},
    }));
  return {
    metadata: {
      name: records[0]?.labels['io.kubernetes.pod.name'],
      namespace: records[0]?.labels['io.kubernetes.pod.namespace'],
      uid,
      creationTimestamp: null,
    },
    spec: { containers: containers.length === 0 ? null : containers },
    status: {},
  };
}
