import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openCluster } from '../open-cluster.ts';
import { type RunOptions, runScenario } from '../run.ts';
import { type Cell, type Scenario, withoutCondition } from '../scenario.ts';
import { catalog } from './index.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;

const play = (scenario: Scenario, cell: Cell = scenario.defaults, options: Partial<RunOptions> = {}) =>
  runScenario(scenario, cell, { ...memory, open: (...args) => openCluster(...args, memory), ...options });

/** The one cause of each scenario, and the cures of it. */
const expected: Readonly<Record<string, { cause: string; hop: string; cures: string[] }>> = {
  'missing-pod-metrics': { cause: 'engine-refuses-cadvisor', hop: 'docker', cures: ['docker', 'edgecore'] },
  'docker-29-edgecore-exits': { cause: 'engine-refuses-both-clients', hop: 'docker', cures: ['docker'] },
  'metrics-port-not-from-node-status': {
    cause: 'status-port-not-used',
    hop: 'caller',
    cures: ['metrics-server'],
  },
  'dnat-rule-missing': { cause: 'no-dnat-rule', hop: 'nat', cures: ['dnat'] },
  'metrics-server-on-pod-network': {
    cause: 'pod-passes-no-rule',
    hop: 'nat',
    cures: ['dnat-for-pods', 'host-network'],
  },
  'edgestream-disabled': { cause: 'edgestream-is-disabled', hop: 'tunnel', cures: ['edgestream'] },
  'duplicate-internal-ip': { cause: 'two-edges-one-address', hop: 'stream', cures: ['nodeip'] },
  'stale-session-empty-200': { cause: 'session-outlives-its-edge', hop: 'tunnel', cures: ['start'] },
  'edge-dial-failure-hangs': { cause: 'edge-cannot-dial-edged', hop: 'edged', cures: ['edgedport'] },
  'stream-cert-san-mismatch': {
    cause: 'stream-certificate-names-no-edge',
    hop: 'stream',
    cures: ['metrics-server', 'streamcert'],
  },
  'dnat-rule-on-one-apiserver': {
    cause: 'rule-on-another-apiserver-only',
    hop: 'nat',
    cures: ['dnat-on-every-host'],
  },
  'tunnel-with-another-cloudcore': {
    cause: 'tunnel-with-another-cloudcore',
    hop: 'stream',
    cures: ['one-cloudcore-per-edge'],
  },
};

describe('the catalog', () => {
  it('has every scenario file, and each has been thought about here', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.scenario.ts'));
    const ids = catalog.map(({ id }) => id);
    expect(ids.map((id) => `${id}.scenario.ts`).sort()).toEqual(files.sort());
    expect(Object.keys(expected).sort()).toEqual(ids.sort());
  });

  describe.each(catalog.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
    it('shows its symptom, has one cause with evidence, and each cure clears it', async () => {
      const result = await play(scenario);
      const { cause, hop, cures } = expected[id] ?? { cause: '', hop: '', cures: [] };
      expect(result.outcome).toBe('symptom');
      expect(result.causes.map((found) => ({ id: found.id, hop: found.hop }))).toEqual([{ id: cause, hop }]);
      expect(result.explanation.every(({ evidence }) => evidence.length > 0)).toBe(true);
      expect(result.cures.map((cure) => ({ id: cure.id, cleared: cure.cleared }))).toEqual(
        cures.map((cure) => ({ id: cure, cleared: true })),
      );
      expect(result.control).toEqual({ node: scenario.control, unchanged: true });
      const [again, once] = await Promise.all([
        play(scenario, scenario.defaults, { withoutCures: true }),
        play(scenario, scenario.defaults, { withoutCures: true }),
      ]);
      expect([again.traceHash, once.traceHash]).toEqual([result.traceHash, result.traceHash]);
    });

    it('is healthy with its condition absent, and names no cause', async () => {
      const result = await play(...withoutCondition(scenario, scenario.defaults));
      expect(result).toMatchObject({ outcome: 'healthy', causes: [], explanation: [] });
    });

    it('has its texts in both languages', () => {
      const { title, report, verdicts, cures } = scenario;
      const texts = [title, report, ...Object.values(verdicts), ...cures.map((cure) => cure.title)];
      for (const { en, zh } of texts) {
        expect(en).toMatch(/^[\x20-\x7e–…→↔’]+$/);
        expect(zh).toMatch(/\p{Script=Han}/u);
      }
    });
  });
});

describe('beside its cause', () => {
  it.each([
    ['docker-29-edgecore-exits', ['log-names-it-aloud']],
    ['metrics-port-not-from-node-status', ['answered-by-name']],
    ['dnat-rule-missing', []],
    ['metrics-server-on-pod-network', ['answered-by-name']],
    ['edgestream-disabled', []],
    ['duplicate-internal-ip', ['answered-by-name', 'other-node-counted-twice', 'other-pods-counted-twice']],
    ['edge-dial-failure-hangs', []],
    ['stream-cert-san-mismatch', ['answered-by-name']],
  ])('%s says %j', async (id, statements) => {
    const scenario = catalog.find((candidate) => candidate.id === id) as Scenario;
    const { explanation, causes } = await play(scenario, scenario.defaults, { withoutCures: true });
    const others = explanation
      .map((statement) => statement.id)
      .filter((id) => causes.every((it) => it.id !== id));
    expect(others).toEqual(statements);
  });
});

