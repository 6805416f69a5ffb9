import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';

/** The hosts of a cluster. Declared in one order everywhere, so that the processes of a split run agree on addresses. */
export interface ClusterHosts {
  cloud: Host;
  edges: readonly Host[];
  /** @throws RangeError naming the hosts there are */
  find(name: string): Host;
  /** The address to dial for a described one: on loopback a host's leased address. */
  addressOf(described: string): string;
}

/** Declares the hosts: the cloud node, and the edges behind their NAT. */
export function declareHosts(world: World, description: ClusterDescription): ClusterHosts {
  const { name, address } = description.cloud;
  const cloud = world.net.host({ name, address });
  const edges = description.edges.map((edge) =>
    world.net.host({ name: edge.name, address: edge.address, inbound: 'drop' }),
  );
  const all = [cloud, ...edges];
  return {
    cloud,
    edges,
    addressOf: (described) =>
      all.find(({ describedAddress }) => describedAddress === described)?.address ?? described,
    find(wanted) {
      const host = all.find((candidate) => candidate.name === wanted);
      if (host !== undefined) return host;
      const known = all.map((candidate) => candidate.name).join(', ');
      throw new RangeError(
        `Looked for node ${JSON.stringify(wanted)}, found only ${known}. Use one of these names.`,
      );
    },
  };
}

/** The edges with what of their description certificates depend on. */
export function edgesOf(hosts: ClusterHosts, { edges }: Pick<ClusterDescription, 'edges'>) {
  return edges.map(({ name, certificateAgeDays }) => ({
    name,
    address: hosts.find(name).address,
    ...(certificateAgeDays !== undefined && { certificateAgeDays }),
  }));
}
