import { edgecoreRelease, engineProfile } from '@kubeedge-sim/edge-sim';
import { createRng } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../cluster/edge-half.ts';
import { openCluster } from '../open-cluster.ts';
import { type Result, type RunOptions, runScenario } from '../run.ts';
import type { Cell } from '../scenario.ts';
import { missingPodMetrics } from './missing-pod-metrics.scenario.ts';

const memory = { seed: 1, net: 'memory', split: false } as const;

const play = (cell: Partial<Cell> = {}, options: Partial<RunOptions> = {}) =>
  runScenario(
    missingPodMetrics,
    { ...missingPodMetrics.defaults, ...cell },
    {
      ...memory,
      open: (...args) => openCluster(...args, memory),
      ...options,
    },
  );

const factsOf = (result: Result, id: string) => result.observations.find((seen) => seen.id === id)?.facts;
const statements = ({ explanation }: Result) => explanation.map(({ id }) => id);

describe('missing-pod-metrics', () => {
  it('retells the founding report and goes on to what it could not tell', async () => {
    const result = await play();
    expect(result.outcome).toBe('symptom');
    expect(factsOf(result, 'get-nodes')).toEqual({ ready: 'Ready', runtime: 'docker://18.9.1' });
    expect(factsOf(result, 'top-node')).toMatchObject({ edgeNodeHasMetrics: true });
    expect(factsOf(result, 'top-cloud-pod')).toEqual({ hasMetrics: true });
    expect(factsOf(result, 'top-edge-pod')).toEqual({
      hasMetrics: false,
      message:
        'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nginx-7848d4b86f-x2wqz" not found',
    });
    expect(factsOf(result, 'top-edge-namespace')).toEqual({
      hasMetrics: false,
      message: 'error: Metrics not available for pod factory/sensor-agent',
    });
    expect(factsOf(result, 'edge-pods')).toMatchObject({ edgePodListed: true });
    expect(factsOf(result, 'edge-summary')).toEqual({ answered: true, nodeHasCpu: true, pods: [] });
    expect(factsOf(result, 'edge-cadvisor')).toEqual({ rowsOfPod: 1, rowsWithContainer: 0 });
    expect(factsOf(result, 'edge-log')).toEqual({ summaryCallsSeen: true, linesNamingTheEngine: 0 });
    expect(factsOf(result, 'control-summary')?.['pods']).toHaveLength(3);
    expect(statements(result)).toEqual([
      'tunnel-carries-metrics',
      'dockershim-agrees',
      'engine-refuses-cadvisor',
      'start-is-five-seconds-slower',
      'docker-factory-missing',
      'containers-lose-their-labels',
      'summary-lists-no-pods',
      'log-is-silent',
    ]);
    expect(result.explanation.every(({ evidence }) => evidence.length > 0)).toBe(true);
  });

  it('is cleared by each cure and leaves the control edge as it was', async () => {
    const { cures, control } = await play();
    expect(cures.map(({ id, cleared }) => ({ id, cleared }))).toEqual([
      { id: 'docker', cleared: true },
      { id: 'edgecore', cleared: true },
    ]);
    expect(control).toEqual({ node: 'edge-node-2', unchanged: true });
  });

  it('is not cleared by half a cure: the engine alone, without a restart of edgecore', async () => {
    const cluster = await openCluster(missingPodMetrics, missingPodMetrics.defaults, memory);
    const outcome = await cluster.world.run(async () => {
      await missingPodMetrics.settle(cluster);
      await cluster.act({ do: 'docker', node: missingPodMetrics.edge, version: '20.10.24' });
      await missingPodMetrics.settle(cluster);
      return missingPodMetrics.outcome(await missingPodMetrics.observe(cluster));
    });
    await cluster.world[Symbol.asyncDispose]();
    expect(outcome).toBe('symptom');
  });

  it('says nothing of a cause where there is none', async () => {
    const result = await play({ docker: '20.10.24' });
    expect(result).toMatchObject({ outcome: 'healthy', causes: [], explanation: [], cures: [] });
  });

  it('names the other cause on another cell, and none of the first', async () => {
    const result = await play({ docker: '29.0.0' });
    expect(result.outcome).toBe('other');
    expect(result.causes.map(({ id }) => id)).toEqual(['engine-refuses-both-clients']);
    expect(statements(result)).not.toContain('docker-factory-missing');
    expect(factsOf(result, 'get-nodes')).toMatchObject({ ready: 'NotReady' });
  });

  it('does not apply to a release without a Docker client, and says why', async () => {
    const result = await play({ edgecore: 'v1.14.0', cloudcore: 'v1.14.0' });
    expect(result.outcome).toBe('not-applicable');
    expect(result.notApplicable?.en).toContain('no Docker client');
  });
});

