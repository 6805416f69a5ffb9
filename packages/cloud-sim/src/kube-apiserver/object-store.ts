import { buildNode, buildPod, type ClusterDescription } from './describe-cluster.ts';
import {
  type ConditionStatus,
  formatRfc3339,
  type Node,
  type NodeAddress,
  type NodeCondition,
  type Pod,
  type ResourceList,
} from './objects.ts';
import { createSecretStore, type SecretStore } from './secret-store.ts';

/** What a heartbeat may say; what is left out stays as it was. */
export interface NodeHeartbeat {
  /** Default True. */
  ready?: ConditionStatus;
  reason?: string;
  message?: string;
  containerRuntimeVersion?: string;
  kubeletVersion?: string;
  addresses?: readonly NodeAddress[];
  /** status.daemonEndpoints.kubeletEndpoint.Port. */
  kubeletPort?: number;
  capacity?: ResourceList;
  allocatable?: ResourceList;
}

export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: Node | Pod;
}

/**
 * The cluster's objects, in the order of their keys as etcd has them. What is read out is not to be changed.
 */
export interface ObjectStore {
  /** The version of the last change, as a decimal number. */
  readonly resourceVersion: string;
  readonly secrets: SecretStore;
  nodes(): Node[];
  /** Of one namespace, or of all. */
  pods(namespace?: string): Pod[];
  node(name: string): Node | undefined;
  pod(namespace: string, name: string): Pod | undefined;
  /** Adds or replaces an object and gives it the next resourceVersion. */
  put(object: Node | Pod): void;
  /** Builds and puts what is described. */
  describe(cluster: ClusterDescription): void;
  /** False when there is no such node. */
  deleteNode(name: string): boolean;
  /** False when there is no such pod. */
  deletePod(namespace: string, name: string): boolean;
  /**
   * Posts a node's status, as its kubelet (or edgecontroller for it) does. False when there is no such node.
   */
  heartbeat(name: string, beat?: NodeHeartbeat): boolean;
  /** Replaces a node's conditions without counting as a heartbeat of it. */
  setConditions(name: string, conditions: readonly NodeCondition[]): void;
  subscribe(listener: (event: StoreEvent) => void): Disposable;
}

/** Creates an empty store; `now` is the world's clock in milliseconds since the epoch. */
export function createObjectStore(now: () => number): ObjectStore {
  const nodes = new Map<string, Node>();
  const pods = new Map<string, Pod>();
  const listeners = new Set<(event: StoreEvent) => void>();
  let version = 0;

  const tell = (event: StoreEvent) => {
    for (const listener of listeners) listener(event);
  };
  const put = (object: Node | Pod) => {
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(++version);
    const key = keyOf(stored);
    const type = (stored.kind === 'Node' ? nodes : pods).has(key) ? 'MODIFIED' : 'ADDED';
    if (stored.kind === 'Node') nodes.set(key, stored);
    else pods.set(key, stored);
    tell({ type, object: stored });
  };
  const remove = (from: Map<string, Node> | Map<string, Pod>, key: string) => {
    const object = from.get(key);
    if (object === undefined) return false;
    from.delete(key);
    version++;
    tell({ type: 'DELETED', object });
    return true;
  };
  return {
    get resourceVersion() {
      return String(version);
    },
    secrets: createSecretStore(now, () => String(++version)),
    nodes: () => sorted(nodes),
    pods: (namespace) =>
      sorted(pods).filter((pod) => namespace === undefined || pod.metadata.namespace === namespace),
    node: (name) => nodes.get(name),
    pod: (namespace, name) => pods.get(`${namespace}/${name}`),
    put,
    describe(cluster) {
      for (const node of cluster.nodes ?? []) put(buildNode(node, now()));
      for (const pod of cluster.pods ?? []) put(buildPod(pod));
    },
    deleteNode: (name) => remove(nodes, name),
    deletePod: (namespace, name) => remove(pods, `${namespace}/${name}`),
    heartbeat(name, beat = {}) {
      const node = nodes.get(name);
      if (node === undefined) return false;
      put(beaten(node, beat, now()));
      return true;
    },
    setConditions(name, conditions) {
      const node = nodes.get(name);
      if (node !== undefined) put({ ...node, status: { ...node.status, conditions: [...conditions] } });
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

function keyOf(object: Node | Pod): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function sorted<T>(objects: Map<string, T>): T[] {
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

function beaten(node: Node, beat: NodeHeartbeat, nowMs: number): Node {
  const { status } = node;
  const heartbeatTime = formatRfc3339(nowMs);
  const old = status.conditions.find(({ type }) => type === 'Ready');
  const ready = beat.ready ?? 'True';
  const condition: NodeCondition = {
    type: 'Ready',
    status: ready,
    lastHeartbeatTime: heartbeatTime,
    lastTransitionTime: old?.status === ready ? old.lastTransitionTime : heartbeatTime,
    reason: beat.reason ?? (ready === 'True' ? 'EdgeReady' : 'EdgeNotReady'),
    message: beat.message ?? (ready === 'True' ? 'edge is posting ready status' : 'edge is not ready'),
  };
  return {
    ...node,
    status: {
      ...status,
      // What the lifecycle controller had filled in for a silent kubelet goes with its first sign of life.
      conditions: [
        ...status.conditions.filter(
          ({ type, reason }) => type !== 'Ready' && !reason.startsWith('NodeStatus'),
        ),
        condition,
      ],
      addresses: beat.addresses === undefined ? status.addresses : [...beat.addresses],
      capacity: beat.capacity ?? status.capacity,
      allocatable: beat.allocatable ?? status.allocatable,
      daemonEndpoints: {
        kubeletEndpoint: { Port: beat.kubeletPort ?? status.daemonEndpoints.kubeletEndpoint.Port },
      },
      nodeInfo: {
        ...status.nodeInfo,
        containerRuntimeVersion: beat.containerRuntimeVersion ?? status.nodeInfo.containerRuntimeVersion,
        kubeletVersion: beat.kubeletVersion ?? status.nodeInfo.kubeletVersion,
      },
    },
  };
}
