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
