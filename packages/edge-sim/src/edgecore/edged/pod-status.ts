import type { ContainerRecord } from '../../machine/container-record.ts';
import { type PodDescription, qosClassOf } from '../../machine/description.ts';
import type { Machine } from '../../machine/machine.ts';
import { formatMetaTime } from './go-format.ts';

export interface PodStatusOptions {
  machine: Machine;
  hostIp: string;
  /** The embedded kubelet says more than edged's own code: ContainersReady, startTime. */
  embedded: boolean;
  nowMs: number;
  /** What keeps the containers from running, if anything does. */
  failure?: string;
  /** The pod has been asked to go, and its containers have been stopped. */
  killed: boolean;
}

/**
 * The core/v1 PodStatus that edged reports of a pod.
 * kubeedge v1.6.1 edge/pkg/edged/edged_pods.go updatePodStatus, convertStatusToAPIStatus; kubernetes v1.22.6
 * pkg/kubelet/kubelet_pods.go generateAPIPodStatus
 */
export function podStatusOf(pod: PodDescription, options: PodStatusOptions): Record<string, unknown> {
  const { machine, hostIp, embedded, nowMs, killed } = options;
  const records = [...machine.containers.values()].filter(
    ({ labels }) => labels['io.kubernetes.pod.uid'] === pod.uid,
  );
  const sandbox = records.find(({ sandboxId, running }) => sandboxId === undefined && running);
  const containerStatuses = pod.containers.map((container) => {
    const record = records.find(
      ({ labels, sandboxId }) =>
        sandboxId !== undefined && labels['io.kubernetes.container.name'] === container.name,
    );
    return containerStatus(container, record, options);
  });
  const ready = !killed && containerStatuses.every((status) => status.ready);
  const now = formatMetaTime(nowMs);
  const condition = (type: string, holds: boolean) => ({
    type,
    status: holds ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: now,
    ...(!holds && { reason: 'ContainersNotReady' }),
  });
  const ip = pod.hostNetwork === true ? hostIp : sandbox?.ip;
  return {
    phase: phaseOf(ready, killed),
    conditions: [
      condition('Initialized', true),
      condition('Ready', ready),
      ...(embedded ? [condition('ContainersReady', ready)] : []),
      condition('PodScheduled', true),
    ],
    hostIP: hostIp,
    ...(ip !== undefined && { podIP: ip, podIPs: [{ ip }] }),
    ...(pod.startedAtMs !== 0 && { startTime: formatMetaTime(pod.startedAtMs) }),
    containerStatuses,
    qosClass: qosClassOf(pod),
  };
}

/** What is deleted has succeeded, whatever the codes of its processes were. */
function phaseOf(ready: boolean, killed: boolean) {
  if (killed) return 'Succeeded';
  return ready ? 'Running' : 'Pending';
}

function containerStatus(
  { name, image }: PodDescription['containers'][number],
  record: ContainerRecord | undefined,
  { failure, killed }: PodStatusOptions,
) {
  if (record === undefined || record.startedAtMs === 0) {
    const waiting =
      failure === undefined
        ? { reason: 'ContainerCreating' }
        : { reason: 'CreateContainerError', message: failure };
    // A pod that goes before it ran has nothing that waits.
    const state = killed ? { terminated: { exitCode: 0, reason: 'Completed' } } : { waiting };
    return { name, state, lastState: {}, ready: false, restartCount: 0, image, imageID: '', started: false };
  }
  const startedAt = formatMetaTime(record.startedAtMs);
  const { exitCode = 0, finishedAtMs = record.startedAtMs, running, previous } = record;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const containerID = `docker://${record.id}`;
  const terminated = { exitCode, reason, startedAt, finishedAt: formatMetaTime(finishedAtMs), containerID };
  return {
    name,
    state: running ? { running: { startedAt } } : { terminated },
    lastState: {},
    ready: running,
    restartCount: previous === undefined ? 0 : 1,
    image,
    imageID: `docker://${record.imageId}`,
    containerID,
    started: running,
  };
}
