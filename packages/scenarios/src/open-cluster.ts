import { createLoopbackWorld, createMemoryWorld } from '@kubeedge-sim/sim-kit';
import type { Cluster } from './cluster/cluster.ts';
import { startLocalCluster } from './cluster/local-cluster.ts';
import { startSplitCluster } from './cluster/split/split-cluster.ts';
import { type Cell, describeWithFaults, type Scenario } from './scenario.ts';

export interface OpenOptions {
  seed: number;
  net: 'memory' | 'loopback';
  /** Cloud and edge as two processes of the operating system; on loopback only. */
  split: boolean;
  /** Lets the lines between nodes be cut and delayed on loopback, too; on memory they always can. Default false. */
  links?: boolean;
}

/** Opens a scenario's cluster in a world of its own. Disposing that world disposes the cluster. */
export async function openCluster(scenario: Scenario, cell: Cell, options: OpenOptions): Promise<Cluster> {
  const { seed, net, split, links = false } = options;
  const world = net === 'memory' ? createMemoryWorld({ seed }) : await createLoopbackWorld({ seed, links });
  try {
    const description = describeWithFaults(scenario, cell, world.clock.now());
    const start = () =>
      split ? startSplitCluster(world, description, { links }) : startLocalCluster(world, description);
    return world.own(await world.run(start));
  } catch (error) {
    // What the failed start left behind is the lesser news.
    await Promise.resolve(world[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
}
