// What a person looks at when an edge's metrics do not come through: by name, by address, and who complains where.
import { type MetricsServerTag, parseFlags } from '@kubeedge-sim/cloud-sim';
import { formatKlog, type TraceEvent } from '@kubeedge-sim/sim-kit';
import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import type { Observation, Outcome } from '../scenario.ts';
import {
  look,
  observeControlEdge,
  observeEdgePod,
  observeEdgeSummary,
  observeNodes,
  observeTopNode,
  parse,
} from './metrics-path.ts';
import { subjectsOf } from './subjects.ts';

/** More than any dial of the path may take (30 s), so that its own error is seen and not curl's. */
const PATIENCE_SECONDS = 40;

/** More than one round of scrapes, and none from before the cluster had come up. */
const scrapeLogSeconds = ({ metricsServer }: ClusterDescription) =>
  (2 * parseFlags(metricsServer.args, metricsServer.version as MetricsServerTag).metricResolutionMs) / 1_000 -
  1;

/** The looks at the detour, from kubectl to the edge's own 10350. */
export async function observeDetour(cluster: Cluster): Promise<Observation[]> {
  const { edge, control } = subjectsOf(cluster.description);
  return [
    await observeNodes(cluster),
    await observeTopNode(cluster),
    await observeEdgePod(cluster),
    await observeByName(cluster),
    await observeByAddress(cluster),
    observeScrapeLog(cluster),
    await observeEdgeSummary(cluster),
    observeEdgeErrors(cluster),
    ...(control === edge ? [] : [await observeControlEdge(cluster)]),
  ];
}

/** What the looks say, flat. */
export interface DetourFacts {
  ready: string;
  nodeHasMetrics: boolean;
  podHasMetrics: boolean;
  byName: AnswerFacts;
  byAddress: AnswerFacts;
  /** What metrics-server's log says of the edge, if anything. */
  scrapeError: string;
  /** Whether the edge's own 10350 answers. */
  edgedAnswers: boolean;
  /** Whether edgecore's log says that it could not start. */
  edgecoreExits: boolean;
}

interface AnswerFacts {
  /** HTTP status; 0 without an answer. */
  status: number;
  bytes: 'none' | 'some';
  /** Whose summary it is. */
  nodeName: string;
  /** Whether that is the edge under study. */
  ofEdge: boolean;
  /** The error of whoever gave up: curl, or kube-apiserver. */
  error: string;
}

/** The outcome, for a scenario whose symptom is a node without metrics and `isSymptom`. */
export const outcomeOf = (observations: readonly Observation[], isSymptom: (facts: DetourFacts) => boolean) =>
  outcomeWhere(observations, (facts) => !facts.nodeHasMetrics && isSymptom(facts));

/** The outcome, for a scenario whose symptom is `isSymptom`. Healthy is the same for all. */
export function outcomeWhere(
  observations: readonly Observation[],
  isSymptom: (facts: DetourFacts) => boolean,
): Exclude<Outcome, 'not-applicable'> {
  const facts = factsOf(observations);
  const comesThrough = [facts.byName, facts.byAddress].every(({ ofEdge }) => ofEdge);
  if (facts.nodeHasMetrics && facts.podHasMetrics && comesThrough) return 'healthy';
  return isSymptom(facts) ? 'symptom' : 'other';
}

function factsOf(observations: readonly Observation[]): DetourFacts {
  const of = (id: string): Readonly<Record<string, unknown>> =>
    observations.find((observation) => observation.id === id)?.facts ?? {};
  return {
    ready: String(of('get-nodes')['ready']),
    nodeHasMetrics: of('top-node')['edgeNodeHasMetrics'] === true,
    podHasMetrics: of('top-edge-pod')['hasMetrics'] === true,
    byName: of('by-name') as unknown as AnswerFacts,
    byAddress: of('by-address') as unknown as AnswerFacts,
    scrapeError: String(of('scrape-log')['error']),
    edgedAnswers: of('edge-summary')['answered'] === true,
    edgecoreExits: of('edge-errors')['exits'] === true,
  };
}

function observeByName(cluster: Cluster): Promise<Observation> {
  const { cloud, edge } = subjectsOf(cluster.description);
  const url = `https://${cloud.address}:6443/api/v1/nodes/${edge}/proxy/stats/summary`;
  return observeAnswer(cluster, {
    id: 'by-name',
    url,
    // kube-apiserver lets in nobody who does not say who it is.
    withToken: true,
    title: {
      en: "The edge's summary by its name: kube-apiserver dials the port in the node's status",
      zh: '按节点名取 summary：kube-apiserver 使用节点状态中的端口',
    },
  });
}

