import type { Node } from '../kube-apiserver/objects.ts';
import { wrongPathSegment } from '../kube-apiserver/validate.ts';
import type { NodeMetrics, PodMetrics, Usage } from '../metrics-server/metrics-api.ts';
import { milliValue, type Nano, parseQuantity, unitValue } from '../metrics-server/quantity.ts';
import type { ApiClient } from './api-client.ts';
import { goPattern } from './go-text.ts';
import type { Log } from './klog.ts';
import type { Metric, MetricValue, Point } from './metric.ts';
import { PanicError } from './panic.ts';
import type { Selection } from './query.ts';

/** Metrics of edge nodes and of pods from metrics-server. It never fails: what goes wrong is only logged. */
export type AskEdgeMetrics = (
  names: readonly string[],
  query: { selection: Selection; range: boolean; parent: number },
) => Promise<Metric[]>;

export interface EdgeMetricsOptions {
  get: ApiClient;
  log: Log;
  /** Brings what Go keeps in a map into some order. */
  shuffle<T>(items: readonly T[]): T[];
}

const EDGE_LABEL = encodeURIComponent('node-role.kubernetes.io/edge');
const METRICS_API = '/apis/metrics.k8s.io/v1beta1';
const MIB = 1_048_576;

/**
 * kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/metricsserver/metricsserver.go; v3.1.1 to v3.4.1 do the same.
 *
 * The time asked for plays no part: there is one point, that of metrics-server, for a range, too. A node in the path is no
 * filter, pods are told by their name whatever node they are on, and memory of a pod is in MiB.
 */