describe('missing-pod-metrics is not scripted', () => {
  // A version must have three numbers, or cAdvisor's own check refuses the engine (container/docker/docker.go).
  const rng = createRng('names');
  const anyVersion = () => [rng.int(60, 99), rng.int(10, 99), rng.int(0, 99)].join('.');

  /** The scenario on releases and engines of the same behaviour under names that nobody knows. */
  const renamed: typeof missingPodMetrics = {
    ...missingPodMetrics,
    describe(cell, nowMs) {
      const description = missingPodMetrics.describe(cell, nowMs);
      const edges = description.edges.map((edge) => ({
        ...edge,
        edgecore: { ...releaseOf(edge.edgecore), tag: `release-${rng.hex(6)}` },
        docker: { ...engineProfile(String(edge.docker)), version: anyVersion(), line: rng.hex(4) },
      }));
      return { ...description, edges };
    },
  };

  it.each([
    ['v1.6.1', '18.09.1', 'symptom engine-refuses-cadvisor'],
    ['v1.6.2', '18.09.1', 'healthy'],
    ['v1.6.1', '20.10.24', 'healthy'],
    ['v1.6.1', '29.0.0', 'other engine-refuses-both-clients'],
    ['v1.12.7', '29.1.0', 'other engine-refuses-both-clients'],
    ['v1.6.1', '1.13.0', 'other engine-below-dockershim-minimum'],
    ['v1.2.1', '20.10.24', 'other release-has-no-tunnel'],
    ['v1.3.0', '20.10.24', 'other no-metrics-route'],
  ])('%s with Docker %s comes out the same under random names: %s', async (edgecore, docker, expected) => {
    const cell = { ...missingPodMetrics.defaults, edgecore, cloudcore: edgecore, docker };
    const { outcome, causes } = await runScenario(renamed, cell, {
      ...memory,
      withoutCures: true,
      open: (...args) => openCluster(...args, memory),
    });
    expect([outcome, ...causes.map(({ id }) => id)].join(' ')).toBe(expected);
  });

  const withEdge = (
    change: (description: ReturnType<typeof missingPodMetrics.describe>['edges'][number]) => object,
  ) => ({
    ...missingPodMetrics,
    describe(cell: Cell, nowMs: number) {
      const description = missingPodMetrics.describe(cell, nowMs);
      return { ...description, edges: description.edges.map((edge) => ({ ...edge, ...change(edge) })) };
    },
  });
  const outcomeOf = async (scenario: typeof missingPodMetrics, cell: Partial<Cell>) => {
    const all = { ...missingPodMetrics.defaults, ...cell };
    const result = await runScenario(scenario, all, {
      ...memory,
      withoutCures: true,
      open: (...args) => openCluster(...args, memory),
    });
    return result.outcome;
  };

  it('is healed by an engine 18.09.1 whose maximum is 1.40', async () => {
    const healed = withEdge((edge) => ({
      docker: { ...engineProfile(String(edge.docker)), apiMax: '1.40' },
    }));
    expect(await outcomeOf(healed, {})).toBe('healthy');
  });

  it('breaks edgecore v1.6.2 when it is given the pinned client', async () => {
    const { cadvisorDocker } = edgecoreRelease('v1.6.1');
    const broken = withEdge((edge) => {
      const release = releaseOf(edge.edgecore);
      return { edgecore: { ...release, release: { ...release.release, cadvisorDocker } } };
    });
    expect(await outcomeOf(broken, { edgecore: 'v1.6.2' })).toBe('symptom');
  });
});