describe('duplicate-internal-ip', () => {
  it('favours whichever edge connected last', async () => {
    const scenario = catalog.find(({ id }) => id === 'duplicate-internal-ip') as Scenario;
    const cluster = await openCluster(scenario, scenario.defaults, memory);
    const measured = async () => {
      await scenario.settle(cluster);
      const seen = await scenario.observe(cluster);
      return seen.find(({ id }) => id === 'top-node')?.facts['nodesWithMetrics'];
    };
    const seen = await cluster.world.run(async () => {
      const before = await measured();
      await cluster.act({ do: 'restart', what: 'edgecore', node: scenario.edge });
      return [before, await measured()];
    });
    await cluster.world[Symbol.asyncDispose]();
    expect(seen).toEqual([
      ['edge-node-2', 'master-1'],
      ['edge-node-1', 'master-1'],
    ]);
  });
});

describe('dnat-rule-missing', () => {
  it('names 10351 once there are tunnel ports: the tunnel is up, the rule is not there', async () => {
    const scenario = catalog.find(({ id }) => id === 'dnat-rule-missing') as Scenario;
    const cell = { ...scenario.defaults, edgecore: 'v1.8.2', cloudcore: 'v1.8.2' };
    const { observations, cures } = await play(scenario, cell);
    const byName = observations.find(({ id }) => id === 'by-name');
    expect(byName?.facts['error']).toContain('dial tcp 10.66.0.11:10351: i/o timeout');
    expect(cures.map(({ id, cleared }) => ({ id, cleared }))).toEqual([{ id: 'dnat', cleared: true }]);
  });
});

describe('a scenario on other versions', () => {
  it.each([
    // Before tunnel ports there is a rule for 10350; since then a node without a tunnel shows a port nobody redirects.
    ['edgestream-disabled', 'v1.7.2', 'symptom edgestream-is-disabled'],
    ['edgestream-disabled', 'v1.9.0', 'symptom edgestream-is-disabled'],
    ['duplicate-internal-ip', 'v1.13.5', 'symptom two-edges-one-address'],
    ['stale-session-empty-200', 'v1.13.5', 'symptom session-outlives-its-edge'],
    ['metrics-port-not-from-node-status', 'v1.13.5', 'symptom status-port-not-used'],
    ['stream-cert-san-mismatch', 'v1.13.5', 'symptom stream-certificate-names-no-edge'],
    ['docker-29-edgecore-exits', 'v1.13.5', 'symptom engine-refuses-both-clients'],
    ['dnat-rule-missing', 'v1.7.2', 'symptom no-dnat-rule'],
    // v1.8 makes its rules once, v1.9 looks after them every ten seconds (cloudstream/iptables/iptables.go).
    ['dnat-rule-missing', 'v1.8.2', 'symptom no-dnat-rule'],
    ['dnat-rule-missing', 'v1.9.0', 'healthy'],
    // From v1.8 on cloudcore's chain is reached from OUTPUT and from PREROUTING: pods pass it, too.
    ['metrics-server-on-pod-network', 'v1.7.2', 'symptom pod-passes-no-rule'],
    ['metrics-server-on-pod-network', 'v1.8.2', 'healthy'],
    ['metrics-server-on-pod-network', 'v1.13.5', 'healthy'],
    // From v1.9 on the cloudcore with the tunnel writes the port; before v1.7 a cluster has one rule, for one cloudcore.
    ['tunnel-with-another-cloudcore', 'v1.9.0', 'healthy'],
    ['tunnel-with-another-cloudcore', 'v1.7.2', 'symptom tunnel-with-another-cloudcore'],
    ['tunnel-with-another-cloudcore', 'v1.6.1', 'symptom tunnel-with-another-cloudcore'],
    ['dnat-rule-on-one-apiserver', 'v1.13.5', 'symptom rule-on-another-apiserver-only'],
    ['edge-dial-failure-hangs', 'v1.6.1', 'not-applicable'],
    ['edge-dial-failure-hangs', 'v1.14.0', 'not-applicable'],
  ])('%s on %s: %s', async (id, tag, outcome) => {
    const scenario = catalog.find((candidate) => candidate.id === id) as Scenario;
    const cell = { ...scenario.defaults, edgecore: tag, cloudcore: tag };
    const result = await play(scenario, cell, { withoutCures: true });
    expect([result.outcome, ...result.causes.map((cause) => cause.id)].join(' ')).toBe(outcome);
  });
});
