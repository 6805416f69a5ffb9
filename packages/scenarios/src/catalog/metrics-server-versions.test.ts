import { describe, expect, it } from 'vitest';
import { openCluster } from '../open-cluster.ts';
import { runScenario } from '../run.ts';
import { catalog } from './index.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;

async function play(id: string, versions: { metricsServer: string; edgecore?: string; docker?: string }) {
  const scenario = catalog.find((candidate) => candidate.id === id);
  if (scenario === undefined) throw new Error(`no scenario ${id}`);
  const { edgecore = scenario.defaults.edgecore } = versions;
  const cell = { ...scenario.defaults, cloudcore: edgecore, ...versions };
  return runScenario(scenario, cell, {
    ...memory,
    open: (...args) => openCluster(...args, memory),
  });
}

/** One release of each generation beside the default. */
const generations = ['v0.3.7', 'v0.5.2', 'v0.6.4', 'v0.9.0'];

describe.each(generations)('scenarios with metrics-server %s', (metricsServer) => {
  it.each([
    ['docker-29-edgecore-exits', 'engine-refuses-both-clients', ['docker']],
    ['metrics-port-not-from-node-status', 'status-port-not-used', ['metrics-server']],
    ['dnat-rule-missing', 'no-dnat-rule', ['dnat']],
    ['edgestream-disabled', 'edgestream-is-disabled', ['edgestream']],
    ['stale-session-empty-200', 'session-outlives-its-edge', ['start']],
    ['edge-dial-failure-hangs', 'edge-cannot-dial-edged', ['edgedport']],
    ['stream-cert-san-mismatch', 'stream-certificate-names-no-edge', ['metrics-server', 'streamcert']],
  ])('%s: %s, cured by %j', async (id, cause, cures) => {
    const result = await play(id, { metricsServer });
    expect(result.outcome).toBe('symptom');
    expect(result.causes.map((found) => found.id)).toEqual([cause]);
    expect(result.cures.map((cure) => [cure.id, cure.cleared])).toEqual(cures.map((cure) => [cure, true]));
  });
});

describe('/metrics/resource through the tunnel', () => {
  it.each(['v1.4.0', 'v1.5.0'])('cloudcore %s does not route it yet', async (edgecore) => {
    const { outcome, causes } = await play('missing-pod-metrics', {
      metricsServer: 'v0.6.4',
      edgecore,
      docker: '20.10.24',
    });
    expect(outcome).toBe('other');
    expect(causes.map(({ id, text }) => [id, /routes no \S+/.exec(text.en)?.[0]])).toEqual([
      ['no-metrics-route', 'routes no /metrics/resource'],
    ]);
  });

  it.each(['v1.6.0', 'v1.9.0', 'v1.13.5'])('%s is healthy with v0.9.0', async (edgecore) => {
    const { outcome } = await play('missing-pod-metrics', {
      metricsServer: 'v0.9.0',
      edgecore,
      docker: '20.10.24',
    });
    expect(outcome).toBe('healthy');
  });
});
