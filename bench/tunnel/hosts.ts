import type { Certificate, Host, World } from '@kubeedge-sim/sim-kit';

/** The hosts of the tunnel benchmark; both processes declare them in this order, so that addresses agree. */
export function declareHosts(world: World): { cloud: Host; edge: Host } {
  const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11', inbound: 'drop' });
  return { cloud, edge };
}

/** What the cloud's process tells of itself. */
export interface CloudStarted {
  leasePrefix: string;
  /** Real addresses on the loopback. */
  cloudAddress: string;
  edgeAddress: string;
  edgeCertificate: Certificate;
}
