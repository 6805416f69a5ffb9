import {
  type ConditionStatus,
  type ContainerStatus,
  formatRfc3339,
  type Node,
  type NodeAddress,
  type NodeCondition,
  type Pod,
  type PodPhase,
  type ResourceList,
  type Taint,
} from './objects.ts';

/** A node in plain words; {@link buildNode} makes the API object of it. */
export interface NodeDescription {
  name: string;
  /** InternalIP, an IPv4 literal that the apiserver's host can dial. */
  address: string;
  externalAddress?: string;
  /** Become `node-role.kubernetes.io/<role>` labels, e.g. `['agent', 'edge']`. */
  roles?: readonly string[];
  labels?: Readonly<Record<string, string>>;
  /** e.g. `v1.19.3-kubeedge-v1.6.1`. */
  kubeletVersion: string;
  /** e.g. `docker://18.9.1`. */
  containerRuntimeVersion: string;
  /** status.daemonEndpoints.kubeletEndpoint.Port: 10350 for edgecore, 10250 for a kubelet (default). */
  kubeletPort?: number;
  /** Default true. */
  ready?: boolean;
  createdAtMs: number;
  /** Quantity texts; default 4 cores, 8Gi, 110 pods. */
  capacity?: ResourceList;
  /** Default: the capacity. */
  allocatable?: ResourceList;
  osImage?: string;
  kernelVersion?: string;
  architecture?: string;
  taints?: readonly Taint[];
  uid?: string;
}

export interface ContainerDescription {
  name: string;
  image?: string;
  restarts?: number;
  /** Default: true while the pod is Running. */
  ready?: boolean;
  /** 64 hexadecimal digits. */
  id?: string;
  /** What `kubectl attach -it` asks of it; default neither. */
  stdin?: boolean;
  tty?: boolean;
}

/** A pod in plain words; {@link buildPod} makes the API object of it. */
export interface PodDescription {
  namespace: string;
  name: string;
  nodeName: string;
  uid?: string;
  createdAtMs: number;
  /** Default: `createdAtMs`. */
  startedAtMs?: number;
  containers: readonly (string | ContainerDescription)[];
  /** Default Running. */
  phase?: PodPhase;
  podIP?: string;
  hostIP?: string;
  labels?: Readonly<Record<string, string>>;
  hostNetwork?: boolean;
}

export interface ClusterDescription {
  nodes?: readonly NodeDescription[];
  pods?: readonly PodDescription[];
}

const DEFAULT_CAPACITY: ResourceList = { cpu: '4', 'ephemeral-storage': '40Gi', memory: '8Gi', pods: '110' };

/** Makes a Node object; `nowMs` is its first heartbeat. The resourceVersion is the store's to give. */
export function buildNode(description: NodeDescription, nowMs: number): Node {
  const { name, address, externalAddress, createdAtMs, architecture = 'amd64' } = description;
  const addresses: NodeAddress[] = [{ type: 'InternalIP', address }];
  if (externalAddress !== undefined) addresses.push({ type: 'ExternalIP', address: externalAddress });
  addresses.push({ type: 'Hostname', address: name });
  const capacity = { ...(description.capacity ?? DEFAULT_CAPACITY) };
  const uid = description.uid ?? `node-${name}`;
  return {
    kind: 'Node',
    apiVersion: 'v1',
    metadata: {
      name,
      selfLink: `/api/v1/nodes/${name}`,
      uid,
      resourceVersion: '0',
      creationTimestamp: formatRfc3339(createdAtMs),
      labels: nodeLabels(description, architecture),
    },
    spec: description.taints === undefined ? {} : { taints: [...description.taints] },
    status: {
      capacity,
      allocatable: { ...(description.allocatable ?? capacity) },
      conditions: [readyCondition(description.ready === false ? 'False' : 'True', createdAtMs, nowMs)],
      addresses,
      daemonEndpoints: { kubeletEndpoint: { Port: description.kubeletPort ?? 10250 } },
      nodeInfo: {
        machineID: uid,
        systemUUID: uid,
        bootID: uid,
        kernelVersion: description.kernelVersion ?? '4.15.0-142-generic',
        osImage: description.osImage ?? 'Ubuntu 18.04.5 LTS',
        containerRuntimeVersion: description.containerRuntimeVersion,
        kubeletVersion: description.kubeletVersion,
        kubeProxyVersion: description.kubeletVersion,
        operatingSystem: 'linux',
        architecture,
      },
    },
  };
}

