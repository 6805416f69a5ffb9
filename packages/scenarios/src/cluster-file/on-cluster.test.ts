import { describe, expect, test } from 'vitest';
import { openCluster } from '../open-cluster.ts';
import { reproduce } from '../report/reproduce.ts';
import { runScenario } from '../run.ts';
import type { Scenario } from '../scenario.ts';
import { findScenario } from '../select.ts';
import { startSimulation } from '../simulation.ts';
import { parseSuite } from '../suite/read-suite.ts';
import { onChosenCluster } from './choose.ts';
import type { ClusterFile } from './cluster-file.ts';
import { defineCluster } from './define-cluster.ts';
import { onCluster } from './on-cluster.ts';
import { clusterOf } from './resolve.ts';

const NET = { seed: 1, net: 'memory' } as const;
const play = (scenario: Scenario) =>
  runScenario(scenario, scenario.defaults, {
    ...NET,
    open: (...what) => openCluster(...what, { ...NET, split: false }),
  });

/** One edge, and nothing called as in the founding cluster. */
const elsewhere: ClusterFile = {
  cloud: { name: 'cp-1', address: '10.1.0.1' },
  edges: { 'kiosk-7': { address: '10.9.0.7', docker: '18.09', pods: { 'shop/till': {}, 'shop/sign': {} } } },
};

describe('a scenario on another cluster', () => {
  test.for([
    ['kubesphere-3.1.0', 'symptom'],
    ['kubesphere-3.1.1', 'healthy'],
    ['kubesphere-3.2', 'healthy'],
    ['kubesphere-3.3', 'healthy'],
    ['kubesphere-3.4', 'healthy'],
    ['kubeedge-1.6-docs', 'healthy'],
    ['kubeedge-newest', 'not-applicable'],
  ])('asks its question of %s: %s', async ([preset = '', outcome]) => {
    const result = await play(onChosenCluster(findScenario('missing-pod-metrics'), { preset }));
    expect(result.outcome).toBe(outcome);
    expect(result.cures.map(({ id, cleared }) => [id, cleared])).toEqual(
      outcome === 'symptom'
        ? [
            ['docker', true],
            ['edgecore', true],
          ]
        : [],
    );
  });

  test('looks at the first edge, whatever it is called, and needs no second', async () => {
    const scenario = onCluster(findScenario('missing-pod-metrics'), clusterOf(elsewhere));
    const result = await play(scenario);
    expect(result.outcome).toBe('symptom');
    expect(result.causes.map(({ id }) => id)).toEqual(['engine-refuses-cadvisor']);
    expect(result.cures.map(({ cleared }) => cleared)).toEqual([true, true]);
    expect(result).not.toHaveProperty('control');
    expect(result.observations.map(({ where }) => where)).not.toContain('edge-node-1');
    expect(result.observations.find(({ id }) => id === 'top-edge-pod')?.command).toBe(
      'kubectl top pod -n shop till',
    );
  });

  test.for([
    'dnat-rule-missing',
    'metrics-server-on-pod-network',
    'metrics-port-not-from-node-status',
    'edgestream-disabled',
  ])('has %s put into it, and cured in it', async (id) => {
    const file = {
      ...elsewhere,
      edges: { 'kiosk-7': { ...elsewhere.edges?.['kiosk-7'], docker: '20.10' } },
    };
    const result = await play(onCluster(findScenario(id), clusterOf(file)));
    expect(result.outcome).toBe('symptom');
    expect(result.cures.length).toBeGreaterThan(0);
    expect(result.cures.filter(({ cleared }) => !cleared)).toEqual([]);
  });

  test('has EdgeWatcher’s rules in OUTPUT alone: a metrics-server on the pod network is not helped by them', async () => {
    const result = await play(
      onChosenCluster(findScenario('metrics-server-on-pod-network'), { preset: 'kubesphere-3.1.1' }),
    );
    expect(result.causes.map(({ id }) => id)).toEqual(['pod-passes-no-rule']);
    expect(result.explanation[0]?.text.en).toContain('-A OUTPUT -d 10.66.0.11/32 -p tcp');
    expect(result.cures.map(({ id, cleared }) => [id, cleared])).toEqual([
      ['dnat-for-pods', true],
      ['host-network', true],
    ]);
  });

  test('has the versions asked for on top: edgecore at all edges, Docker at the first', () => {
    const scenario = onChosenCluster(findScenario('missing-pod-metrics'), { preset: 'kubesphere-3.1.0' });
    const asked = { ...scenario.defaults, edgecore: 'v1.8.0', cloudcore: 'v1.8.0', docker: '19.03.15' };
    const { edges, cloudcore, dnatPorts } = scenario.describe(asked, 0);
    expect(edges.map(({ edgecore, docker }) => [edgecore, docker])).toEqual([
      ['v1.8.0', '19.03.15'],
      ['v1.8.0', '20.10.24'],
    ]);
    expect({ cloudcore, dnatPorts }).toEqual({ cloudcore: 'v1.8.0', dnatPorts: [] });
  });

  test('is played again with the same options', async () => {
    const scenario = onChosenCluster(findScenario('missing-pod-metrics'), { preset: 'kubesphere-3.1.1' });
    expect(reproduce(await play(scenario))).toContain(' --seed 1 --preset kubesphere-3.1.1');
  });

  test('needs an edge', () => {
    expect(() => onCluster(findScenario('missing-pod-metrics'), clusterOf({}, 'cloud.yaml'))).toThrow(
      'Tried to play missing-pod-metrics on cloud.yaml, found a cluster without edges.',
    );
  });

  test('is a case of a suite', () => {
    const suite = [
      'cases:',
      '  - { scenario: missing-pod-metrics, preset: kubesphere-3.1.1, expect: healthy }',
    ].join('\n');
    const [planned] = parseSuite(suite, 'suite.yaml', NET);
    expect(planned).toMatchObject({
      name: 'missing-pod-metrics (kubesphere-3.1.1)',
      cell: { edgecore: 'v1.6.2' },
    });
    const wrong = suite.replace('3.1.1', '3.1.O');
    expect(() => parseSuite(wrong, 'suite.yaml', NET)).toThrow(
      /suite\.yaml:2:46 cases\[0\]\.preset: Looked for/,
    );
  });

  test('is a simulation', async () => {
    const cluster = defineCluster({ ...elsewhere, kubernetes: 'v1.24.17' });
    await using simulation = await startSimulation({ cluster });
    expect((await simulation.get('/version')).body).toContain('"gitVersion":"v1.24.17"');
    expect((await simulation.diagnose()).outcome).toBe('symptom');
    await expect(startSimulation({ cluster, preset: 'kubesphere-3.2' })).rejects.toThrow(
      'Got both a preset and a cluster.',
    );
  });
});
