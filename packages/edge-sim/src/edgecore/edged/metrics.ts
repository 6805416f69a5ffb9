import { latestSample } from './container-stats.ts';
import type { EdgedContext } from './context.ts';
import { goRuntimeFamilies } from './metrics-go-runtime.ts';
import { type Distribution, type Family, writePrometheusText } from './prometheus-text.ts';

const EDGECORE_CGROUP = '/system.slice/edgecore.service';

/**
 * The body of /metrics: what kubelet's libraries register inside edgecore. There is no kubelet_running_pods
 * and the like, because edged does not register kubelet's own families.
 * Source: the families of a real edgecore v1.6.1, fixtures/edged/metrics-docker-18.09-v1.6.1.txt.
 */
export function kubeletMetricsText(context: EdgedContext): string {
  const { docker, networkPlugin } = context.runtimeOperations();
  return writePrometheusText([
    ...apiserverFamilies(),
    ...goRuntimeFamilies(context.traits.goVersion, context.startedAtMs, context.leakedGoroutines()),
    operationDurations('docker_operations', 'Docker', docker),
    {
      name: 'kubelet_docker_operations_total',
      help: '[ALPHA] Cumulative number of Docker operations by operation type.',
      type: 'counter',
      samples: Object.entries(docker).map(([operation, value]) => ({
        labels: { operation_type: operation },
        value,
      })),
    },
    operationDurations('network_plugin_operations', 'network plugin', networkPlugin),
    ...processFamilies(context),
  ]);
}

/** Upper bounds in seconds of client_golang's default histogram. */
const DEFAULT_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** What an operation takes, in seconds; the simulator's engine answers at once. */
const OPERATION_S = 0.001;

function operationDurations(name: string, what: string, counts: Readonly<Record<string, number>>): Family {
  return {
    name: `kubelet_${name}_duration_seconds`,
    help: `[ALPHA] Latency in seconds of ${what} operations. Broken down by operation type.`,
    type: 'histogram',
    distributions: Object.entries(counts).map(([operation, count]) => ({
      labels: { operation_type: operation },
      points: DEFAULT_BOUNDS.map((bound) => ({ bound, value: count })),
      sum: count * OPERATION_S,
      count,
    })),
  };
}

/**
 * Families that k8s.io/apiserver registers as soon as it is linked in; nothing in edgecore ever counts there.
 */
function apiserverFamilies(): Family[] {
  const zero = (name: string, help: string): Family => ({
    name: `apiserver_${name}`,
    help: `[ALPHA] ${help}`,
    type: 'counter',
    samples: [{ labels: {}, value: 0 }],
  });
  const empty = (bounds: readonly number[]): Distribution[] => [
    { labels: {}, points: bounds.map((bound) => ({ bound, value: 0 })), sum: 0, count: 0 },
  ];
  const expiryBounds = [
    0, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 2_592_000, 7_776_000,
    15_552_000, 31_104_000,
  ];
  const keyBounds = Array.from({ length: 14 }, (_, power) => Number((5e-6 * 2 ** power).toPrecision(4)));
  return [
    zero('audit_event_total', 'Counter of audit events generated and sent to the audit backend.'),
    zero(
      'audit_requests_rejected_total',
      'Counter of apiserver requests rejected due to an error in audit logging backend.',
    ),
    {
      name: 'apiserver_client_certificate_expiration_seconds',
      help:
        '[ALPHA] Distribution of the remaining lifetime on the certificate used to ' +
        'authenticate a request.',
      type: 'histogram',
      distributions: empty(expiryBounds),
    },
    {
      name: 'apiserver_storage_data_key_generation_duration_seconds',
      help: '[ALPHA] Latencies in seconds of data encryption key(DEK) generation operations.',
      type: 'histogram',
      distributions: empty(keyBounds),
    },
    zero(
      'storage_data_key_generation_failures_total',
      'Total number of failed data encryption key(DEK) generation operations.',
    ),
    zero(
      'storage_envelope_transformation_cache_misses_total',
      'Total number of cache misses while accessing key decryption key(KEK).',
    ),
  ];
}

function processFamilies({ cadvisor, startedAtMs }: EdgedContext): Family[] {
  const own = cadvisor.containers().find((info) => info.id === EDGECORE_CGROUP);
  const sample = own === undefined ? undefined : latestSample(own);
  const rssBytes = sample?.rssBytes ?? 0;
  const gauge = (name: string, help: string, value: number): Family => ({
    name: `process_${name}`,
    help,
    type: 'gauge',
    samples: [{ labels: {}, value }],
  });
  return [
    {
      name: 'process_cpu_seconds_total',
      help: 'Total user and system CPU time spent in seconds.',
      type: 'counter',
      samples: [{ labels: {}, value: Math.floor((sample?.cpuNs ?? 0) / 1e7) / 100 }],
    },
    gauge('max_fds', 'Maximum number of open file descriptors.', 1_048_576),
    gauge('open_fds', 'Number of open file descriptors.', sample?.fileDescriptors ?? 0),
    gauge('resident_memory_bytes', 'Resident memory size in bytes.', rssBytes),
    gauge(
      'start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      Math.round(startedAtMs / 10) / 100,
    ),
    // Go reserves address space generously; some twenty times what it uses is usual.
    gauge('virtual_memory_bytes', 'Virtual memory size in bytes.', rssBytes * 20),
    gauge('virtual_memory_max_bytes', 'Maximum amount of virtual memory available in bytes.', -1),
  ];
}
