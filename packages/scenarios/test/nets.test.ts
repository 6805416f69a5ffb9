import { describe, expect, it } from 'vitest';
import { missingPodMetrics } from '../src/catalog/missing-pod-metrics.scenario.ts';
import { type OpenOptions, openCluster } from '../src/open-cluster.ts';
import { runScenario } from '../src/run.ts';

/** Real time: a tunnel opens after seven seconds, and two scrapes are fifteen apart. */
const REAL_TIME_MS = 120_000;

async function look(options: OpenOptions) {
  const result = await runScenario(missingPodMetrics, missingPodMetrics.defaults, {
    ...options,
    withoutCures: true,
    open: (...args) => openCluster(...args, options),
  });
  return {
    outcome: result.outcome,
    causes: result.causes.map(({ id }) => id),
    statements: result.explanation.map(({ id }) => id),
    facts: result.observations.map(({ id, facts, exitCode }) => ({ id, facts, exitCode })),
  };
}

describe('one scenario on every net', () => {
  it.concurrent.each([
    ['loopback', { seed: 1, net: 'loopback', split: false }],
    ['loopback, cloud and edge as two processes', { seed: 1, net: 'loopback', split: true }],
  ] as const)(
    'is seen on %s as on memory',
    async (_net, options) => {
      expect(await look(options)).toEqual(await look({ seed: 1, net: 'memory', split: false }));
    },
    REAL_TIME_MS,
  );
});

describe('a cluster in two processes', () => {
  it(
    'is looked at by the rules that cloudcore has made in its own',
    async () => {
      const options = { seed: 1, net: 'loopback', split: true } as const;
      const cell = { ...missingPodMetrics.defaults, edgecore: 'v1.13.5', cloudcore: 'v1.13.5' };
      const cluster = await openCluster(missingPodMetrics, cell, options);
      await using _world = cluster.world;
      await cluster.world.run(async () => {
        const edge = cluster.host('edge-node-1');
        const look = async () => {
          const node = await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${edge.name}`]);
          const { Port: port } = JSON.parse(node.stdout).status.daemonEndpoints.kubeletEndpoint;
          const url = `https://${edge.address}:${port}/stats/summary`;
          return [port, (await cluster.curl('master-1', url, { maxTimeSeconds: 5 })).stdout];
        };
        // The port is cloudcore's once the tunnel is open, and the edge's once more if it reports after that.
        const seen = [10_351, expect.stringContaining('"nodeName"')];
        await expect.poll(look, { timeout: 60_000 }).toEqual(seen);
      });
    },
    REAL_TIME_MS,
  );
});
