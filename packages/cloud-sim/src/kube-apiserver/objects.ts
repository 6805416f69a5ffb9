/**
 * The part of k8s.io/apimachinery ObjectMeta that the simulator keeps. Times are RFC 3339 in whole seconds.
 */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  selfLink: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface NodeCondition {
  type: string;
  status: ConditionStatus;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
  reason: string;
  message: string;
}

export type NodeAddressType = 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS';

export interface NodeAddress {
  type: NodeAddressType;
  address: string;
}

/** Resource name to quantity text, e.g. `{cpu: '4', memory: '8Gi', pods: '110'}`. */
export type ResourceList = Record<string, string>;

export interface NodeInfo {
  machineID: string;
  systemUUID: string;
  bootID: string;
  kernelVersion: string;
  osImage: string;
  containerRuntimeVersion: string;
  kubeletVersion: string;
  kubeProxyVersion: string;
  operatingSystem: string;
  architecture: string;
}

export interface NodeStatus {
  capacity: ResourceList;
  allocatable: ResourceList;
  conditions: NodeCondition[];
  addresses: NodeAddress[];
  /** `Port` is spelt with a capital in the real API, too (k8s.io/api v0.19.3 core/v1 DaemonEndpoint). */
  daemonEndpoints: { kubeletEndpoint: { Port: number } };
  nodeInfo: NodeInfo;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** A core/v1 Node. */
export interface Node {
  kind: 'Node';
  apiVersion: 'v1';
  metadata: ObjectMeta;
  spec: { podCIDR?: string; taints?: Taint[]; unschedulable?: boolean };
  status: NodeStatus;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface ContainerState {
  running?: { startedAt: string };
  waiting?: { reason?: string; message?: string };
  terminated?: { exitCode: number; reason?: string; startedAt: string; finishedAt: string };
}

export interface ContainerStatus {
  name: string;
  state: ContainerState;
  lastState: ContainerState;
  ready: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  started?: boolean;
}

export interface PodCondition {
  type: string;
  status: ConditionStatus;
  lastProbeTime: null;
  lastTransitionTime: string;
}

/** A core/v1 Pod. */
export interface Pod {
  kind: 'Pod';
  apiVersion: 'v1';
  metadata: ObjectMeta & { namespace: string };
  spec: {
    containers: {
      name: string;
      image: string;
      resources: Record<string, never>;
      stdin?: boolean;
      tty?: boolean;
    }[];
    restartPolicy: string;
    nodeName?: string;
    hostNetwork?: boolean;
  };
  status: {
    phase: PodPhase;
    reason?: string;
    conditions?: PodCondition[];
    hostIP?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    startTime?: string;
    containerStatuses?: ContainerStatus[];
    qosClass: string;
  };
}

/** Milliseconds since the epoch as metav1.Time writes them: RFC 3339, UTC, whole seconds. */
export function formatRfc3339(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
