import type {
  ConditionStatus,
  ContainerStatus,
  Node,
  Pod,
  PodCondition,
  PodPhase,
  Taint,
} from '../../kube-apiserver/objects.ts';

/** A pod of an edge that registers itself. Times in milliseconds since the epoch. */
export interface PodReport {
  namespace: string;
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  startedAtMs: number;
  hostNetwork: boolean;
  /** Empty on the host's network. */
  ip: string;
  containers: readonly { name: string; image: string }[];
}

/** What an edge says of itself: the fields of a Node's status that edgecore fills in. A patch may leave out any. */
export interface NodeStatusReport {
  /** Of the Ready condition; the message is its own. */
  ready?: { status: ConditionStatus; reason: string; message: string };
  kubeletVersion?: string;
  containerRuntimeVersion?: string;
  internalIp?: string;
  hostname?: string;
  /** Port of the kubelet endpoint as the edge has it. */
  port?: number;
  /**
   * The embedded kubelet's patch of its Node (`nodepatch`, v1.12.0 and later) instead of a whole
   * `nodestatus`.
   */
  patch?: boolean;
  capacity?: Readonly<Record<string, string>>;
  allocatable?: Readonly<Record<string, string>>;
  osImage?: string;
  kernelVersion?: string;
  /** Only when the Node is registered. */
  taints?: readonly Taint[];
}

/** What an edge says of one of its pods. */
export interface PodStatusReport {
  phase: PodPhase;
  podIP?: string;
  hostIP?: string;
  startTime?: string;
  conditions?: PodCondition[];
  containers: readonly ContainerReport[];
}

/** What is left out stays as it was. */
export type ContainerReport = Pick<ContainerStatus, 'name' | 'ready' | 'restartCount'> &
  Partial<ContainerStatus>;

/** A pod that came, changed or went. */
export interface PodChange {
  operation: 'insert' | 'update' | 'delete';
  pod: Pod;
}

/** The objects of kube-apiserver that edgecontroller reads and writes for edges. */
export interface EdgeObjects {
  node(name: string): Node | undefined;
  /** Creates the Node of an edge that has none. */
  createNode(name: string, report: NodeStatusReport): void;
  /** Writes what is reported of a Node that there is; false when the release drops the message. */
  updateNode(name: string, report: NodeStatusReport): boolean;
  /** A sign of life that says nothing else. */
  renewLease(name: string): void;
  /** Writes a pod's status; false when there is no such pod. */
  updatePodStatus(namespace: string, name: string, status: PodStatusReport): boolean;
  pod(namespace: string, name: string): Pod | undefined;
  /** Deletes a pod without grace, if it still has that uid. */
  deletePod(namespace: string, name: string, uid: string): void;
  /** The pods that a node is to run. */
  podsOf(node: string): readonly Pod[];
  /** Tells of every change of a pod, of any node. */
  watchPods(listener: (change: PodChange) => void): Disposable;
  /** Makes the pods of a node those that it says it runs; for edges whose pods nobody has described. */
  takePods(node: string, reports: readonly PodReport[]): void;
}
