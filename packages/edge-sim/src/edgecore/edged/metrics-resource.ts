import type { EdgecoreRelease } from '../release.ts';
import { type Family, type Sample, writePrometheusText } from './prometheus-text.ts';
import type { CpuStats, MemoryStats, Summary } from './stats-types.ts';

/**
 * The body of /metrics/resource and, with `cpuType` gauge, of /metrics/resource/v1alpha1. `summary` is the
 * CPU and memory form; undefined when it could not be made, which leaves only `scrape_error 1`.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/metrics/collectors/resource_metrics.go and
 * pkg/kubelet/server/stats/prometheus_resource_metrics.go; kubernetes v1.22.6
 * pkg/kubelet/metrics/collectors/resource_metrics.go.
 */
export function resourceMetricsText(
  summary: Summary | undefined,
  cpuType: 'counter' | 'gauge',
  of: EdgecoreRelease['edged']['resourceMetrics'] = 'containers',
): string {
  const containers = (summary?.pods ?? []).flatMap((pod) =>
    (pod.containers ?? []).map((container) => ({
      labels: { container: container.name, namespace: pod.podRef.namespace, pod: pod.podRef.name },
      ...container,
    })),
  );
  const pods = (of === 'containers' ? [] : (summary?.pods ?? [])).map(({ podRef, ...pod }) => ({
    labels: { namespace: podRef.namespace, pod: podRef.name },
    ...pod,
  }));
  const starts = of !== 'start-times' ? [] : containers;
  const node = summary === undefined ? [] : [{ labels: {}, ...summary.node }];
  const cpu = (rows: readonly Row[]): Sample[] =>
    rows.flatMap(({ labels, cpu }) =>
      cpu === undefined ? [] : [{ labels, value: cpu.usageCoreNanoSeconds / 1e9, timestampMs: cpu.atMs }],
    );
  const memory = (rows: readonly Row[]): Sample[] =>
    rows.flatMap(({ labels, memory }) =>
      memory === undefined ? [] : [{ labels, value: memory.workingSetBytes, timestampMs: memory.atMs }],
    );
  const families: Family[] = [
    {
      name: 'container_cpu_usage_seconds_total',
      help: '[ALPHA] Cumulative cpu time consumed by the container in core-seconds',
      type: cpuType,
      samples: cpu(containers),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: '[ALPHA] Current working set of the container in bytes',
      type: 'gauge',
      samples: memory(containers),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: '[ALPHA] Cumulative cpu time consumed by the node in core-seconds',
      type: cpuType,
      samples: cpu(node),
    },
    {
      name: 'node_memory_working_set_bytes',
      help: '[ALPHA] Current working set of the node in bytes',
      type: 'gauge',
      samples: memory(node),
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: '[ALPHA] Cumulative cpu time consumed by the pod in core-seconds',
      type: cpuType,
      samples: cpu(pods),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: '[ALPHA] Current working set of the pod in bytes',
      type: 'gauge',
      samples: memory(pods),
    },
    {
      name: 'container_start_time_seconds',
      help: '[ALPHA] Start time of the container since unix epoch in seconds',
      type: 'gauge',
      samples: starts.map(({ labels, startedAtMs }) => ({
        labels,
        value: startedAtMs / 1_000,
        timestampMs: startedAtMs,
      })),
    },
    {
      name: 'scrape_error',
      help: '[ALPHA] 1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ labels: {}, value: summary === undefined ? 1 : 0 }],
    },
  ];
  return writePrometheusText(families);
}

interface Row {
  labels: Readonly<Record<string, string>>;
  cpu: CpuStats | undefined;
  memory: MemoryStats | undefined;
}
