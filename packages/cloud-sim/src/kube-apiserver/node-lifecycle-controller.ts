import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from './object-store.ts';
import { formatRfc3339, type Node, type NodeCondition } from './objects.ts';

export interface NodeLifecycleOptions {
  store: ObjectStore;
  /** --node-monitor-grace-period, default 40 s. */
  gracePeriodMs?: number;
  /** --node-monitor-period, default 5 s. */
  periodMs?: number;
}

const COMPONENT = 'kube-controller-manager';
const watchedTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * Marks nodes Unknown whose heartbeat has not changed for the grace period, as the controller manager's node
 * lifecycle controller does. Every change of a Ready condition is a `node.ready` event. Taints and evictions
 * are left out.
 * kubernetes/kubernetes v1.19.3 pkg/controller/nodelifecycle/node_lifecycle_controller.go
 * tryUpdateNodeHealth.
 */
export function startNodeLifecycleController(
  world: World,
  host: Host,
  options: NodeLifecycleOptions,
): AsyncDisposable {
  const { store, gracePeriodMs = 40_000, periodMs = 5_000 } = options;
  const healths = new Map<string, { heartbeat: string; probedAtMs: number }>();
  const statuses = new Map<string, string>();

  const noteReady = (node: Node) => {
    const { name } = node.metadata;
    const ready = readyOf(node);
    if (ready === undefined || statuses.get(name) === ready.status) return;
    statuses.set(name, ready.status);
    const detail = { node: name, status: ready.status, reason: ready.reason ?? '' };
    world.trace.emit({ host: host.name, component: COMPONENT, kind: 'node.ready', detail });
  };
  const check = (node: Node) => {
    const { name } = node.metadata;
    const nowMs = world.clock.now();
    const heartbeat = readyOf(node)?.lastHeartbeatTime ?? '';
    let health = healths.get(name);
    // Times are compared for change only, because the node's clock need not be ours.
    if (health?.heartbeat !== heartbeat) {
      health = { heartbeat, probedAtMs: nowMs };
      healths.set(name, health);
    }
    if (nowMs <= health.probedAtMs + gracePeriodMs) return;
    const conditions = silenced(node, nowMs);
    if (conditions !== undefined) store.setConditions(name, conditions);
  };
  const subscription = store.subscribe(({ type, object }) => {
    if (object.kind !== 'Node') return;
    if (type !== 'DELETED') return noteReady(object);
    healths.delete(object.metadata.name);
    statuses.delete(object.metadata.name);
  });
  const checkAll = () => {
    for (const node of store.nodes()) check(node);
  };
  for (const node of store.nodes()) noteReady(node);
  checkAll();
  const timer = world.clock.setInterval(checkAll, periodMs, 'node lifecycle controller');
  return {
    async [Symbol.asyncDispose]() {
      timer.cancel();
      subscription[Symbol.dispose]();
    },
  };
}

const readyOf = (node: Node) => node.status.conditions.find(({ type }) => type === 'Ready');

/** The node's conditions once its kubelet counts as silent; undefined when they say so already. */
function silenced(node: Node, nowMs: number): NodeCondition[] | undefined {
  const now = formatRfc3339(nowMs);
  const { conditions } = node.status;
  const stopped = (condition: NodeCondition): NodeCondition => ({
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  });
  const missing = watchedTypes.filter((type) => !conditions.some((condition) => condition.type === type));
  const posted = (condition: NodeCondition) =>
    watchedTypes.includes(condition.type) && condition.status !== 'Unknown';
  if (missing.length === 0 && !conditions.some(posted)) return undefined;
  return [
    ...conditions.map((condition) => (posted(condition) ? stopped(condition) : condition)),
    ...missing.map(
      (type): NodeCondition => ({
        type,
        status: 'Unknown',
        lastHeartbeatTime: node.metadata.creationTimestamp,
        lastTransitionTime: now,
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
      }),
    ),
  ];
}

/** Posts the heartbeats of nodes whose kubelet is not simulated (cloud nodes), every 10 s by default. */
export function startNodeHeartbeats(
  world: World,
  options: { store: ObjectStore; nodeNames: readonly string[]; periodMs?: number },
): AsyncDisposable {
  const { store, nodeNames, periodMs = 10_000 } = options;
  const kubelet = { reason: 'KubeletReady', message: 'kubelet is posting ready status' };
  const post = () => {
    for (const name of nodeNames) store.heartbeat(name, kubelet);
  };
  post();
  const timer = world.clock.setInterval(post, periodMs, `heartbeats of ${nodeNames.join(', ')}`);
  return {
    async [Symbol.asyncDispose]() {
      timer.cancel();
    },
  };
}
