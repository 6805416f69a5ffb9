import { once } from 'node:events';
import { createServer } from 'node:net';
import { createLoopbackWorld, createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { findScenario, openCluster } from 'kubeedge-sim';
import type { Benchmark, Measurement } from './result.ts';
import { median } from './result.ts';

const ROUNDS = 20;
const scenario = findScenario('missing-pod-metrics');

/** Opens and ends a cluster; how many listeners it had. */
const cluster = (net: 'memory' | 'loopback') => async () => {
  const { world } = await openCluster(scenario, scenario.defaults, { seed: 1, net, split: false });
  const listeners = world.net.open().filter((line) => line.includes(' listens on ')).length;
  await world[Symbol.asyncDispose]();
  return listeners;
};

const empty = (open: () => World | Promise<World>) => async () => {
  const world = await open();
  await world[Symbol.asyncDispose]();
  return 1;
};

const CASES: Readonly<Record<string, () => Promise<number>>> = {
  'empty world, memory': empty(createMemoryWorld),
  'whole cluster, memory': cluster('memory'),
  'empty world, loopback': empty(createLoopbackWorld),
  'whole cluster, loopback': cluster('loopback'),
};

/** Opening a world or a cluster, and ending it. */
export const worlds: Benchmark = {
  name: 'worlds',
  async run({ quick, cases, tell }) {
    const measurements: Measurement[] = [];
    for (const [name, run] of Object.entries(CASES)) {
      if (!name.includes(cases)) continue;
      tell(name);
      const ours: number[] = [];
      const raw: number[] = [];
      const servers = await run();
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
        'raw servers: as many plain node:net servers opened and closed as the cluster has listeners, one for an empty world. ' +
          `Median of ${ROUNDS} rounds, in turns.`,
      ],
    };
  },
};

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}

async function rawServers(count: number): Promise<void> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
}
