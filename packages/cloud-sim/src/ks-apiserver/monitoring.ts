import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { AskEdgeMetrics } from './edge-metrics.ts';
import { GoTextError, goPattern } from './go-text.ts';
import type { Metric, Metrics } from './metric.ts';
import type { AskPrometheus } from './prometheus.ts';
import type { MonitoringQuery } from './query.ts';
import { pageMetrics, sortMetrics } from './sort-page.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { KubesphereVersion } from './versions.data.ts';

export interface MonitoringOptions {
  world: World;
  host: Host;
  version: KubesphereVersion;
  prometheus: AskPrometheus;
  /** Absent when the Metrics API was not there at the start. */
  edgeMetrics: AskEdgeMetrics | undefined;
}

/** Answers a query. @throws PanicError */
export type Monitoring = (query: MonitoringQuery, parent: number) => Promise<Metrics>;

/**
 * Prometheus, and where it has nothing metrics-server; kubesphere/kubesphere v3.1.0 pkg/models/monitoring/monitoring.go
 * GetNamedMetrics and GetNamedMetricsOverTime, pkg/kapis/monitoring/v1alpha3/handler.go handleNamedMetricsQuery.
 */
export function createMonitoring({
  world,
  host,
  version,
  prometheus,
  edgeMetrics,
}: MonitoringOptions): Monitoring {
  const trace = (parent: number) => ({ host: host.name, component: COMPONENT, parent });

  async function merge(found: Metric[], query: MonitoringQuery, parent: number): Promise<Metric[]> {
    const { selection, time } = query;
    const range = 'startMs' in time;
    const ranking = !range && selection.queryType === 'rank';
    const names = found.map(({ name }) => name);
    // Of this request only. Where metrics-server has nothing at all it is asked again for each further metric.
    const edge = new Map<string, Metric>();
    const merged: Metric[] = [];
    for (const metric of found) {
      let extra: Metric['result'] = [];
      if (edgeMetrics !== undefined && (metric.result.length === 0 || ranking)) {
        if (edge.size === 0) {
          const asked = askedOf(selection.level, metric.name, parent);
          for (const one of await edgeMetrics(names, { selection, range, parent: asked }))
            edge.set(one.name, one);
        }
        extra = edge.get(metric.name)?.result ?? [];
      }
      const detail = { metric: metric.name, prometheus: metric.result.length, metricsServer: extra.length };
      world.trace.emit({ ...trace(parent), kind: 'ks-apiserver.merged', detail });
      merged.push({ ...metric, result: [...metric.result, ...extra] });
    }
    return merged;
  }

  function askedOf(level: string, because: string, parent: number): number {
    if (level !== 'node' && level !== 'pod') return parent;
    return world.trace.emit({
      ...trace(parent),
      kind: 'ks-apiserver.edge-metrics',
      detail: { level, because },
    });
  }

  return async (query, parent) => {
    const { selection, time, paging } = query;
    const names = selected(query.names, query.metricsFilter);
    if (names.length === 0) return { results: null };
    const results = await merge(await prometheus(names, { selection, time, parent }), query, parent);
    if ('startMs' in time || paging === undefined) return { results };
    const sorted = sortMetrics({ results }, paging.sorting, version.countsOnce);
    return pageMetrics(sorted, paging.page, paging.limit);
  };
}

/** A filter that cannot be read selects nothing. */
function selected(names: readonly string[], filter: string): string[] {
  try {
    return names.filter(goPattern(filter));
  } catch (error) {
    if (error instanceof GoTextError) return [];
    throw error;
  }
}
