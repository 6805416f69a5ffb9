// What a person looks at when metrics of an edge are missing: the same looks for every fault of this path.
import { type MetricsServerTag, metricsServerVersions } from '@kubeedge-sim/cloud-sim';
import type { Cluster, CommandResult } from '../cluster/cluster.ts';
import type { Observation } from '../scenario.ts';
import { subjectsOf } from './subjects.ts';

/** How long a cluster may take until its tunnels are open; longer means that they will not open. */
const SETTLE_MS = 20_000;

/** Waits until every edge has its tunnel (or will not get one) and metrics-server has scraped since. */
export async function settleCluster(cluster: Cluster): Promise<void> {
  const edges = cluster.description.edges.map(({ name }) => name);
  const isOpen = (edge: string) =>
    cluster.events().findLast((event) => event.kind === 'edgestream.tunnel' && event.host === edge)?.detail;
  await cluster.until(
    'every edge to open its tunnel',
    () => edges.every((edge) => (isOpen(edge) as { state: string } | undefined)?.state === 'open'),
    SETTLE_MS,
  );
  const { version } = cluster.description.metricsServer;
  const { scrapesBeforeMetrics, readinessProbe } = metricsServerVersions[version as MetricsServerTag];
  // One more than it needs, because cAdvisor may not have measured in between.
  await cluster.scrapes(scrapesBeforeMetrics + 1);
  if (readinessProbe !== undefined) await settleReadiness(cluster);
}

/** Longest time between two looks of a kubelet at the pod, the first one's delay in it. */
const PROBE_MS = 30_000;

/** Unless metrics-server is in service: waits until its kubelet has looked at it since the last scrape. */
async function settleReadiness(cluster: Cluster): Promise<void> {
  const { length } = cluster.events();
  const isSettled = () => {
    const change = cluster.events().findLast((event) => event.kind === 'service.ready');
    const since = cluster.events().slice(length);
    return (
      (change?.detail as { ready: boolean } | undefined)?.ready === true ||
      since.some(({ kind }) => kind === 'service.probed')
    );
  };
  await cluster.until('a look at metrics-server', isSettled, PROBE_MS);
}

/** The looks of the founding report, from kubectl down to the edge's own 10350 and its logs. */
export async function observeMetricsPath(cluster: Cluster): Promise<Observation[]> {
  const { edge, control } = subjectsOf(cluster.description);
  return [
    await observeNodes(cluster),
    await observeTopNode(cluster),
    await observeCloudPod(cluster),
    await observeEdgePod(cluster),
    await observeEdgeNamespace(cluster),
    await observeEdgePodList(cluster),
    await observeNodeProxy(cluster),
    await observeEdgePods(cluster),
    await observeEdgeSummary(cluster),
    await observeEdgeCadvisor(cluster),
    await observeEdgeLog(cluster),
    ...(control === edge ? [] : [await observeControlEdge(cluster)]),
  ];
}

/** The two looks that tell the symptom from health and from other faults. */
export async function observeMetricsOutcome(cluster: Cluster): Promise<Observation[]> {
  return [await observeTopNode(cluster), await observeEdgePod(cluster)];
}

/** Key paths and types of the control edge's summary as its own 10350 gives it, values left out, pods in name order. */
export async function observeSummaryStructure(cluster: Cluster): Promise<string> {
  const { control } = subjectsOf(cluster.description);
  const { stdout } = await cluster.curl(control, 'http://127.0.0.1:10350/stats/summary');
  return JSON.stringify(structureOf(parse(stdout)));
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

interface Summary {
  node?: { cpu?: { usageCoreNanoSeconds?: number } };
  pods?: { podRef: { name: string; namespace: string }; containers: unknown[] | null }[];
}

export async function observeNodes(cluster: Cluster): Promise<Observation> {
  const { cloud, edge } = subjectsOf(cluster.description);
  const result = await cluster.kubectl(['get', 'nodes', '-o', 'wide']);
  const row = result.stdout.split('\n').find((line) => line.startsWith(`${edge} `));
  return look(result, {
    id: 'get-nodes',
    where: cloud.name,
    command: 'kubectl get nodes -o wide',
    title: { en: 'The edge node as the cluster knows it', zh: '集群看到的边缘节点' },
    facts: {
      ready: row?.split(/\s+/)[1] ?? 'absent',
      runtime: /docker:\/\/\S+/.exec(row ?? '')?.[0] ?? 'unknown',
    },
  });
}

export async function observeTopNode(cluster: Cluster): Promise<Observation> {
  const { cloud, edge } = subjectsOf(cluster.description);
  const result = await cluster.kubectl(['top', 'node']);
  const measured = result.stdout
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !line.includes('<unknown>'))
    .map((line) => line.split(/\s+/)[0] ?? '');
  return look(result, {
    id: 'top-node',
    where: cloud.name,
    command: 'kubectl top node',
    title: { en: 'Metrics of the nodes', zh: '节点监控' },
    facts: { nodesWithMetrics: measured, edgeNodeHasMetrics: measured.includes(edge) },
  });
}