function nodeLabels(description: NodeDescription, architecture: string): Record<string, string> {
  return {
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': description.name,
    'kubernetes.io/os': 'linux',
    ...Object.fromEntries((description.roles ?? []).map((role) => [`node-role.kubernetes.io/${role}`, ''])),
    ...description.labels,
  };
}

/**
 * The Ready condition as edgecore posts it
 * (kubeedge v1.6.1 edge/pkg/edged/edged_status.go setNodeReadyCondition).
 */
export function readyCondition(
  status: ConditionStatus,
  transitionAtMs: number,
  heartbeatAtMs: number,
): NodeCondition {
  return {
    type: 'Ready',
    status,
    lastHeartbeatTime: formatRfc3339(heartbeatAtMs),
    lastTransitionTime: formatRfc3339(transitionAtMs),
    reason: status === 'True' ? 'EdgeReady' : 'EdgeNotReady',
    message: status === 'True' ? 'edge is posting ready status' : 'edge is not ready',
  };
}

/** Makes a Pod object. The resourceVersion is the store's to give. */
export function buildPod(description: PodDescription): Pod {
  const { namespace, name, nodeName, createdAtMs, phase = 'Running', hostIP, podIP } = description;
  const startTime = formatRfc3339(description.startedAtMs ?? createdAtMs);
  const containers = description.containers.map((each) => (typeof each === 'string' ? { name: each } : each));
  const statuses = containers.map((container) => containerStatus(container, phase, startTime));
  const ready: ConditionStatus = statuses.every((status) => status.ready) ? 'True' : 'False';
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      namespace,
      selfLink: `/api/v1/namespaces/${namespace}/pods/${name}`,
      uid: description.uid ?? `pod-${namespace}-${name}`,
      resourceVersion: '0',
      creationTimestamp: formatRfc3339(createdAtMs),
      ...(description.labels === undefined ? {} : { labels: { ...description.labels } }),
    },
    spec: {
      containers: containers.map(({ name: container, image, stdin, tty }) => ({
        name: container,
        image: image ?? container,
        resources: {},
        ...(stdin === true && { stdin }),
        ...(tty === true && { tty }),
      })),
      restartPolicy: 'Always',
      nodeName,
      ...(description.hostNetwork === true ? { hostNetwork: true } : {}),
    },
    status: {
      phase,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: type === 'Ready' || type === 'ContainersReady' ? ready : 'True',
        lastProbeTime: null,
        lastTransitionTime: startTime,
      })),
      ...(hostIP === undefined ? {} : { hostIP }),
      ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
      ...(phase === 'Pending' ? {} : { startTime }),
      containerStatuses: statuses,
      qosClass: 'BestEffort',
    },
  };
}

function containerStatus(container: ContainerDescription, phase: PodPhase, at: string): ContainerStatus {
  const { name, image = name, id, restarts = 0, ready = phase === 'Running' } = container;
  return {
    name,
    state: containerState(phase, at),
    lastState: {},
    ready,
    restartCount: restarts,
    image,
    imageID: '',
    ...(id === undefined ? {} : { containerID: `docker://${id}` }),
    started: phase === 'Running',
  };
}

function containerState(phase: PodPhase, at: string): ContainerStatus['state'] {
  switch (phase) {
    case 'Running':
    case 'Unknown':
      return { running: { startedAt: at } };
    case 'Pending':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'Succeeded':
      return { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } };
    case 'Failed':
      return { terminated: { exitCode: 1, reason: 'Error', startedAt: at, finishedAt: at } };
  }
}
