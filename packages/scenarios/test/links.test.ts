import { describe, expect, it } from 'vitest';
import { EDGE } from '../src/catalog/founding-cluster.ts';
import { missingPodMetrics } from '../src/catalog/missing-pod-metrics.scenario.ts';
import type { Cluster } from '../src/cluster/cluster.ts';
import { openCluster } from '../src/open-cluster.ts';

/** Real time: a tunnel opens after seven seconds. */
const REAL_TIME_MS = 60_000;

describe('a line between real sockets', () => {
  it.concurrent.each([
    ['one process', false],
    ['cloud and edge as two processes', true],
  ] as const)(
    'stalls, delays and resets the tunnel: %s',
    async (_how, split) => {
      const options = { seed: 1, net: 'loopback', split, links: true } as const;
      const cell = { ...missingPodMetrics.defaults, edgecore: 'v1.6.2' };
      const cluster = await openCluster(missingPodMetrics, cell, options);
      await using world = cluster.world;
      await world.run(() => rehearse(cluster));
    },
    REAL_TIME_MS,
  );
});

async function rehearse(cluster: Cluster): Promise<void> {
  const { clock, trace } = cluster.world;
  const tunnels = () => trace.of('edgestream.tunnel').filter(({ host }) => host === EDGE);
  const isOpen = () => tunnels().at(-1)?.detail.state === 'open';
  const ask = () => cluster.kubectl(['get', '--raw', `/api/v1/nodes/${EDGE}/proxy/stats/summary`]);
  expect(await cluster.until('a tunnel', isOpen, 20_000)).toBe(true);
  expect((await ask()).exitCode).toBe(0);

  await cluster.act({ do: 'cut', node: EDGE, mode: 'silent' });
  let answered = false;
  const answer = ask().finally(() => {
    answered = true;
  });
  await clock.sleep(3_000);
  expect(answered).toBe(false);
  expect(isOpen()).toBe(true);
  await cluster.act({ do: 'heal', node: EDGE });
  expect((await answer).exitCode).toBe(0);

  await cluster.act({ do: 'delay', node: EDGE, delayMs: 100 });
  const startMs = clock.now();
  await ask();
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(199);

  const before = tunnels().length;
  await cluster.act({ do: 'cut', node: EDGE, mode: 'rst' });
  const hasFailed = () => tunnels().at(-1)?.detail.state === 'failed';
  expect(await cluster.until('a refused dial', hasFailed, 5_000)).toBe(true);
  const states = tunnels().slice(before, before + 3);
  expect(states.map(({ detail }) => detail.state)).toEqual(['closed', 'dialling', 'failed']);
  await cluster.act({ do: 'heal', node: EDGE });
  expect(await cluster.until('a new tunnel', isOpen, 5_000)).toBe(true);
  expect((await ask()).exitCode).toBe(0);
  const changes = trace.of('net.link').map(({ detail }) => detail.state);
  expect(changes).toEqual(['silent', 'up', 'up', 'rst', 'up']);
}
