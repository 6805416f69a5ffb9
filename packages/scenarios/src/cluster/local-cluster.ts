import type { ObjectStore } from '@kubeedge-sim/cloud-sim';
import type { World } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';
import { startCloud } from './cloud-half.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import { startEdges, surroundingsIn } from './edge-half.ts';
import { declareHosts, edgesOf, serverNamesOf } from './hosts.ts';
import { actOnIptables, isIptablesAction } from './iptables-action.ts';
import { actOnLink, isLinkAction } from './link-action.ts';
import { createObserver } from './observer.ts';
import { createPki } from './pki.ts';
import { cloudPorts, publishCloud } from './publish.ts';

export interface LocalClusterOptions {
  /** An address of the machine on which the cloud's ports are opened, too; on loopback only. */
  publishOn?: string;
  /** Where the cluster's objects are; default a new one. */
  store?: ObjectStore;
}

/** Starts both halves of a cluster in this process. They still meet as bytes on the world's net only. */
export async function startLocalCluster(
  world: World,
  description: ClusterDescription,
  { publishOn, store }: LocalClusterOptions = {},
): Promise<Cluster> {
  const hosts = declareHosts(world, description);
  if (publishOn !== undefined) {
    await publishCloud(world, hosts.cloud, publishOn, cloudPorts(description));
  }
  const pki = await createPki(
    world,
    hosts.cloud,
    edgesOf(hosts, description),
    serverNamesOf(hosts, description),
  );
  const surroundings = surroundingsIn(world, hosts, pki, description.edges);
  const cloud = await startCloud(world, hosts, description, pki, store);
  const edges = await startEdges(world, surroundings, description.edges);
  return {
    world,
    description,
    ...createObserver(world, hosts, description, { ...cloud.apiserver, address: hosts.front.address }),
    async act(action) {
      if (isLinkAction(action)) await actOnLink(world, hosts, action);
      else if (isIptablesAction(action)) await actOnIptables(world, hosts, action);
      else if (isForCloud(action)) await cloud.act(action);
      else await edges.act(action);
    },
    async [Symbol.asyncDispose]() {
      await edges[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

/** Which half an action concerns. */
export function isForCloud(action: Action): boolean {
  if (action.do === 'restart') return action.what === 'cloudcore';
  return ['dnat', 'metrics-server', 'hostnetwork', 'streamcert', 'newca'].includes(action.do);
}
