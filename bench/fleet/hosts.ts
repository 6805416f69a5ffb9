import type { Host, World } from '@kubeedge-sim/sim-kit';

/** The hosts of a fleet, in the same order in both processes. */
export function declareFleet(world: World, nodes: number): { cloud: Host; edges: Host[] } {
  const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const edges = Array.from({ length: nodes }, (_, index) =>
    world.net.host({
      name: `edge-${index}`,
      address: `10.${66 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${1 + (index % 250)}`,
      inbound: 'drop',
    }),
  );
  return { cloud, edges };
}