async function observeCloudPod(cluster: Cluster): Promise<Observation> {
  const { cloud, cloudPod } = subjectsOf(cluster.description);
  const { namespace, name } = cloudPod;
  const result = await cluster.kubectl(['top', 'pod', '-n', namespace, name]);
  return look(result, {
    id: 'top-cloud-pod',
    where: cloud.name,
    command: `kubectl top pod -n ${namespace} ${name}`,
    title: { en: 'Metrics of a pod in the cloud', zh: '云端 Pod 的监控' },
    facts: { hasMetrics: result.exitCode === 0 },
  });
}

export async function observeEdgePod(cluster: Cluster): Promise<Observation> {
  const { cloud, edgePod } = subjectsOf(cluster.description);
  const { namespace, name } = edgePod;
  const result = await cluster.kubectl(['top', 'pod', '-n', namespace, name]);
  return look(result, {
    id: 'top-edge-pod',
    where: cloud.name,
    command: `kubectl top pod -n ${namespace} ${name}`,
    title: { en: 'Metrics of the pod at the edge', zh: '边缘 Pod 的监控' },
    facts: { hasMetrics: result.exitCode === 0, message: result.stderr.trim() },
  });
}

async function observeEdgeNamespace(cluster: Cluster): Promise<Observation> {
  const { cloud, edgeNamespace } = subjectsOf(cluster.description);
  const result = await cluster.kubectl(['top', 'pod', '-n', edgeNamespace]);
  // The age grows with every look, so the fact is the message without it.
  const [message = ''] = result.stderr.split('\n').filter((line) => line.startsWith('error: '));
  return look(result, {
    id: 'top-edge-namespace',
    where: cloud.name,
    command: `kubectl top pod -n ${edgeNamespace}`,
    title: {
      en: 'Metrics of a namespace whose pods are all on this edge',
      zh: '所有 Pod 都在该边缘节点上的命名空间',
    },
    facts: { hasMetrics: result.exitCode === 0, message: message.replace(/, age: .*/, '') },
  });
}

async function observeEdgePodList(cluster: Cluster): Promise<Observation> {
  const { cloud, edgePod } = subjectsOf(cluster.description);
  const result = await cluster.kubectl(['top', 'pod', '-A']);
  const names = result.stdout
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/)[1] ?? '');
  return look(result, {
    id: 'top-pods',
    where: cloud.name,
    command: 'kubectl top pod -A',
    title: {
      en: 'All pods with metrics: the missing ones are simply not listed',
      zh: '所有有监控的 Pod：缺失的直接不出现',
    },
    facts: { pods: names.sort(), edgePodListed: names.includes(edgePod.name) },
  });
}

async function observeNodeProxy(cluster: Cluster): Promise<Observation> {
  const { cloud, edge } = subjectsOf(cluster.description);
  const path = `/api/v1/nodes/${edge}/proxy/stats/summary`;
  const result = await cluster.kubectl(['get', '--raw', path]);
  return look(withSummary(result), {
    id: 'node-proxy-summary',
    where: cloud.name,
    command: `kubectl get --raw ${path}`,
    title: { en: "The edge's summary through the tunnel", zh: '经隧道取得的边缘节点 summary' },
    facts: summaryFacts(result),
  });
}

async function observeEdgePods(cluster: Cluster): Promise<Observation> {
  const { edge, edgePod } = subjectsOf(cluster.description);
  const result = await cluster.curl(edge, 'http://127.0.0.1:10350/pods');
  const list = parse(result.stdout) as { items?: { metadata: { name: string } }[] } | undefined;
  const names = (list?.items ?? []).map(({ metadata }) => metadata.name).sort();
  return look(withOutput(result, names.join('\n')), {
    id: 'edge-pods',
    where: edge,
    command: `curl -s http://127.0.0.1:10350/pods | jq -r '.items[].metadata.name'`,
    title: { en: 'On the edge, 10350 does show the pod', zh: '在边缘节点上，10350 能看到这个 Pod' },
    facts: { pods: names, edgePodListed: names.includes(edgePod.name) },
  });
}

export async function observeEdgeSummary(cluster: Cluster): Promise<Observation> {
  const { edge } = subjectsOf(cluster.description);
  const result = await cluster.curl(edge, 'http://127.0.0.1:10350/stats/summary?only_cpu_and_memory=true');
  return look(withSummary(result), {
    id: 'edge-summary',
    where: edge,
    command: `curl -s 'http://127.0.0.1:10350/stats/summary?only_cpu_and_memory=true'`,
    title: {
      en: 'The summary that metrics-server reads, at its source',
      zh: 'metrics-server 读取的 summary（源头）',
    },
    facts: summaryFacts(result),
  });
}

