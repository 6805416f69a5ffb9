/**
 * The part of k8s.io/apimachinery ObjectMeta that the simulator keeps. Times are RFC 3339 in whole seconds.
 */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  selfLink?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  /** Of an object that is to go once its kubelet lets it. */
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What every object of the API has. */
export interface KubeObject {
  kind: string;
  apiVersion: string;
  metadata: ObjectMeta;
}

/** An object as it is given to the store, which adds what it knows itself: kind, uid, version and creation. */
export type Unstored<T extends KubeObject> = Omit<T, 'metadata' | 'kind' | 'apiVersion'> & {
  kind?: T['kind'];
  apiVersion?: T['apiVersion'];
  metadata: Pick<T['metadata'], 'name'> & Partial<T['metadata']>;
};

export type ConditionStatus = 'True' | 'False' | 'Unknown';

export interface NodeCondition {
  type: string;
  status: ConditionStatus;
  lastHeartbeatTime: string;
  lastTransitionTime: string;
  /** Clients may leave both out. */
  reason?: string;
  message?: string;
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
  lastTransitionTime: string | null;
  reason?: string;
  message?: string;
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
    schedulerName?: string;
    serviceAccountName?: string;
    terminationGracePeriodSeconds?: number;
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

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** `data` is base64 by key. */
export interface Secret extends KubeObject {
  type?: string;
  data?: Record<string, string>;
}

export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase: 'Active' | 'Terminating' };
}

/** A coordination.k8s.io/v1 Lease. Times are RFC 3339 with microseconds. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** A core/v1 Event. */
export interface Event extends KubeObject {
  involvedObject: {
    kind?: string;
    namespace?: string;
    name?: string;
    uid?: string;
    apiVersion?: string;
    resourceVersion?: string;
    fieldPath?: string;
  };
  reason?: string;
  message?: string;
  source?: { component?: string; host?: string };
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  count?: number;
  type?: string;
  reportingComponent?: string;
}

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
}

export interface Service extends KubeObject {
  spec: { type?: string; clusterIP?: string; ports?: ServicePort[]; selector?: Record<string, string> };
  status?: Record<string, unknown>;
}

export interface Endpoints extends KubeObject {
  subsets?: {
    addresses?: { ip: string; nodeName?: string }[];
    ports?: { name?: string; port: number; protocol?: string }[];
  }[];
}

/** Milliseconds since the epoch as metav1.Time writes them: RFC 3339, UTC, whole seconds. */
export function formatRfc3339(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
