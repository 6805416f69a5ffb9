import { describe, expect, it } from 'vitest';
import { catalog } from '../src/catalog/index.ts';
import { type OpenOptions, openCluster } from '../src/open-cluster.ts';
import { runScenario } from '../src/run.ts';
import type { Scenario } from '../src/scenario.ts';

/** Real time: tunnels that do not open are waited for 20 s, and two rounds of scrapes take 30 s more. */
const REAL_TIME_MS = 150_000;

async function look(id: string, options: OpenOptions) {
  const scenario = catalog.find((candidate) => candidate.id === id) as Scenario;
  const result = await runScenario(scenario, scenario.defaults, {
    ...options,
    withoutCures: true,
    open: (...args) => openCluster(...args, options),
  });
  return {
    outcome: result.outcome,
    causes: result.causes.map((cause) => cause.id),
    facts: result.observations.map(({ id: look, facts, exitCode }) => ({ look, facts, exitCode })),
  };
}

describe('faults of the detour', () => {
  // A module that is off, a flag, a certificate, and a caller's network: what real sockets and real TLS can tell. The others differ in
  // time only (hangs, what connected last), which is virtual on memory.
  it.concurrent.each([
    'edgestream-disabled',
    'metrics-port-not-from-node-status',
    'metrics-server-on-pod-network',
    'stream-cert-san-mismatch',
  ])(
    '%s is seen on loopback as on memory',
    async (id) => {
      const memory = await look(id, { seed: 1, net: 'memory', split: false });
      expect(await look(id, { seed: 1, net: 'loopback', split: false })).toEqual(memory);
    },
    REAL_TIME_MS,
  );
});
