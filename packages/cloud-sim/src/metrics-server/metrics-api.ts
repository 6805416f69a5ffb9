import { goDuration } from '../kube-apiserver/human-duration.ts';
import { formatRfc3339, type Node, type Pod } from '../kube-apiserver/objects.ts';
import { parseFieldSelector, parseLabelSelector } from '../kube-apiserver/selectors.ts';
import type { MetricsPoint, NodePoint, PodPoint } from './points.ts';
import { formatBinary, formatDecimal } from './quantity.ts';

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
  selfLink: string;
  creationTimestamp: string;
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
export const metricsResources = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ],
};

interface When {
  nowMs: number;
  windowMs: number;
}

/**
 * kubernetes-sigs/metrics-server v0.4.2 pkg/api/node.go getNodeMetrics; labels are not passed on before 0.5.
 */
export function nodeMetrics(point: NodePoint, { nowMs, windowMs }: When): NodeMetrics {
  return {
    metadata: {
      name: point.name,
      selfLink: `${METRICS_API}/nodes/${point.name}`,
      creationTimestamp: formatRfc3339(nowMs),
    },
    timestamp: formatRfc3339(point.atMs),
    window: goDuration(windowMs),
    usage: usageOf(point),
  };
}

/** pkg/api/pod.go getPodMetrics: the time is the earliest container's, and null for a pod without any. */
export function podMetrics(point: PodPoint, { nowMs, windowMs }: When): PodMetrics {
  const { namespace, name, containers } = point;
  return {
    metadata: {
      name,
      namespace,
      selfLink: `${METRICS_API}/namespaces/${namespace}/pods/${name}`,
      creationTimestamp: formatRfc3339(nowMs),
    },
    timestamp:
      containers.length === 0 ? null : formatRfc3339(Math.min(...containers.map(({ atMs }) => atMs))),
    window: goDuration(windowMs),
    containers: containers.map((container) => ({ name: container.name, usage: usageOf(container) })),
  };
}

function usageOf({ cpu, memoryBytes }: MetricsPoint): Usage {
  return { cpu: formatDecimal(cpu.value, cpu.exponent), memory: formatBinary(memoryBytes) };
}

/**
 * Those of the objects that a list request's selectors want; a selector that cannot be read selects
 * everything.
 */
export function select<T extends Node | Pod>(
  objects: readonly T[],
  query: { labelSelector?: string; fieldSelector?: string },
): T[] {
  const labels = parseLabelSelector(query.labelSelector ?? '');
  const fields = parseFieldSelector(query.fieldSelector ?? '');
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
  selfLink: string,
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
    metadata: { selfLink },
    columnDefinitions: rows.length === 0 ? null : columns,
    rows: rows.map(({ object, usage }) => ({
      cells: [object.metadata.name, usage.cpu, usage.memory, object.window],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}
