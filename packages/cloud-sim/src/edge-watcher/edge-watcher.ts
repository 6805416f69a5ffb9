import type { Endpoint, Host, World } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { serviceAccount, simToken } from '../kube-apiserver/sim-tokens.ts';
import { createClusterReader } from './cluster-reader.ts';
import { startIptablesController } from './iptables-controller.ts';
import type { JoinSettings } from './join-handler.ts';
import { startJoinServer } from './join-server.ts';
import { createGoLog } from './log.ts';
import { type EdgeWatcherRelease, type EdgeWatcherTag, edgeWatcherReleases } from './releases.data.ts';
import { NAMESPACE } from './resource-types.ts';
import { startRuleSync } from './rule-sync.ts';
import type { RuleDestination } from './rules.ts';

import './trace-kinds.ts';

const PORT = 8_081;

/** How to start an EdgeWatcher. */
export interface EdgeWatcherOptions {
  version: EdgeWatcherTag;
  /** Where join requests are compared with the cluster. */
  apiserver: Endpoint;
  /** The objects that it watches and writes; both IPTables types must have been registered. */
  store: ObjectStore;
  /** VERSION (of KubeEdge, e.g. `v1.6.1`) and REGION (`zh` or `en`). */
  settings: JoinSettings;
  /** Where its rules send connections to edges: the first node and cloudstream's NodePort. */
  destination: RuleDestination;
  /** Default 8081, behind port 80 of its Service. */
  port?: number;
}

export interface EdgeWatcher extends AsyncDisposable {
  /** What `http://edge-watcher.kubeedge.svc` gets to. Paths begin with `/api/v1alpha1`. */
  readonly endpoint: Endpoint;
  readonly release: EdgeWatcherRelease;
}

/**
 * Starts EdgeWatcher, or the service that came after it: the join endpoint, and where the release keeps rules, the watch of
 * edges and the controller. It asks the API server over HTTPS for what a join request is compared with; its watches and
 * writes go through the store.
 * zhu733756/edge-watcher 8113f4d main.go
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startEdgeWatcher(
  world: World,
  host: Host,
  { version, apiserver, store, settings, destination, port = PORT }: EdgeWatcherOptions,
): Promise<EdgeWatcher> {
  const release: EdgeWatcherRelease = edgeWatcherReleases[version];
  const { component } = release;
  const log = createGoLog(world, host, component);
  const token = simToken(world, serviceAccount(NAMESPACE, 'default'));
  const cluster = createClusterReader(host, { apiserver, token, component });
  const server = await startJoinServer(world, host, { component, port, cluster, settings, log });
  log('Edge service running');
  const keepers =
    release.agentImage === null
      ? []
      : [
          startIptablesController(world, host, { store, component }),
          startRuleSync(world, host, { store, component, log, destination }),
        ];
  return {
    endpoint: { address: host.address, port },
    release,
    async [Symbol.asyncDispose]() {
      for (const keeper of keepers.reverse()) keeper[Symbol.dispose]();
      await server.close();
    },
  };
}
