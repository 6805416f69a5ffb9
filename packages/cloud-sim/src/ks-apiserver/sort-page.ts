import type { Metric, Metrics, MetricValue } from './metric.ts';
import { PanicError } from './panic.ts';

export interface Sorting {
  /** The metric whose values give the order. */
  target: string;
  /** The label that tells the resources apart. */
  identifier: string;
  order: 'asc' | 'desc';
}

const sortable = ({ type, error }: Metric) => type === 'vector' && !error;

/**
 * Puts the series of every metric in the order of the target's. A resource that a metric has nothing of gets an empty
 * entry there. `countsOnce`: see KubesphereVersion.
 * @throws PanicError
 *
 * kubesphere/kubesphere v3.1.0 and v3.3.0 pkg/models/monitoring/sort_page.go.
 */
export function sortMetrics(metrics: Metrics, sorting: Sorting, countsOnce: boolean): Metrics {
  const { target, identifier, order } = sorting;
  const results = metrics.results ?? [];
  if (results.length === 0) return metrics;
  const labelOf = ({ metric }: MetricValue) => metric?.[identifier] ?? '';
  const ordinals = new Map<string, number>();
  const names = new Set<string>();
  let next = 0;
  for (const metric of results.filter(sortable)) {
    if (metric.name === target) {
      for (const value of metric.result.toSorted(comparing(identifier, order))) {
        const name = labelOf(value);
        if (name === '' || (countsOnce && ordinals.has(name))) continue;
        ordinals.set(name, next++);
      }
    }
    for (const value of metric.result) names.add(labelOf(value));
  }
  names.delete('');
  for (const name of [...names].sort()) if (!ordinals.has(name)) ordinals.set(name, next++);
  const sorted = results.map((metric) => {
    if (!sortable(metric)) return metric;
    const result: MetricValue[] = Array.from({ length: names.size }, () => ({}));
    for (const value of metric.result) {
      const at = ordinals.get(labelOf(value));
      if (at === undefined) continue;
      // Up to v3.2.1 a name that comes twice takes two places of a list that has one; Go then panics.
      if (at >= names.size) throw new PanicError(`index out of range [${at}] with length ${names.size}`);
      result[at] = value;
    }
    return { ...metric, result };
  });
  return { results: sorted, page: 1, totalPage: 1, totalItem: names.size };
}

/** Leaves a page of what {@link sortMetrics} has sorted. */
export function pageMetrics(metrics: Metrics, page: number, limit: number): Metrics {
  const results = metrics.results ?? [];
  if (results.length === 0) return metrics;
  const start = (page - 1) * limit;
  return {
    ...metrics,
    results: results.map((metric) =>
      sortable(metric) ? { ...metric, result: metric.result.slice(start, start + limit) } : metric,
    ),
    page,
    totalPage: Math.ceil((metrics.totalItem ?? 0) / limit),
  };
}

function comparing(identifier: string, order: Sorting['order']) {
  return (a: MetricValue, b: MetricValue): number => {
    if (a.value === undefined || b.value === undefined) {
      if (a.value !== b.value) return a.value === undefined ? 1 : -1;
      return byName(a, b, identifier);
    }
    const [, left] = a.value;
    const [, right] = b.value;
    if (left === right) return byName(a, b, identifier);
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return order === 'asc' ? left - right : right - left;
  };
}

function byName(a: MetricValue, b: MetricValue, identifier: string): number {
  const [left, right] = [a.metric?.[identifier] ?? '', b.metric?.[identifier] ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}