export function createEdgeMetrics({ get, log, shuffle }: EdgeMetricsOptions): AskEdgeMetrics {
  const failed = (source: number, message: string, parent: number): undefined => {
    log({ severity: 'E', source: `metricsserver.go:${source}`, message }, parent);
    return undefined;
  };
  const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

  function matcher(filter: string, parent: number): (name: string) => boolean {
    try {
      return goPattern(`^(?:${filter})$`);
    } catch (error) {
      failed(96, `Edge node filter regexp error ${textOf(error)}\n`, parent);
      return () => false;
    }
  }

  async function nodes(names: readonly string[], selection: Selection, lines: NodeLines, parent: number) {
    let edges: Node[];
    try {
      const path = `/api/v1/nodes?labelSelector=${EDGE_LABEL}`;
      edges = (await get<{ items: Node[] }>({ path, resource: 'nodes', parent })).items;
    } catch (error) {
      return failed(lines.list, `List edge nodes error ${textOf(error)}\n`, parent);
    }
    const matches = matcher(selection.resourceFilter, parent);
    const chosen = edges.filter(({ metadata }) => matches(metadata.name));
    const wanted = new Map(chosen.map((node) => [node.metadata.name, node]));
    if (wanted.size === 0) {
      const source = `metricsserver.go:${lines.nothing}`;
      log({ severity: 'I', verbosity: 4, source, message: 'No edge node metrics is requested' }, parent);
      return undefined;
    }
    let measured: NodeMetrics[];
    try {
      const path = `${METRICS_API}/nodes?labelSelector=${EDGE_LABEL}`;
      measured = (await get<{ items: NodeMetrics[] }>({ path, resource: 'nodes.metrics.k8s.io', parent }))
        .items;
    } catch (error) {
      return failed(lines.metrics, `Get edge node metrics error ${textOf(error)}\n`, parent);
    }
    return Object.entries(nodeValues).flatMap(([name, figureOf]) => {
      if (!names.includes(name)) return [];
      return {
        name,
        samples: measured.flatMap((item) => nodeSample(wanted.get(item.metadata.name), item, figureOf)),
      };
    });
  }

  async function pods(names: readonly string[], selection: Selection, lines: PodLines, parent: number) {
    const filter = selection.namespacedResourcesFilter || selection.resourceFilter;
    const wanted = new Set(filter.split(/\s*\|\s*|\$/).filter((name) => name !== '' && name !== '.*'));
    if (wanted.size === 0 && selection.podName === '') {
      const why = 'no edge node pods metrics is requested or resource filter invalid';
      return failed(lines.nothing, `Edge node filter regexp error: ${why}\n`, parent);
    }
    let measured: PodMetrics[];
    try {
      measured = await podMetrics(selection, wanted, parent);
    } catch (error) {
      if (error instanceof PanicError) throw error;
      return failed(lines.metrics, `Get pod metrics of edge nodes error ${textOf(error)}\n`, parent);
    }
    return Object.entries(podValues).flatMap(([name, figureOf]) =>
      names.includes(name) ? { name, samples: measured.map((pod) => podSample(pod, figureOf)) } : [],
    );
  }

  /** One GET for a pod of the path, one for each of `ns/pod|ns/pod`, else a LIST of which names are kept. */
  async function podMetrics(
    selection: Selection,
    wanted: ReadonlySet<string>,
    parent: number,
  ): Promise<PodMetrics[]> {
    const { namespaceName, podName } = selection;
    const one = async (namespace: string, name: string, source: number) => {
      const path = `${METRICS_API}/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
      try {
        checkSegment('namespace', namespace);
        checkSegment('resource name', name);
        return await get<PodMetrics>({ path, resource: 'pods.metrics.k8s.io', name, parent });
      } catch (error) {
        failed(source, `Get pod metrics on edge node error:${textOf(error)}`, parent);
        throw error;
      }
    };
    if (namespaceName !== '' && podName !== '') return [await one(namespaceName, podName, 162)];
    if (selection.namespacedResourcesFilter !== '') {
      const found: PodMetrics[] = [];
      for (const entry of shuffle([...wanted])) {
        const [namespace = '', name] = entry.split('/').map((part) => part.replaceAll(' ', ''));
        if (name === undefined) throw new PanicError('runtime error: index out of range [1] with length 1');
        await one(namespace, name, 184).then(
          (pod) => found.push(pod),
          () => {},
        );
      }
      return found;
    }
    const place = namespaceName === '' ? '' : `namespaces/${encodeURIComponent(namespaceName)}/`;
    const path = `${METRICS_API}/${place}pods`;
    try {
      checkSegment('namespace', namespaceName);
      const { items } = await get<{ items: PodMetrics[] }>({ path, resource: 'pods.metrics.k8s.io', parent });
      return items.filter(({ metadata }) => wanted.has(metadata.name));
    } catch (error) {
      failed(202, `List pod metrics on edge node error:${textOf(error)}`, parent);
      throw error;
    }
  }

  return async (names, { selection, range, parent }) => {
    const { level } = selection;
    if (level !== 'node' && level !== 'pod') return [];
    const answered =
      level === 'node'
        ? await nodes(names, selection, nodeLines[range ? 'range' : 'instant'], parent)
        : await pods(names, selection, podLines[range ? 'range' : 'instant'], parent);
    return (answered ?? []).map(({ name, samples }) => ({
      name,
      type: range ? 'matrix' : 'vector',
      result: samples.map(
        ({ labels, point }): MetricValue => ({
          metric: labels,
          ...(range ? { values: [point] } : { value: point }),
        }),
      ),
    }));
  };
}

/**
 * A name that would leave its place in the path is not asked for.
 * @throws Error client-go v0.18.6 rest/request.go Name, Namespace
 */
function checkSegment(what: 'namespace' | 'resource name', name: string): void {
  const [wrong] = wrongPathSegment(name);
  if (wrong !== undefined) throw new Error(`invalid ${what} ${JSON.stringify(name)}: [${wrong}]`);
}

/** Lines of metricsserver.go. */
interface NodeLines {
  list: number;
  nothing: number;
  metrics: number;
}
type PodLines = Pick<NodeLines, 'nothing' | 'metrics'>;

const nodeLines = {
  instant: { list: 336, nothing: 342, metrics: 353 },
  range: { list: 560, nothing: 566, metrics: 572 },
} satisfies Record<string, NodeLines>;
const podLines = {
  instant: { nothing: 451, metrics: 457 },
  range: { nothing: 674, metrics: 680 },
} satisfies Record<string, PodLines>;

interface Sample {
  labels: Record<string, string>;
  point: Point;
}

const nano = (text: string | undefined): Nano => parseQuantity(text ?? '0') ?? 0n;
const cores = (milli: bigint) => Number(milli) / 1_000;

/** In the order of upstream's edgeNodeMetrics. */
const nodeValues: Readonly<
  Record<string, (usage: Usage, capacity: Readonly<Record<string, string>>) => number>
> = {
  node_cpu_usage: ({ cpu }) => cores(milliValue(nano(cpu))),
  node_cpu_total: (_usage, { cpu }) => cores(milliValue(nano(cpu))),
  node_cpu_utilisation: (usage, { cpu }) =>
    Number(milliValue(nano(usage.cpu))) / Number(milliValue(nano(cpu))),
  node_memory_usage_wo_cache: ({ memory }) => Number(unitValue(nano(memory))),
  node_memory_total: (_usage, { memory }) => Number(unitValue(nano(memory))),
  node_memory_utilisation: (usage, { memory }) =>
    Number(unitValue(nano(usage.memory))) / Number(unitValue(nano(memory))),
};

const podValues: Readonly<Record<string, (sum: { cpu: Nano; memory: Nano }) => number>> = {
  pod_cpu_usage: ({ cpu }) => cores(milliValue(cpu)),
  pod_memory_usage_wo_cache: ({ memory }) => Number(unitValue(memory)) / MIB,
};

/** Unix seconds; without a time those of Go's zero time. */
const secondsOf = (timestamp: string | null) =>
  timestamp === null ? -62_135_596_800 : Math.floor(Date.parse(timestamp) / 1_000);

function nodeSample(
  node: Node | undefined,
  item: NodeMetrics,
  figureOf: (typeof nodeValues)[string],
): Sample[] {
  if (node === undefined) return [];
  const address = node.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  const labels = {
    node: item.metadata.name,
    role: 'edge',
    ...(address !== undefined && { host_ip: address }),
  };
  return [{ labels, point: [secondsOf(item.timestamp), figureOf(item.usage, node.status.capacity)] }];
}

function podSample(pod: PodMetrics, figureOf: (typeof podValues)[string]): Sample {
  const sum = (resource: keyof Usage) =>
    pod.containers.reduce((total, { usage }) => total + nano(usage[resource]), 0n);
  return {
    labels: { pod: pod.metadata.name, namespace: pod.metadata.namespace ?? '' },
    point: [secondsOf(pod.timestamp), figureOf({ cpu: sum('cpu'), memory: sum('memory') })],
  };
}
