import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription } from './description.ts';

/** The hosts of a cluster. Declared in one order everywhere, so that the processes of a split run agree on addresses. */
export interface ClusterHosts {
  cloud: Host;
  edges: readonly Host[];
  /** Whom edges and kubectl dial: the balancer, or the cloud node itself. */
  front: Host;
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
  const others = (description.cloudHosts ?? []).map((host) =>
    world.net.host({ name: host.name, address: host.address }),
  );
  const { balancer } = description;
  const front =
    balancer === undefined ? cloud : world.net.host({ name: balancer.name, address: balancer.address });
  const all = [...new Set([cloud, ...edges, ...others, front])];
  return {
    cloud,
    edges,
    front,
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

/** By what else the cloud's servers are known: the addresses of its further hosts, and of the balancer. */
export function serverNamesOf(hosts: ClusterHosts, { cloudHosts = [], balancer }: ClusterDescription) {
  const names = [...cloudHosts.map(({ name }) => name), ...(balancer === undefined ? [] : [balancer.name])];
  return { dnsNames: [], ipAddresses: names.map((name) => hosts.find(name).address) };
}

/** The edges with what of their description certificates depend on. */
export function edgesOf(hosts: ClusterHosts, { edges }: Pick<ClusterDescription, 'edges'>) {
  return edges.map(({ name, certificateAgeDays }) => ({
    name,
    address: hosts.find(name).address,
    ...(certificateAgeDays !== undefined && { certificateAgeDays }),
  }));
}