async function observeEdgeCadvisor(cluster: Cluster): Promise<Observation> {
  const { edge, edgePod } = subjectsOf(cluster.description);
  const result = await cluster.curl(edge, 'http://127.0.0.1:10350/metrics/cadvisor');
  const rows = result.stdout
    .split('\n')
    .filter((line) => /^container_cpu_usage_seconds_total\{.*kubepods/.test(line));
  const labelled = rows.filter((line) => line.includes(`pod="${edgePod.name}"`));
  const containers = labelled.filter((line) => /container="[^"]+"/.test(line));
  return look(withOutput(result, labelled.map((line) => line.replace(/ \d+$/, '')).join('\n')), {
    id: 'edge-cadvisor',
    where: edge,
    command: `curl -s http://127.0.0.1:10350/metrics/cadvisor | grep '^container_cpu_usage.*pod="${edgePod.name}"'`,
    title: {
      en: "cAdvisor's rows of the pod: look at the labels, not at the presence",
      zh: 'cAdvisor 中该 Pod 的数据行：要看标签，而不是有没有数据',
    },
    facts: { rowsOfPod: labelled.length, rowsWithContainer: containers.length },
  });
}

async function observeEdgeLog(cluster: Cluster): Promise<Observation> {
  const { edge } = subjectsOf(cluster.description);
  const lines = cluster.log(edge, 'edgecore', 0);
  const summaryLines = lines.filter((line) => line.includes('write metrics data'));
  const naming = lines.filter((line) => /is too new|factory failed/.test(line));
  const shown = summaryLines.slice(-3);
  return look(
    { stdout: shown.join('\n'), stderr: '', exitCode: 0 },
    {
      id: 'edge-log',
      where: edge,
      command: 'journalctl -u edgecore | grep "write metrics data" | tail -3',
      title: {
        en: 'The edge log: the summary calls arrive, no line names a cause',
        zh: '边缘日志：summary 请求到达了，但没有一行指出原因',
      },
      facts: { summaryCallsSeen: summaryLines.length > 0, linesNamingTheEngine: naming.length },
    },
  );
}

export async function observeControlEdge(cluster: Cluster): Promise<Observation> {
  const { control } = subjectsOf(cluster.description);
  const result = await cluster.curl(control, 'http://127.0.0.1:10350/stats/summary?only_cpu_and_memory=true');
  return look(withSummary(result), {
    id: 'control-summary',
    where: control,
    command: `curl -s 'http://127.0.0.1:10350/stats/summary?only_cpu_and_memory=true'`,
    title: {
      en: 'The edge beside it, which differs in its Docker only',
      zh: '旁边的边缘节点，只有 Docker 版本不同',
    },
    facts: summaryFacts(result),
  });
}

type Look = Pick<Observation, 'id' | 'where' | 'command' | 'title' | 'facts'>;

export function look(result: CommandResult, rest: Look): Observation {
  return {
    ...rest,
    output: [result.stdout, result.stderr]
      .filter((text) => text !== '')
      .join('\n')
      .trimEnd(),
    exitCode: result.exitCode,
  };
}

const withOutput = (result: CommandResult, stdout: string): CommandResult => ({ ...result, stdout });

/** A summary in three lines, in place of its hundreds. */
function withSummary(result: CommandResult): CommandResult {
  const summary = parse(result.stdout) as Summary | undefined;
  if (summary?.node === undefined) return result;
  const pods = (summary.pods ?? []).map(({ podRef }) => `${podRef.namespace}/${podRef.name}`).sort();
  const cpu = summary.node.cpu?.usageCoreNanoSeconds ?? 0;
  return withOutput(
    result,
    `node.cpu.usageCoreNanoSeconds: ${cpu > 0 ? 'present' : 'absent'}\npods: ${JSON.stringify(pods)}`,
  );
}

function summaryFacts(result: CommandResult): Observation['facts'] {
  const summary = parse(result.stdout) as Summary | undefined;
  return {
    answered: summary?.node !== undefined,
    nodeHasCpu: (summary?.node?.cpu?.usageCoreNanoSeconds ?? 0) > 0,
    pods: (summary?.pods ?? []).map(({ podRef }) => `${podRef.namespace}/${podRef.name}`).sort(),
  };
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function structureOf(value: unknown): Json {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => ({ name: nameOf(item), structure: structureOf(item) }));
    return items
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, structure }) => (name === '' ? structure : [name, structure]));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([key, part]) => [key, structureOf(part)]);
  }
  return typeof value;
}

function nameOf(item: unknown): string {
  const { name, podRef } = item as { name?: string; podRef?: { name: string } };
  return podRef?.name ?? name ?? '';
}
