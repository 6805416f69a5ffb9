import { buildNode, buildPod, type ClusterDescription } from './describe-cluster.ts';
import {
  type ConditionStatus,
  formatRfc3339,
  type KubeObject,
  type Node,
  type NodeAddress,
  type NodeCondition,
  type Pod,
  type ResourceList,
} from './objects.ts';
import {
  apiVersionOf,
  builtInTypes,
  nodes as nodeType,
  pods as podType,
  type ResourceType,
  secrets as secretType,
} from './resource-types.ts';
import { createSecretStore, type SecretStore } from './secret-store.ts';
import {
  createTypedObjects,
  type ObjectEvent,
  type SharedClock,
  type TypedObjects,
} from './typed-objects.ts';

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

/** A change of a Node or a Pod. */
export type StoreEvent = ObjectEvent<Node | Pod>;

/** The cluster's objects. What is read out is not to be changed. */
export interface ObjectStore {
  /** The version of the last change of any type, as a decimal number. */
  readonly resourceVersion: string;
  readonly secrets: SecretStore;
  /** Takes the version of a change that is about to be made by `keep`. */
  nextVersion(): string;
  /** The objects of one type. @throws RangeError for one that is neither built in nor registered */
  of<T extends KubeObject>(type: ResourceType<T>): TypedObjects<T>;
  /** Adds a type, as a CustomResourceDefinition does; the face serves it from now on. Once more is no error. */
  register<T extends KubeObject>(type: ResourceType<T>): TypedObjects<T>;
  /** All types, in the order of their coming. */
  types(): ResourceType[];
  nodes(): Node[];
  /** Of one namespace, or of all. */
  pods(namespace?: string): Pod[];
  /** Those that are bound to a node. */
  podsOn(node: string): Pod[];
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
  /** Changes of nodes and pods; those of other types come from `of(type)`. */
  subscribe(listener: (event: StoreEvent) => void): Disposable;
}

/** Creates an empty store; `now` is the world's clock in milliseconds since the epoch. */
export function createObjectStore(now: () => number): ObjectStore {
  let version = 0;
  const shared: SharedClock = { now, nextVersion: () => ++version };
  const byPath = new Map<string, TypedObjects>();
  const register = <T extends KubeObject>(type: ResourceType<T>): TypedObjects<T> => {
    const path = pathOf(type);
    let objects = byPath.get(path) as TypedObjects<T> | undefined;
    if (objects === undefined) {
      objects = createTypedObjects(type, shared);
      byPath.set(path, objects as unknown as TypedObjects);
    }
    return objects;
  };
  for (const type of builtInTypes) register(type);
  const nodes = register(nodeType);
  const pods = register(podType);

  return {
    get resourceVersion() {
      return String(version);
    },
    nextVersion: () => String(shared.nextVersion()),
    secrets: createSecretStore(register(secretType), shared),
    of<T extends KubeObject>(type: ResourceType<T>) {
      const objects = byPath.get(pathOf(type));
      if (objects === undefined)
        throw new RangeError(
          `Tried to reach the objects of ${pathOf(type)}, found no such type. Register it at the store first.`,
        );
      return objects as unknown as TypedObjects<T>;
    },
    register,
    types: () => [...byPath.values()].map(({ type }) => type),
    nodes: () => nodes.list(),
    pods: (namespace) => pods.list(namespace),
    podsOn: (node) => pods.indexed(node) ?? [],
    node: (name) => nodes.get(name),
    pod: (namespace, name) => pods.get(name, namespace),
    put: (object) => void (object.kind === 'Node' ? nodes.put(object) : pods.put(object)),
    describe(cluster) {
      for (const node of cluster.nodes ?? []) nodes.put(buildNode(node, now()));
      for (const pod of cluster.pods ?? []) pods.put(buildPod(pod));
    },
    deleteNode: (name) => nodes.delete(name),
    deletePod: (namespace, name) => pods.delete(name, namespace),
    heartbeat(name, beat = {}) {
      const node = nodes.get(name);
      if (node === undefined) return false;
      nodes.put(beaten(node, beat, now()));
      return true;
    },
    setConditions(name, conditions) {
      const node = nodes.get(name);
      if (node !== undefined) nodes.put({ ...node, status: { ...node.status, conditions: [...conditions] } });
    },
    subscribe(listener) {
      const subscriptions = [nodes.subscribe(listener), pods.subscribe(listener)];
      return {
        [Symbol.dispose]() {
          for (const subscription of subscriptions) subscription[Symbol.dispose]();
        },
      };
    },
  };
}

/** As in a URL, e.g. `coordination.k8s.io/v1/leases`. */
const pathOf = (type: Pick<ResourceType, 'group' | 'version' | 'plural'>) =>
  `${apiVersionOf(type)}/${type.plural}`;

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
          ({ type, reason = '' }) => type !== 'Ready' && !reason.startsWith('NodeStatus'),
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
