import {
  type Cloudcore,
  type EdgeObjects,
  type ObjectStore,
  type PodCondition,
  type PodStatusReport,
  resourceTypes,
} from '@kubeedge-sim/cloud-sim';
import { registerNode, takePods } from './register-edge.ts';

/**
 * What edgecontroller reads and writes for edges, in the cluster's store. The port written with a status is the choice of
 * cloudcore's release; without a cloudcore that has cloudstream it is the edge's.
 */
export function edgeObjectsIn(
  store: ObjectStore,
  cloudcore: Cloudcore | undefined,
  now: () => number,
): EdgeObjects {
  // A patch of what has changed repeats no condition, and a lease has none.
  const present = (name: string) => {
    const found = store.node(name)?.status.conditions.find(({ type }) => type === 'Ready');
    if (found === undefined) return undefined;
    const { status: ready, reason = '', message = '' } = found;
    return { ready, reason, message };
  };
  return {
    node: (name) => store.node(name),
    createNode: (name, report) => registerNode(store, name, report, now()),
    // kubeedge v1.6.1 cloud/pkg/edgecontroller/controller/upstream.go updateNodeStatus
    updateNode(name, report) {
      const written = cloudcore === undefined ? report : cloudcore.nodeStatusPort(name, report);
      if (written === undefined) return false;
      const { ready, kubeletVersion, containerRuntimeVersion, internalIp, hostname } = report;
      const { capacity, allocatable } = report;
      return store.heartbeat(name, {
        ...(ready === undefined
          ? present(name)
          : { ready: ready.status, reason: ready.reason, message: ready.message }),
        ...(kubeletVersion !== undefined && { kubeletVersion }),
        ...(containerRuntimeVersion !== undefined && { containerRuntimeVersion }),
        ...(written.port !== undefined && { kubeletPort: written.port }),
        ...(internalIp !== undefined &&
          hostname !== undefined && {
            addresses: [
              { type: 'InternalIP', address: internalIp },
              { type: 'Hostname', address: hostname },
            ],
          }),
        ...(capacity !== undefined && { capacity }),
        ...(allocatable !== undefined && { allocatable }),
      });
    },
    renewLease(name) {
      store.heartbeat(name, present(name));
      const leases = store.of(resourceTypes.leases);
      const known = leases.get(name, 'kube-node-lease');
      const renewTime = new Date(now()).toISOString().replace('Z', '000Z');
      const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
      leases.put({ ...(known ?? { metadata: { name, namespace: 'kube-node-lease' } }), spec });
    },
    updatePodStatus: (namespace, name, status) => updatePodStatus(store, namespace, name, status),
    pod: (namespace, name) => store.pod(namespace, name),
    deletePod(namespace, name, uid) {
      if (store.pod(namespace, name)?.metadata.uid === uid) store.deletePod(namespace, name);
    },
    podsOf: (node) => store.pods().filter(({ spec }) => spec.nodeName === node),
    watchPods: (listener) =>
      store.subscribe(({ type, object }) => {
        if (object.kind === 'Pod') listener({ operation: operations[type], pod: object });
      }),
    takePods(node, reports) {
      const address = store.node(node)?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
      if (address !== undefined) takePods(store, node, address, reports);
    },
  };
}

/** kubernetes v1.22.6 pkg/kubelet/apis/config/v1beta1/defaults.go NodeLeaseDurationSeconds. */
const LEASE_SECONDS = 40;

const operations = { ADDED: 'insert', MODIFIED: 'update', DELETED: 'delete' } as const;

function updatePodStatus(
  store: ObjectStore,
  namespace: string,
  name: string,
  { phase, containers, ...report }: PodStatusReport,
): boolean {
  const pod = store.pod(namespace, name);
  if (pod === undefined) return false;
  const { podIP } = report;
  const startTime = pod.status.startTime ?? report.startTime;
  const known = pod.status.containerStatuses ?? [];
  const containerStatuses = containers.map((reported) => ({
    state: { waiting: { reason: 'ContainerCreating' } },
    lastState: {},
    image: '',
    imageID: '',
    ...known.find((status) => status.name === reported.name),
    ...reported,
  }));
  const unsaid = known.filter(({ name: container }) => !containers.some((each) => each.name === container));
  const status = {
    ...pod.status,
    ...report,
    ...(report.conditions && { conditions: withTransitions(report.conditions, pod.status.conditions) }),
    ...(podIP !== undefined && { podIPs: [{ ip: podIP }] }),
    ...(startTime !== undefined && { startTime }),
    phase,
    containerStatuses: [...unsaid, ...containerStatuses],
  };
  store.put({ ...pod, status });
  return true;
}

/** A condition that holds as before has turned when it did. upstream.go updatePodStatus sets this anew. */
function withTransitions(
  reported: readonly PodCondition[],
  known: readonly PodCondition[] = [],
): PodCondition[] {
  return reported.map((condition) => {
    const before = known.find(({ type, status }) => type === condition.type && status === condition.status);
    return { ...condition, lastTransitionTime: before?.lastTransitionTime ?? condition.lastTransitionTime };
  });
}
