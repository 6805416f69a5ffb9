import {
  type AgentHost,
  behindNodePorts,
  edgeWatcherReleases,
  KUBEEDGE_NAMESPACE,
  type NodePortService,
  type ObjectStore,
  startEdgeWatcher,
  startEdgeWatcherAgents,
} from '@kubeedge-sim/cloud-sim';
import { type Endpoint, type Host, Opened, type World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';
import { installEdgeWatcher, servicePorts } from './edge-watcher-objects.ts';
import type { ClusterHosts } from './hosts.ts';

const STREAM_NODE_PORT = 30_003;

/** NodePorts on which the cloud of a description listens: QUIC is not served. */
export function nodePortsOf({ edgeWatcher }: Pick<ClusterDescription, 'edgeWatcher'>): number[] {
  if (edgeWatcher === undefined) return [];
  return servicePorts.filter(({ name }) => name !== 'cloudhub-quic').map(({ nodePort }) => nodePort);
}

/** The host as cloudcore has it: with an EdgeWatcher it is in a pod behind NodePorts. */
export function cloudcoreHostOf(world: World, host: Host, { edgeWatcher }: ClusterDescription): Host {
  if (edgeWatcher === undefined) return host;
  const { portMapping = true, version } = edgeWatcher;
  // Where cloudcore makes the rules itself they lead to its pod, which has the node's address here.
  const isRuleTarget = (name: string) =>
    name === 'cloudstream' && edgeWatcherReleases[version].agentImage === null;
  const service: NodePortService = {
    name: `${KUBEEDGE_NAMESPACE}/cloudcore`,
    ports: servicePorts.map((port) => ({ ...port, direct: portMapping || isRuleTarget(port.name) })),
  };
  return behindNodePorts(world, host, service);
}

export interface EdgeWatcherPart extends AsyncDisposable {
  /** Where its join endpoint is; undefined without an EdgeWatcher. */
  readonly endpoint: Endpoint | undefined;
}

/**
 * Starts EdgeWatcher and its agents, if the description has them, with what KubeSphere installs for them. They have been
 * there for long: the rules of the edges of the description are in place.
 */
export async function startEdgeWatcherOf(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  { store, apiserver }: { store: ObjectStore; apiserver: Endpoint },
): Promise<EdgeWatcherPart> {
  const opened = new Opened();
  const close = () => opened[Symbol.asyncDispose]();
  const { edgeWatcher } = description;
  if (edgeWatcher === undefined) return { endpoint: undefined, [Symbol.asyncDispose]: close };
  const { version, region = 'zh', kubeletSyncSeconds } = edgeWatcher;
  const { kubeedgeVersion = description.cloudcore } = edgeWatcher;
  const destination = { address: hosts.cloud.address, port: STREAM_NODE_PORT };
  installEdgeWatcher(world, { store, hosts, description, edgeWatcher, destination });
  const running = opened.use(
    await startEdgeWatcher(world, hosts.cloud, {
      version,
      apiserver,
      store,
      settings: { version: kubeedgeVersion, region },
      destination,
    }),
  );
  if (running.release.agentImage !== null) {
    const agents = startEdgeWatcherAgents(world, {
      store,
      hosts: agentHostsOf(hosts, description),
      syncMs: kubeletSyncSeconds === undefined ? undefined : kubeletSyncSeconds * 1_000,
    });
    opened.use({
      async [Symbol.asyncDispose]() {
        agents[Symbol.dispose]();
      },
    });
  }
  return { endpoint: running.endpoint, [Symbol.asyncDispose]: close };
}

/** The hosts of the cloud, with the Nodes of those that have none in the API. */
function agentHostsOf(hosts: ClusterHosts, { cloud, cloudHosts = [] }: ClusterDescription): AgentHost[] {
  const further = cloudHosts.map(({ name, apiserver, labels, taints = [] }) => ({
    node: name,
    host: hosts.find(name),
    traits: {
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(apiserver === true && { 'node-role.kubernetes.io/master': '' }),
        ...labels,
      },
      taints,
    },
  }));
  return [{ node: cloud.name, host: hosts.cloud }, ...further];
}
