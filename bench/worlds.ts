import { once } from 'node:events';
import { createServer } from 'node:net';
import { createLoopbackWorld, createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { findScenario, openCluster } from 'kubeedge-sim';
import type { Benchmark, Measurement } from './result.ts';
import { median } from './result.ts';

const ROUNDS = 20;
/** What the cluster of the founding report listens on, on loopback: each port on two addresses, and three engines. */
const LISTENERS = 15;

const scenario = findScenario('missing-pod-metrics');
const cluster = (net: 'memory' | 'loopback') => async () => {
  const { world } = await openCluster(scenario, scenario.defaults, { seed: 1, net, split: false });
  await world[Symbol.asyncDispose]();
};

const CASES: Readonly<Record<string, { run: () => Promise<void>; servers: number }>> = {
  'empty world, memory': {
    servers: 1,
    async run() {
      await createMemoryWorld()[Symbol.asyncDispose]();
    },
  },
  'whole cluster, memory': { servers: LISTENERS, run: cluster('memory') },
  'empty world, loopback': {
    servers: 1,
    async run() {
      const world = await createLoopbackWorld();
      await world[Symbol.asyncDispose]();
    },
  },
  'whole cluster, loopback': { servers: LISTENERS, run: cluster('loopback') },
};

/** Opening a world or a cluster, and ending it. */
export const worlds: Benchmark = {
  name: 'worlds',
  async run({ quick, cases, tell }) {
    const measurements: Measurement[] = [];
    for (const [name, { run, servers }] of Object.entries(CASES)) {
      if (!name.includes(cases)) continue;
      tell(name);
      const ours: number[] = [];
      const raw: number[] = [];
      await run();
      for (let round = 0; round < (quick ? 3 : ROUNDS); round++) {
        ours.push(await timeOf(run));
        raw.push(await timeOf(() => rawServers(servers)));
      }
      measurements.push({
        case: name,
        value: median(ours),
        baselines: [{ name: 'raw servers', value: median(raw) }],
      });
    }
    return {
      benchmark: 'worlds',
      title: 'Start and stop of a world',
      unit: 'ms',
      better: 'less',
      measurements,
      notes: [
        'The cluster is that of the founding report: certificates, kube-apiserver, metrics-server, cloudcore, a kubelet, ' +
          'three Docker engines and two edgecores, until all are started.',
        `raw servers: as many plain node:net servers opened and closed, 1 for an empty world, ${LISTENERS} for the cluster. ` +
          `Median of ${ROUNDS} rounds, in turns.`,
      ],
    };
  },
};

async function timeOf(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

async function rawServers(count: number): Promise<void> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
}
