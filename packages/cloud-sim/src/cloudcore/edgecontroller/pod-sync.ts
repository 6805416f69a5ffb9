import type { Timer, World } from '@kubeedge-sim/sim-kit';
import type { BeehiveMessage } from '@kubeedge-sim/wire';
import type { Pod } from '../../kube-apiserver/objects.ts';
import type { EdgeObjects, PodChange } from './edge-objects.ts';

/** kubeedge v1.6.1 cloud/pkg/cloudhub/handler/messagehandler.go sendMsg: retryInterval */
const RESEND_MS = 5_000;

/** What of a pod message is not the same for all. */
export type PodMessage = Pick<
  BeehiveMessage,
  'id' | 'operation' | 'resource' | 'resourceVersion' | 'content'
>;

export interface PodSyncOptions {
  world: World;
  objects: EdgeObjects;
  /** Sends to a node that is connected. */
  send: (node: string, message: PodMessage) => void;
}

/** Tells nodes of their pods: all that they have not acknowledged when they connect, then what changes. */
export interface PodSync extends Disposable {
  connected(node: string): void;
  disconnected(node: string): void;
  acknowledged(node: string, messageId: string): void;
}

/** What one node is still to be told: the latest of each pod, in order. */
interface Queue {
  connected: boolean;
  /** Sent, and not acknowledged. */
  sent: PodMessage | undefined;
  readonly waiting: Map<string, PodMessage>;
  timer: Timer | undefined;
}

/**
 * One message at a time to each node, sent again every five seconds until it is acknowledged. What a node has
 * acknowledged is remembered as long as this process lives; upstream keeps it in ObjectSync objects.
 * kubeedge v1.6.1 cloud/pkg/edgecontroller/controller/downstream.go syncPod, manager/pod.go;
 * cloud/pkg/cloudhub/handler/messagehandler.go MessageWriteLoop, saveSuccessPoint
 */
export function startPodSync({ world, objects, send }: PodSyncOptions): PodSync {
  const queues = new Map<string, Queue>();
  // By node and pod: what the node was last told, without what does not concern it.
  const told = new Map<string, string>();

  const queueOf = (node: string): Queue => {
    let queue = queues.get(node);
    if (queue === undefined) {
      queue = { connected: false, sent: undefined, waiting: new Map(), timer: undefined };
      queues.set(node, queue);
    }
    return queue;
  };

  function stop(queue: Queue): void {
    queue.timer?.cancel();
    queue.timer = undefined;
  }

  /** Sends what has not been acknowledged, or else the next. */
  function sendNext(node: string, queue: Queue): void {
    stop(queue);
    if (!queue.connected) return;
    const [next] = queue.waiting;
    if (queue.sent === undefined && next !== undefined) {
      queue.waiting.delete(next[0]);
      queue.sent = next[1];
    }
    if (queue.sent === undefined) return;
    send(node, queue.sent);
    queue.timer = world.clock.setTimeout(() => sendNext(node, queue), RESEND_MS, `pods of ${node}`);
  }

  function tell(node: string, { operation, pod }: PodChange): void {
    const { namespace, name, resourceVersion, uid, labels, deletionTimestamp } = pod.metadata;
    const key = `${node}/${namespace}/${name}`;
    const concern = JSON.stringify([uid, labels, deletionTimestamp, pod.spec]);
    if (operation === 'delete' ? !told.delete(key) : told.get(key) === concern) return;
    if (operation !== 'delete') told.set(key, concern);
    const queue = queueOf(node);
    queue.waiting.delete(key);
    queue.waiting.set(key, {
      id: world.ids.uuid(`pod-sync/${key}/${world.ids.next('pod-sync')}`),
      operation,
      resource: `${namespace}/pod/${name}`,
      resourceVersion,
      content: withDefaults(pod),
    });
    if (queue.sent === undefined) sendNext(node, queue);
  }

  const subscription = objects.watchPods((change) => {
    const { nodeName } = change.pod.spec;
    // A node that has never connected is told when it does.
    if (nodeName !== undefined && queues.has(nodeName)) tell(nodeName, change);
  });

  return {
    connected(node) {
      const queue = queueOf(node);
      for (const pod of objects.podsOf(node)) tell(node, { operation: 'insert', pod });
      queue.connected = true;
      sendNext(node, queue);
    },
    disconnected(node) {
      const queue = queueOf(node);
      queue.connected = false;
      stop(queue);
    },
    acknowledged(node, messageId) {
      const queue = queues.get(node);
      if (queue === undefined || queue.sent?.id !== messageId) return;
      queue.sent = undefined;
      sendNext(node, queue);
    },
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      for (const queue of queues.values()) stop(queue);
    },
  };
}

/** As kube-apiserver hands out a pod: with the defaults that a kubelet relies on. */
function withDefaults(pod: Pod) {
  const containers = pod.spec.containers.map((container) => ({
    ...container,
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  }));
  const spec = {
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...pod.spec,
    containers,
  };
  return { ...pod, spec };
}
