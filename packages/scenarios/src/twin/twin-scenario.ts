import { settleCluster } from '../catalog/metrics-path.ts';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import { defineScenario, type Observation, type Scenario } from '../scenario.ts';
import { field, listField, textField } from './json-value.ts';

/** What was seen of the edge that was played. */
export interface TwinFacts {
  nodeHasMetrics: boolean;
  /** Names of its pods that kubectl lists. */
  podsWithMetrics: readonly string[];
  podsPlayed: readonly string[];
  /** status.daemonEndpoints.kubeletEndpoint.Port as the components left it. */
  kubeletPort: number;
  /** Status of the Ready condition in the end. */
  ready: string;
}

/** The founding scenario's claims and cures over a cluster of a dump instead of the report's. */
export function twinScenario(describe: (nowMs: number) => ClusterDescription, edge: string): Scenario {
  return defineScenario({
    ...missingPodMetrics,
    id: 'twin',
    title: { en: 'The cluster of a dump', zh: '导出文件中的集群' },
    edge,
    control: edge,
    describe: (_cell, nowMs) => describe(nowMs),
    settle: settleCluster,
    observe: (cluster) => observeTwin(cluster, edge),
    // There is one edge only, so nothing is compared with another.
    observeControl: () => Promise.resolve(''),
    outcome(observations) {
      const { nodeHasMetrics, podsWithMetrics, podsPlayed } = twinFacts(observations);
      if (!nodeHasMetrics) return 'other';
      return podsWithMetrics.length === podsPlayed.length ? 'healthy' : 'symptom';
    },
  });
}

/** What {@link twinScenario} observed, put together. */
export function twinFacts(observations: readonly Observation[]): TwinFacts {
  return Object.assign({}, ...observations.map(({ facts }) => facts)) as TwinFacts;
}

async function observeTwin(cluster: Cluster, edge: string): Promise<Observation[]> {
  const where = cluster.description.cloud.name;
  const look = async (id: string, title: Observation['title'], args: readonly string[]) => {
    const { stdout, stderr, exitCode } = await cluster.kubectl(args);
    const output = `${stdout}${stderr}`.trimEnd();
    const rows = stdout.split('\n').slice(1);
    const command = `kubectl ${args.join(' ')}`;
    return { observation: { id, where, command, output, exitCode, title }, stdout, rows };
  };
  const nodes = await look('top-node', { en: 'Metrics of the nodes', zh: '节点监控' }, ['top', 'node']);
  const pods = await look('top-pods', { en: 'All pods with metrics', zh: '所有有监控的 Pod' }, [
    'top',
    'pod',
    '-A',
  ]);
  const path = `/api/v1/nodes/${edge}`;
  const node = await look('get-node', { en: 'The edge in the API', zh: 'API 中的边缘节点' }, [
    'get',
    '--raw',
    path,
  ]);
  const listed = new Set(pods.rows.map((row) => row.split(/\s+/).slice(0, 2).join('/')));
  const machine = cluster.description.edges.find(({ name }) => name === edge)?.machine;
  const played = (machine?.pods ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
  const measured = nodes.rows.some((row) => row.startsWith(`${edge} `) && !row.includes('<unknown>'));
  const status = field(JSON.parse(node.stdout), 'status');
  const conditions = listField(status, 'conditions');
  const ready = textField(
    conditions.find((each) => field(each, 'type') === 'Ready'),
    'status',
  );
  const kubeletPort = field(status, 'daemonEndpoints', 'kubeletEndpoint', 'Port');
  return [
    { ...nodes.observation, facts: { nodeHasMetrics: measured } },
    {
      ...pods.observation,
      facts: { podsWithMetrics: played.filter((pod) => listed.has(pod)), podsPlayed: played },
    },
    { ...node.observation, facts: { kubeletPort, ready } },
  ];
}
