import type { Host, Timer, World } from '@kubeedge-sim/sim-kit';
import { IPTABLES_NAME, iptablesType, NAMESPACE, RULES_KEY } from '../edge-watcher/resource-types.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { randomSuffix } from '../kube-apiserver/random-suffix.ts';
import { type EdgeWatcherAgent, startEdgeWatcherAgent } from './agent.ts';
import { type MountedFile, mountSecret } from './mounted-secret.ts';
import { fitOf, type NodeTraits } from './placement.ts';

/** From the end of a pod to the start of the next one's process: what an image that is there takes, about. */
const POD_START_MS = 2_000;

/** A host that an agent may run on. */
export interface AgentHost {
  /** Name of its node. */
  node: string;
  host: Host;
  /** Of a node that is not in the API. */
  traits?: Pick<NodeTraits, 'labels' | 'taints'>;
}

export interface AgentsOptions {
  store: ObjectStore;
  /** The hosts of the cloud. */
  hosts: readonly AgentHost[];
  /** `syncFrequency` of their kubelets, in milliseconds; default a minute. */
  syncMs?: number | undefined;
}

interface Pod {
  name: string;
  file: MountedFile;
  agent: EdgeWatcherAgent;
}

/**
 * DaemonSet iptables: an agent on every host whose node fits node selector, affinity and tolerations of IPTables/iptables, as
 * long as there is one. Its pods are in the API; deleting one stops the agent, and another pod takes its place. Placed anew
 * is when IPTables or a Node changes.
 * zhu733756/edge-watcher 8113f4d pkg/operator/daemonset.go, controllers/iptables_controller.go, helm/kubeedge/values.yaml
 */
export function startEdgeWatcherAgents(world: World, { store, hosts, syncMs }: AgentsOptions): Disposable {
  const rng = world.rng.fork('pods of DaemonSet iptables');
  const pods = new Map<string, Pod>();
  const starting = new Map<string, Timer>();
  const iptables = () => store.of(iptablesType).get(IPTABLES_NAME, NAMESPACE);
  const fit = ({ node, traits }: AgentHost) => {
    const deployed = iptables();
    const known = store.node(node);
    const { labels = {}, taints = [] } = known ? { ...known.metadata, ...known.spec } : { ...traits };
    if (deployed === undefined || (known ?? traits) === undefined) return 'none';
    return fitOf(deployed.spec, { name: node, labels, taints });
  };

  function start(each: AgentHost): void {
    const { node, host } = each;
    starting.delete(node);
    if (fit(each) !== 'runs') return;
    const name = `${IPTABLES_NAME}-${randomSuffix(rng)}`;
    const file = mountSecret(world, {
      secrets: store.secrets,
      namespace: NAMESPACE,
      name: IPTABLES_NAME,
      key: RULES_KEY,
      label: `${NAMESPACE}/${name}`,
      syncMs,
    });
    pods.set(node, { name, file, agent: startEdgeWatcherAgent(world, host, file) });
    const image = iptables()?.spec.image;
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

  function startLater(each: AgentHost): void {
    if (fit(each) !== 'runs' || starting.has(each.node)) return;
    const label = `start of an agent on ${each.node}`;
    starting.set(
      each.node,
      world.clock.setTimeout(() => start(each), POD_START_MS, label),
    );
  }
  function place(each: AgentHost): void {
    const pod = pods.get(each.node);
    if (pod === undefined) startLater(each);
    else if (fit(each) === 'none') store.deletePod(NAMESPACE, pod.name);
  }

  for (const each of hosts) start(each);
  const changed = store.subscribe(({ type, object }) => {
    if (object.kind === 'Node') {
      const each = hosts.find(({ node }) => node === object.metadata.name);
      if (each !== undefined) place(each);
      return;
    }
    if (object.metadata.namespace !== NAMESPACE) return;
    const each = hosts.find(({ node }) => pods.get(node)?.name === object.metadata.name);
    if (each === undefined) return;
    // What a kubelet does with a pod that somebody deletes: it ends it, then takes it out of the API.
    if (type === 'MODIFIED' && object.metadata.deletionTimestamp !== undefined)
      store.deletePod(NAMESPACE, object.metadata.name);
    if (type !== 'DELETED') return;
    end(each.node);
    startLater(each);
  });
  const deployment = store.of(iptablesType).subscribe(() => {
    for (const each of hosts) place(each);
  });
  return {
    [Symbol.dispose]() {
      changed[Symbol.dispose]();
      deployment[Symbol.dispose]();
      for (const timer of starting.values()) timer.cancel();
      for (const { file, agent } of pods.values()) {
        agent.kill();
        file[Symbol.dispose]();
      }
    },
  };
}
