import {
  createTunnelPortStore,
  deleteCertificates,
  type ObjectStore,
  saveCertificates,
} from '@kubeedge-sim/cloud-sim';
import { startSystemdUnit } from '@kubeedge-sim/edge-sim';
import type { World } from '@kubeedge-sim/sim-kit';
import type { Action } from './action.ts';
import { RESTART_DELAY_MS, spawnCloudcore } from './cloud-half.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import { startEdges, surroundingsIn } from './edge-half.ts';
import { type ClusterHosts, declareHosts, edgesOf } from './hosts.ts';
import { actOnLink, isLinkAction } from './link-action.ts';
import { isForCloud } from './local-cluster.ts';
import { createObserver } from './observer.ts';
import { type ClusterPki, createPki } from './pki.ts';
import { STREAM_PORT, streamRule } from './stream-rule.ts';

export interface BridgedClusterOptions {
  /** The objects of a control plane that is elsewhere. */
  store: ObjectStore;
  /**
   * An address of the machine on which cloudcore's stream port is opened; edges then report the addresses they are
   * described with.
   */
  publishOn?: string;
}

const APISERVER_PORT = 6_443;

/**
 * Starts cloudcore and the edges of a description. Its kube-apiserver, controllers and metrics-server are somebody else's:
 * nothing of them is started, and the cloud node is none of the cluster.
 */
export async function startBridgedCluster(
  world: World,
  description: ClusterDescription,
  { store, publishOn }: BridgedClusterOptions,
): Promise<Cluster> {
  const hosts = declareHosts(world, description);
  if (publishOn !== undefined)
    await world.net.publish(hosts.cloud, STREAM_PORT, { address: publishOn, port: STREAM_PORT });
  const pki = await createPki(world, hosts.cloud, edgesOf(hosts, description));
  const cloud = await startCloudcoreUnit(world, hosts, description, pki, store);
  const leased = surroundingsIn(world, hosts, pki, description.edges);
  // Who dials from elsewhere knows nothing of leased addresses.
  const find = leased.hosts.find;
  const surroundings =
    publishOn === undefined
      ? leased
      : { ...leased, hosts: { find, addressOf: (address: string) => address } };
  const edges = await startEdges(
    world,
    surroundings,
    publishOn === undefined
      ? description.edges
      : description.edges.map((edge) => ({ nodeIp: edge.address, ...edge })),
  );
  return {
    world,
    description,
    ...createObserver(world, hosts, description, { address: hosts.cloud.address, port: APISERVER_PORT }),
    async act(action) {
      if (isLinkAction(action)) await actOnLink(world, hosts, action);
      else if (isForCloud(action)) await cloud.act(action);
      else await edges.act(action);
    },
    async [Symbol.asyncDispose]() {
      await edges[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

async function startCloudcoreUnit(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  pki: ClusterPki,
  store: ObjectStore,
) {
  const { cloud: host } = hosts;
  for (const port of description.dnatPorts) host.nat.append(streamRule(host.address, port));
  saveCertificates(store.secrets, { ca: pki.kubeedgeRoot, server: pki.tunnel });
  const tunnelPorts = createTunnelPortStore();
  const { cloudcore: release, limits } = description;
  let streamCertificate = pki.stream[description.streamCertificate ?? 'cloud'];
  let started: Promise<unknown> = Promise.resolve();
  const unit = startSystemdUnit(world, host, {
    name: 'cloudcore.service',
    restartDelayMs: RESTART_DELAY_MS,
    spawn() {
      const parts = { world, hosts, release, pki, streamCertificate, store, tunnelPorts, limits };
      const process = spawnCloudcore(parts);
      started = process.started;
      return process;
    },
  });
  await started;
  const restart = async () => {
    await unit.restart();
    await started;
  };
  return {
    async act(action: Action): Promise<void> {
      if (action.do === 'metrics-server' || action.do === 'hostnetwork')
        throw new RangeError(
          'Tried to start metrics-server anew, found that the cluster has its own, if any. Change that one.',
        );
      if (action.do === 'newca') deleteCertificates(store.secrets);
      if (action.do === 'streamcert') streamCertificate = pki.stream[action.names];
      if (action.do === 'restart' || action.do === 'newca' || action.do === 'streamcert') await restart();
      else if (action.do === 'dnat') {
        const rule = streamRule(host.address, action.rule.dport, action.rule.chain);
        if (action.op === 'add') host.nat.append(rule);
        else if (!host.nat.delete(rule))
          throw new RangeError(
            `Tried to delete the DNAT rule of port ${rule.dport} on ${host.name}, found none. Nothing was changed.`,
          );
      }
    },
    [Symbol.asyncDispose]: () => unit.stop(),
  };
}
