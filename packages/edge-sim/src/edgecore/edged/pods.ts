import type { ContainerRecord } from '../../machine/container-record.ts';
import {
  type ContainerDescription,
  type PodDescription,
  type PreviousRun,
  qosClassOf,
} from '../../machine/description.ts';
import type { Machine } from '../../machine/machine.ts';
import { formatCpuQuantity, formatJson, formatMemoryQuantity, formatMetaTime } from './go-format.ts';

/** A v1.PodList as one line with its newline; without pods `items` is null, Go's nil slice. */
export function podListText(items: readonly object[]): string {
  const list = {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: {},
    items: items.length === 0 ? null : items,
  };
  return `${formatJson(list)}\n`;
}

/**
 * The body of /pods: the pods edged was given, with the status it last made.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go getPods; field values as in
 * fixtures/edged/pods-docker-20.10-v1.6.1.json.
 */
export function podsText(pods: readonly PodDescription[], machine: Machine, nodeName: string): string {
  return podListText(pods.map((pod) => podObject(pod, machine, nodeName)));
}

function podObject(pod: PodDescription, machine: Machine, nodeName: string): object {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      uid: pod.uid,
      creationTimestamp: formatMetaTime(pod.createdAtMs),
      labels: pod.labels,
    },
    spec: {
      containers: pod.containers.map(containerObject),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      nodeName,
      hostNetwork: pod.hostNetwork === true ? true : undefined,
      securityContext: {},
      schedulerName: 'default-scheduler',
      enableServiceLinks: false,
    },
    status: statusObject(pod, machine),
  };
}

function containerObject(container: ContainerDescription): object {
  const { cpuLimitMilli, memoryLimitBytes } = container;
  // The API server defaults a request to the limit; kubernetes v1.19.3 pkg/apis/core/v1/defaults.go.
  const limits = resourceList(cpuLimitMilli, memoryLimitBytes);
  const requests = resourceList(
    container.cpuRequestMilli ?? cpuLimitMilli,
    container.memoryRequestBytes ?? memoryLimitBytes,
  );
  return {
    name: container.name,
    image: container.image,
    command: container.command,
    env: container.env && Object.entries(container.env).map(([name, value]) => ({ name, value })),
    resources: { limits, requests },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    stdin: container.stdin || undefined,
    tty: container.tty || undefined,
  };
}

function resourceList(cpuMilli: number | undefined, memoryBytes: number | undefined): object | undefined {
  if (cpuMilli === undefined && memoryBytes === undefined) return undefined;
  return {
    cpu: cpuMilli === undefined ? undefined : formatCpuQuantity(cpuMilli),
    memory: memoryBytes === undefined ? undefined : formatMemoryQuantity(memoryBytes),
  };
}

function statusObject(pod: PodDescription, machine: Machine): object {
  const records = [...machine.containers.values()].filter(
    (record) => record.labels['io.kubernetes.pod.uid'] === pod.uid && record.sandboxId !== undefined,
  );
  const statuses = pod.containers.flatMap((container) => {
    const record = records.find(({ labels }) => labels['io.kubernetes.container.name'] === container.name);
    return record === undefined ? [] : [containerStatus(container, record)];
  });
  const ready = records.length > 0 && records.every((record) => record.running);
  const condition = (type: string, status: boolean) => ({
    type,
    status: status ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: null,
  });
  return {
    phase: records.some((record) => record.running) ? 'Running' : 'Pending',
    conditions: [condition('Initialized', true), condition('Ready', ready), condition('PodScheduled', true)],
    containerStatuses: statuses.length === 0 ? undefined : statuses,
    qosClass: qosClassOf(pod),
  };
}

/**
 * The image is shown by name although Docker has the id there: the kubelet asks the engine for the image's
 * tags.
 * Source: kubernetes v1.19.3 pkg/kubelet/dockershim/docker_container.go ContainerStatus.
 */
function containerStatus({ name, image }: ContainerDescription, record: ContainerRecord): object {
  const startedAt = formatMetaTime(record.startedAtMs);
  return {
    name,
    state: record.running
      ? { running: { startedAt } }
      : { terminated: { exitCode: 0, startedAt, finishedAt: null } },
    lastState: record.previous === undefined ? {} : { terminated: terminatedState(record.previous) },
    ready: record.running,
    restartCount: record.previous === undefined ? 0 : 1,
    image,
    imageID: `docker://${record.imageId}`,
    containerID: `docker://${record.id}`,
    started: record.running,
  };
}

function terminatedState({ exitCode, startedAtMs, finishedAtMs }: PreviousRun): object {
  return {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: formatMetaTime(startedAtMs),
    finishedAt: formatMetaTime(finishedAtMs),
  };
}
