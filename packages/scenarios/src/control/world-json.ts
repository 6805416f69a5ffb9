import type { Cluster } from '../cluster/cluster.ts';
import { KS_APISERVER_PORT } from '../cluster/kubesphere.ts';
import type { Json, schemas } from './schemas.ts';
import type { ControlledWorld } from './worlds.ts';

type WorldJson = Json<typeof schemas.World>;

/** A world as the API shows it. */
export function worldJson({ id, simulation }: ControlledWorld): WorldJson {
  const { scenario, cell, seed, net, cluster } = simulation;
  const { cloud, edges } = cluster.description;
  return {
    id,
    scenario: scenario.id,
    title: scenario.title,
    cell: { ...cell },
    faults: scenario.faults.map((fault) => fault.id),
    seed,
    net,
    edge: scenario.edge,
    nodes: [
      { name: cloud.name, role: 'cloud', address: cloud.address },
      ...edges.map(({ name, address }) => ({ name, role: 'edge' as const, address })),
    ],
    cures: scenario.cures.map((cure) => cure.id),
    ...timeJson(cluster),
    ...(net === 'loopback' && { endpoints: endpointsOf(cluster) }),
  };
}

/** Where a world is in its time and in its trace. */
export const timeJson = ({ world }: Cluster): Json<typeof schemas.TimeAnswer> => ({
  nowMs: world.clock.now(),
  lastEvent: world.trace.events.at(-1)?.id ?? 0,
});

/** Where real clients find the parts of a loopback world. */
export function endpointsOf(cluster: Cluster): NonNullable<WorldJson['endpoints']> {
  const { cloud, edges, kubesphere } = cluster.description;
  const { address } = cluster.host(cloud.name);
  return {
    apiserver: `https://${address}:6443`,
    streamServer: `https://${address}:10003`,
    tunnelServer: `wss://${address}:10004/v1/kubeedge/connect`,
    metricsServer: `https://${address}:4443`,
    ...(kubesphere && { ksApiserver: `http://${address}:${KS_APISERVER_PORT}` }),
    edges: edges.map(({ name }) => {
      const host = cluster.host(name);
      return {
        node: name,
        kubelet: `https://${host.address}:10350`,
        edged: `http://${host.loopbackAddress}:10350`,
      };
    }),
  };
}