async function observeByAddress(cluster: Cluster): Promise<Observation> {
  const { edge, edgeAddress } = subjectsOf(cluster.description);
  const { stdout } = await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${edge}`]);
  const node = parse(stdout) as {
    status?: { addresses: { address: string }[]; daemonEndpoints: { kubeletEndpoint: { Port: number } } };
  };
  const address = node.status?.addresses[0]?.address ?? edgeAddress;
  const port = node.status?.daemonEndpoints.kubeletEndpoint.Port ?? 10_350;
  return observeAnswer(cluster, {
    id: 'by-address',
    url: `https://${address}:${port}/stats/summary`,
    title: {
      en: 'The same by its address, as metrics-server asks: look at the node’s name in it, too',
      zh: '像 metrics-server 一样按地址取 summary：也要看其中的节点名',
    },
  });
}

async function observeAnswer(
  cluster: Cluster,
  {
    url,
    withToken = false,
    ...rest
  }: Pick<Observation, 'id' | 'title'> & { url: string; withToken?: boolean },
): Promise<Observation> {
  const { cloud, edge } = subjectsOf(cluster.description);
  const asked = { maxTimeSeconds: PATIENCE_SECONDS, withStatus: true, withToken };
  const result = await cluster.curl(cloud.name, url, asked);
  const [, body = '', status = '0', bytes = '0'] =
    /^(.*)\nHTTP (\d+), (\d+) bytes$/s.exec(result.stdout) ?? [];
  const answer = parse(body) as { node?: { nodeName: string }; message?: string } | undefined;
  const nodeName = answer?.node?.nodeName ?? '';
  const shown = nodeName === '' ? result.stdout : `node.nodeName: ${nodeName}\nHTTP ${status}`;
  const facts: AnswerFacts = {
    status: Number(status),
    bytes: bytes === '0' ? 'none' : 'some',
    nodeName,
    ofEdge: nodeName === edge,
    error: answer?.message ?? result.stderr,
  };
  return look(
    { ...result, stdout: shown },
    {
      ...rest,
      where: cloud.name,
      command: `curl -skS -m ${PATIENCE_SECONDS} ${withToken ? '-H "Authorization: Bearer $TOKEN" ' : ''}-w '\\nHTTP %{http_code}, %{size_download} bytes' ${url}`,
      facts: { ...facts },
    },
  );
}

function observeScrapeLog(cluster: Cluster): Observation {
  const { cloud, edge } = subjectsOf(cluster.description);
  const seconds = scrapeLogSeconds(cluster.description);
  const sinceMs = cluster.world.clock.now() - seconds * 1_000;
  const lines = cluster
    .events()
    .filter((event) => event.kind === 'log' && event.component === 'metrics-server' && event.atMs >= sinceMs)
    .filter((event) => (event as TraceEvent<'log'>).detail.verbosity === 0)
    .map((event) => formatKlog(event as TraceEvent<'log'>))
    .filter((line) => isAbout(line, edge) || TWICE.test(line));
  const shown = lines.slice(-LOG_LINES);
  const error = lines.map((line) => errorIn(line, edge)).findLast((found) => found !== undefined) ?? '';
  return look(
    { stdout: shown.join('\n'), stderr: '', exitCode: 0 },
    {
      id: 'scrape-log',
      where: cloud.name,
      command: `kubectl -n kube-system logs --since=${seconds}s deploy/metrics-server | grep -E '${edge}|${TWICE.source}' | tail -${LOG_LINES}`,
      title: {
        en: 'What metrics-server complains about: which port, and which error',
        zh: 'metrics-server 的报错：看端口和错误',
      },
      facts: {
        error,
        duplicate: lines.some((line) => TWICE.test(line)),
      },
    },
  );
}

/** How every release complains of a name that came twice in a round. */
const TWICE = /duplicate (node|pod)/;
/** A node and its three pods. */
const LOG_LINES = 4;

const isAbout = (line: string, edge: string) => new RegExp(`\\b${edge}\\b`).test(line);

/** What a line says of the edge: of the errors of all nodes that are in one line up to 0.4, or of one node's own. */
function errorIn(line: string, edge: string): string | undefined {
  const own = new RegExp(`err=("(?:[^"\\\\]|\\\\.)*").* node="${edge}"`).exec(line)?.[1];
  if (own !== undefined) return JSON.parse(own) as string;
  const rest = new RegExp(
    `unable to fetch metrics from (?:node ${edge}|Kubelet ${edge} \\([^)]*\\)): (.*)`,
  ).exec(line);
  return rest?.[1]?.replace(/, unable to fully scrape.*|\]$/, '');
}

function observeEdgeErrors(cluster: Cluster): Observation {
  const { edge } = subjectsOf(cluster.description);
  const lines = cluster.log(edge, 'edgecore', 0).filter((line) => /^[EWF]/.test(line));
  const shown = lines.slice(-3);
  return look(
    { stdout: shown.join('\n'), stderr: '', exitCode: shown.length === 0 ? 1 : 0 },
    {
      id: 'edge-errors',
      where: edge,
      command: "journalctl -u edgecore -o cat | grep '^[EWF]' | tail -3",
      title: { en: 'What the edge complains about', zh: '边缘节点的报错' },
      facts: { exits: lines.some((line) => line.includes('init new edged error')) },
    },
  );
}
