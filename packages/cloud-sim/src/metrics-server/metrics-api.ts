import { goDuration } from '../kube-apiserver/human-duration.ts';
import { formatRfc3339, type Node } from '../kube-apiserver/objects.ts';
import { parseFieldSelector, parseLabelSelector } from '../kube-apiserver/selectors.ts';
import type { AnswerTraits } from './answer-traits.ts';
import { formatBinary, formatDecimal } from './quantity.ts';
import type { Measured, MeasuredPod } from './storage.ts';

/** The group version that is served, and where. */
export const METRICS_API = '/apis/metrics.k8s.io/v1beta1';

/** Quantity texts. */
export interface Usage {
  cpu: string;
  memory: string;
}

interface Metadata {
  name: string;
  namespace?: string;
  selfLink?: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
}

/** A metrics.k8s.io/v1beta1 NodeMetrics; `window` is a Go duration, `timestamp` null when zero. */
export interface NodeMetrics {
  kind?: 'NodeMetrics';
  apiVersion?: 'metrics.k8s.io/v1beta1';
  metadata: Metadata;
  timestamp: string | null;
  window: string;
  usage: Usage;
}

/** A metrics.k8s.io/v1beta1 PodMetrics. */
export interface PodMetrics {
  kind?: 'PodMetrics';
  apiVersion?: 'metrics.k8s.io/v1beta1';
  metadata: Metadata;
  timestamp: string | null;
  window: string;
  containers: { name: string; usage: Usage }[];
}

/** `GET /apis/metrics.k8s.io/v1beta1`. */
export const metricsResources = ({ singularNames }: AnswerTraits) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [
    {
      name: 'nodes',
      singularName: singularNames.nodes,
      namespaced: false,
      kind: 'NodeMetrics',
      verbs: ['get', 'list'],
    },
    {
      name: 'pods',
      singularName: singularNames.pods,
      namespaced: true,
      kind: 'PodMetrics',
      verbs: ['get', 'list'],
    },
  ],
});

interface How {
  nowMs: number;
  traits: AnswerTraits;
}

type Named = Pick<Node['metadata'], 'name' | 'namespace' | 'labels'>;

/** kubernetes-sigs/metrics-server v0.4.2, v0.9.0 pkg/api/node.go, pkg/storage/node.go. */
export function nodeMetrics(object: Named, measured: Measured, how: How): NodeMetrics {
  return {
    metadata: metadataOf(object, `${METRICS_API}/nodes/${object.name}`, how),
    timestamp: timestamp(measured.atNs),
    window: window(measured.windowNs),
    usage: usageOf(measured),
  };
}

/** pkg/api/pod.go, pkg/storage/pod.go: the time is null for a pod without containers. */
export function podMetrics(object: Named, measured: MeasuredPod, how: How): PodMetrics {
  const { namespace = '', name } = object;
  return {
    metadata: metadataOf(object, `${METRICS_API}/namespaces/${namespace}/pods/${name}`, how),
    timestamp: timestamp(measured.atNs),
    window: window(measured.windowNs),
    containers: measured.containers.map((container) => ({
      name: container.name,
      usage: usageOf(container),
    })),
  };
}

function metadataOf({ name, namespace, labels }: Named, selfLink: string, { nowMs, traits }: How): Metadata {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(traits.selfLink && { selfLink }),
    creationTimestamp: formatRfc3339(nowMs),
    ...(traits.labels && labels !== undefined && { labels }),
  };
}

const timestamp = (atNs: bigint | undefined) =>
  atNs === undefined ? null : formatRfc3339(Number(atNs / 1_000_000n));

const window = (ns: bigint) => goDuration(Number(ns) / 1e6);

const MAX_INT64 = 2n ** 63n - 1n;

/** uint64Quantity: what does not fit an int64 loses its last decimal digit. */
function usageOf({ cpu, memoryBytes }: { cpu: bigint; memoryBytes: bigint }): Usage {
  return {
    cpu: cpu <= MAX_INT64 ? formatDecimal(cpu, -9) : formatDecimal(cpu / 10n, -8),
    memory: formatBinary(memoryBytes <= MAX_INT64 ? memoryBytes : (memoryBytes / 10n) * 10n),
  };
}

/**
 * Those of the objects that a list request's selectors want; a selector that cannot be read selects
 * everything.
 */
export function select<T extends { metadata: Named }>(
  objects: readonly T[],
  query: { labelSelector?: string; fieldSelector?: string },
  { fieldSelectors }: AnswerTraits,
): T[] {
  const labels = parseLabelSelector(query.labelSelector ?? '');
  const fields = fieldSelectors ? parseFieldSelector(query.fieldSelector ?? '') : undefined;
  return objects.filter(({ metadata }) => {
    const { name, namespace = '' } = metadata;
    const named = { 'metadata.name': name, 'metadata.namespace': namespace };
    return labels?.(metadata.labels ?? {}) !== false && fields?.(named) !== false;
  });
}

/**
 * pkg/api/{node,pod}.go ConvertToTable: NAME, one column a resource, WINDOW; no columns when there is no row.
 */
export function metricsTable(
  rows: readonly { object: NodeMetrics | PodMetrics; usage: Usage }[],
  selfLink: string | undefined,
): object {
  const column = (name: string, format: string, description = '') => ({
    name,
    type: 'string',
    format,
    description,
    priority: 0,
  });
  const columns = [
    column('Name', 'name', 'Name of the resource'),
    column('cpu', 'quantity'),
    column('memory', 'quantity'),
    column('Window', 'duration'),
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: selfLink === undefined ? {} : { selfLink },
    columnDefinitions: rows.length === 0 ? null : columns,
    rows: rows.map(({ object, usage }) => ({
      cells: [object.metadata.name, usage.cpu, usage.memory, object.window],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
