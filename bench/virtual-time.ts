import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { type ClusterDescription, findScenario, startLocalCluster } from 'kubeedge-sim';
import type { Benchmark, Measurement } from './result.ts';
import { describeMachine } from './tunnel/machine.ts';

const HOUR_MS = 3_600_000;
const CASES = [
  { edges: 10, hours: 1 },
  { edges: 100, hours: 0.1 },
];

/** Whole clusters in memory, as fast as their virtual time goes. */
export const virtualTime: Benchmark = {
  name: 'virtual-time',
  async run({ quick, cases, tell }) {
    const measurements: Measurement[] = [];
    for (const { edges, hours } of CASES) {
      const name = `${edges} edges, ${hours * 60} min`;
      if (!name.includes(cases)) continue;
      tell(name);
      measurements.push({ case: name, ...(await measure(edges, quick ? hours / 20 : hours)) });
    }
    return {
      benchmark: 'virtual-time',
      title: 'Virtual time of a cluster in memory',
      unit: 'node hours/s',
      better: 'more',
      measurements,
      notes: [
        'Edges of v1.6.1 with three pods each, their heartbeats, housekeeping and tunnels, and a metrics-server that asks ' +
          'all of them every 15 s. Nodes times simulated hours, by seconds of the machine.',
        'raw event loop: one `setImmediate` for each event of the same run’s trace, and nothing else.',
      ],
    };
  },
};

async function measure(edges: number, hours: number): Promise<Omit<Measurement, 'case'>> {
  const world = createMemoryWorld();
  const description = describeEdges(world.clock.now(), edges);
  const cluster = world.own(await world.run(() => startLocalCluster(world, description)));
  const eventsBefore = cluster.events().at(-1)?.id ?? 0;
  const startedMs = performance.now();
  await world.run(() => world.clock.sleep(hours * HOUR_MS), { limitMs: 2 * HOUR_MS });
  const seconds = (performance.now() - startedMs) / 1_000;
  const events = (cluster.events().at(-1)?.id ?? 0) - eventsBefore;
  await world[Symbol.asyncDispose]();
  const rawSeconds = await timeRounds(events);
  return {
    value: (edges * hours) / seconds,
    baselines: [{ name: 'raw event loop', value: (edges * hours) / rawSeconds }],
    more: {
      'times real time': Math.round((hours * 3_600) / seconds),
      'events/s': Math.round(events / seconds),
    },
  };
}

function describeEdges(nowMs: number, count: number): ClusterDescription {
  const scenario = findScenario('missing-pod-metrics');
  const description = scenario.describe(scenario.defaults, nowMs);
  const edges = Array.from({ length: count }, (_, index) => ({
    name: `edge-${index}`,
    address: `10.66.${Math.floor(index / 250)}.${1 + (index % 250)}`,
    edgecore: 'v1.6.1',
    docker: '20.10.24',
    machine: describeMachine(nowMs, 3),
  }));
  return { ...description, edges };
}

async function timeRounds(rounds: number): Promise<number> {
  const startedMs = performance.now();
  for (let round = 0; round < rounds; round++) await new Promise((resolve) => setImmediate(resolve));
  return (performance.now() - startedMs) / 1_000;
}
