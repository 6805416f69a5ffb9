import type { Host, Rng, Timer, World } from '@kubeedge-sim/sim-kit';
import { IPTABLES_NAME, iptablesType, NAMESPACE, RULES_KEY } from '../edge-watcher/resource-types.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { type EdgeWatcherAgent, startEdgeWatcherAgent } from './agent.ts';
import { type MountedFile, mountSecret } from './mounted-secret.ts';

/** From the end of a pod to the start of the next one's process: what an image that is there takes, about. */
const POD_START_MS = 2_000;

export interface AgentsOptions {
  store: ObjectStore;
  /** The hosts without the edge label, by the names of their nodes. */
  hosts: readonly { node: string; host: Host }[];
  /** `syncFrequency` of their kubelets, in milliseconds; default a minute. */
  syncMs?: number | undefined;
}

interface Pod {
  name: string;
  file: MountedFile;
  agent: EdgeWatcherAgent;
}

/**
 * DaemonSet iptables: an agent on every host that is no edge, as long as there is IPTables/iptables. Its pods are in the API;
 * deleting one stops the agent, and another pod takes its place.
 * zhu733756/edge-watcher 8113f4d pkg/operator/daemonset.go, helm/kubeedge/templates/iptables.yaml
 */
export function startEdgeWatcherAgents(world: World, { store, hosts, syncMs }: AgentsOptions): Disposable {
  const rng = world.rng.fork('pods of DaemonSet iptables');
  const pods = new Map<string, Pod>();
  const starting = new Map<string, Timer>();
  const isWanted = () => store.of(iptablesType).get(IPTABLES_NAME, NAMESPACE) !== undefined;

  function start({ node, host }: { node: string; host: Host }): void {
    starting.delete(node);
    if (!isWanted()) return;
    const name = `${IPTABLES_NAME}-${podSuffix(rng)}`;
    const file = mountSecret(world, {
      secrets: store.secrets,
      namespace: NAMESPACE,
      name: IPTABLES_NAME,
      key: RULES_KEY,
      label: `${NAMESPACE}/${name}`,
      syncMs,
    });
    pods.set(node, { name, file, agent: startEdgeWatcherAgent(world, host, file) });
    const image = store.of(iptablesType).get(IPTABLES_NAME, NAMESPACE)?.spec.image;
    store.describe({
      pods: [
        {
          namespace: NAMESPACE,
          name,
          nodeName: node,
          createdAtMs: world.clock.now(),
          hostNetwork: true,
          hostIP: host.address,
          podIP: host.address,
          labels: { 'app.kubernetes.io/name': IPTABLES_NAME },
          containers: [{ name: IPTABLES_NAME, ...(image !== undefined && { image }) }],
        },
      ],
    });
  }
  function end(node: string): void {
    const pod = pods.get(node);
    pods.delete(node);
    pod?.agent.stop();
    pod?.file[Symbol.dispose]();
  }

  for (const each of hosts) start(each);
  const deleted = store.subscribe(({ type, object }) => {
    if (object.kind !== 'Pod' || object.metadata.namespace !== NAMESPACE) return;
    const each = hosts.find(({ node }) => pods.get(node)?.name === object.metadata.name);
    if (each === undefined) return;
    // What a kubelet does with a pod that somebody deletes: it ends it, then takes it out of the API.
    if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined)
      store.deletePod(NAMESPACE, object.metadata.name);
    if (type !== 'DELETED') return;
    end(each.node);
    if (!isWanted()) return;
    const label = `start of an agent on ${each.node}`;
    starting.set(
      each.node,
      world.clock.setTimeout(() => start(each), POD_START_MS, label),
    );
  });
  const deployment = store.of(iptablesType).subscribe(({ type }) => {
    if (type === 'DELETED') for (const { name } of pods.values()) store.deletePod(NAMESPACE, name);
    if (type === 'ADDED') for (const each of hosts) if (!pods.has(each.node)) start(each);
  });
  return {
    [Symbol.dispose]() {
      deleted[Symbol.dispose]();
      deployment[Symbol.dispose]();
      for (const timer of starting.values()) timer.cancel();
      for (const { file, agent } of pods.values()) {
        agent.kill();
        file[Symbol.dispose]();
      }
    },
  };
}

// kubernetes/apimachinery v0.19.10 pkg/util/rand/rand.go
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** The random end of a pod's name. */
export function podSuffix(rng: Rng, length = 5): string {
  return Array.from({ length }, () => ALPHABET[rng.int(0, ALPHABET.length - 1)]).join('');
}
