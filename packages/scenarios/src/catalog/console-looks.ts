// What the console of KubeSphere shows of the edge node, by the calls its pages make (kubesphere/console v3.1.0
// src/pages/clusters/containers/EdgeNodes/index.jsx, src/components/Cards/Pods/index.jsx, src/stores/monitoring).
import type { Cluster } from '../cluster/cluster.ts';
import { KS_APISERVER_PORT } from '../cluster/kubesphere.ts';
import type { Observation } from '../scenario.ts';
import { look, parse } from './metrics-path.ts';
import { subjectsOf } from './subjects.ts';

const MONITORING = '/kapis/monitoring.kubesphere.io/v1alpha3';
/** The Pods card asks for 30 points, a minute apart. */
const CARD_SECONDS = 1_800;

interface Answer {
  results?:
    | {
        metric_name: string;
        data: { result?: { metric: Record<string, string>; value?: [number, string] }[] };
      }[]
    | null;
}

/** The Edge Nodes page and the Pods card of an edge node; nothing where the cluster has no KubeSphere. */
export async function observeConsole(cluster: Cluster): Promise<Observation[]> {
  if (cluster.description.kubesphere === undefined) return [];
  return [await observeEdgeNodesPage(cluster), await observePodsCard(cluster)];
}

async function observeEdgeNodesPage(cluster: Cluster): Promise<Observation> {
  const { edge } = subjectsOf(cluster.description);
  const metrics = ['node_cpu_utilisation', 'node_memory_utilisation'];
  const query = new URLSearchParams({
    resources_filter: `${edge}$`,
    metrics_filter: `${metrics.join('|')}$`,
  });
  const path = `${MONITORING}/nodes?${query}`;
  const result = await ask(cluster, path);
  const shown = metrics.map((metric) => {
    const value = series(result.stdout, metric).find((one) => one.metric['node'] === edge)?.value?.[1];
    // The page takes what is missing for 0.
    return { metric, percent: Math.round(Number(value ?? 0) * 100), known: value !== undefined };
  });
  return look(
    withLines(
      result,
      shown.map(({ metric, percent }) => `${metric}  ${percent}%`),
    ),
    {
      id: 'console-edge-nodes',
      where: cluster.description.cloud.name,
      command: `curl -s '${urlOf(path)}'`,
      title: { en: "The console's Edge Nodes page", zh: '控制台的边缘节点页面' },
      facts: { edgeNodeHasMetrics: shown.every(({ known }) => known) },
    },
  );
}

async function observePodsCard(cluster: Cluster): Promise<Observation> {
  const { edge } = subjectsOf(cluster.description);
  const described = cluster.description.edges.find(({ name }) => name === edge);
  const pods = (described?.machine.pods ?? []).map(({ name }) => name).sort();
  const end = Math.floor(cluster.world.clock.now() / 1_000);
  const query = new URLSearchParams({
    start: String(end - CARD_SECONDS),
    end: String(end),
    step: '60s',
    times: '30',
    resources_filter: `${pods.join('|')}$`,
    metrics_filter: 'pod_cpu_usage|pod_memory_usage_wo_cache$',
  });
  const path = `${MONITORING}/nodes/${edge}/pods?${query}`;
  const result = await ask(cluster, path);
  const measured = new Set(
    ['pod_cpu_usage', 'pod_memory_usage_wo_cache'].flatMap((metric) =>
      series(result.stdout, metric).map(({ metric: labels }) => labels['pod']),
    ),
  );
  return look(
    withLines(
      result,
      pods.map((pod) => `${pod}  ${measured.has(pod) ? 'a chart' : 'No Monitoring Data'}`),
    ),
    {
      id: 'console-pods-card',
      where: cluster.description.cloud.name,
      command: `curl -s '${urlOf(path)}'`,
      title: { en: "The Pods card of the edge node's page", zh: '边缘节点详情页的容器组卡片' },
      facts: { podsWithMetrics: pods.filter((pod) => measured.has(pod)) },
    },
  );
}

const urlOf = (path: string) => `http://127.0.0.1:${KS_APISERVER_PORT}${path}`;
const ask = (cluster: Cluster, path: string) => cluster.curl(cluster.description.cloud.name, urlOf(path));

function series(text: string, metric: string) {
  const { results } = (parse(text) as Answer | undefined) ?? {};
  return results?.find(({ metric_name: name }) => name === metric)?.data.result ?? [];
}

const withLines = <T extends { stdout: string; exitCode: number }>(result: T, lines: readonly string[]): T =>
  result.exitCode === 0 ? { ...result, stdout: lines.join('\n') } : result;
