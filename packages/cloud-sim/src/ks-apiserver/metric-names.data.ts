import type { KubesphereMinor } from './versions.data.ts';

/** What a request can be about. `etcd`, `apiserver` and `scheduler` are components. */
export type MetricLevel = keyof typeof table;

/**
 * The names of a level in the order in which KubeSphere looks them through, without those of metering, which its
 * monitoring routes leave out (kubesphere/kubesphere v3.1.0 and v3.4.1 pkg/models/monitoring/named_metrics.go,
 * pkg/kapis/monitoring/v1alpha3/handler.go handleNamedMetricsQuery).
 */
export function metricNames(level: MetricLevel, minor: KubesphereMinor): string[] {
  return table[level].flatMap(({ name, since }) => (since <= minor ? [name] : []));
}

/**
 * All names of a level below a namespace, metering's among them: what an answer without a hit consists of
 * (pkg/kapis/monitoring/v1alpha3/handler.go handleNoHit).
 */
export function noHitNames(level: MetricLevel, minor: KubesphereMinor): string[] {
  const metered = level === 'namespace' || level === 'workload' || level === 'pod';
  return [...metricNames(level, minor), ...(metered ? meters.map((meter) => `meter_${level}_${meter}`) : [])];
}

const meters = [
  'cpu_usage',
  'memory_usage_wo_cache',
  'net_bytes_transmitted',
  'net_bytes_received',
  'pvc_bytes_total',
];

// `@3.3`: from that release on.
const table = {
  cluster: named(
    'cluster',
    `
    cpu_utilisation cpu_usage cpu_total memory_utilisation memory_available memory_total
    memory_usage_wo_cache net_utilisation net_bytes_transmitted net_bytes_received disk_read_iops
    disk_write_iops disk_read_throughput disk_write_throughput disk_size_usage disk_size_utilisation
    disk_size_capacity disk_size_available disk_inode_total disk_inode_usage disk_inode_utilisation
    namespace_count pod_count pod_quota pod_utilisation pod_running_count pod_succeeded_count
    pod_abnormal_count node_online node_offline node_total cronjob_count pvc_count daemonset_count
    deployment_count endpoint_count hpa_count job_count statefulset_count replicaset_count service_count
    secret_count pv_count ingresses_extensions_count load1 load5 load15 pod_abnormal_ratio
    node_offline_ratio
  `,
  ),
  node: named(
    'node',
    `
    cpu_utilisation cpu_total cpu_usage memory_utilisation memory_usage_wo_cache memory_available
    memory_total net_utilisation net_bytes_transmitted net_bytes_received disk_read_iops disk_write_iops
    disk_read_throughput disk_write_throughput disk_size_capacity disk_size_available disk_size_usage
    disk_size_utilisation disk_inode_total disk_inode_usage disk_inode_utilisation pod_count pod_quota
    pod_utilisation pod_running_count pod_succeeded_count pod_abnormal_count load1 load5 load15
    pod_abnormal_ratio pleg_quantile device_size_usage@3.3 device_size_utilisation@3.3
  `,
  ),
  workspace: named(
    'workspace',
    `
    cpu_usage memory_usage memory_usage_wo_cache net_bytes_transmitted net_bytes_received pod_count
    pod_running_count pod_succeeded_count pod_abnormal_count ingresses_extensions_count cronjob_count
    pvc_count daemonset_count deployment_count endpoint_count hpa_count job_count statefulset_count
    replicaset_count service_count secret_count pod_abnormal_ratio
  `,
  ),
  namespace: named(
    'namespace',
    `
    cpu_usage memory_usage memory_usage_wo_cache net_bytes_transmitted net_bytes_received pod_count
    pod_running_count pod_succeeded_count pod_abnormal_count pod_abnormal_ratio memory_limit_hard
    cpu_limit_hard pod_count_hard cronjob_count pvc_count daemonset_count deployment_count
    endpoint_count hpa_count job_count statefulset_count replicaset_count service_count secret_count
    configmap_count ingresses_extensions_count s2ibuilder_count
  `,
  ),
  workload: named(
    'workload',
    `
    cpu_usage memory_usage memory_usage_wo_cache net_bytes_transmitted net_bytes_received
    deployment_replica deployment_replica_available statefulset_replica statefulset_replica_available
    daemonset_replica daemonset_replica_available deployment_unavailable_replicas_ratio
    daemonset_unavailable_replicas_ratio statefulset_unavailable_replicas_ratio
  `,
  ),
  pod: named(
    'pod',
    `
    cpu_usage memory_usage memory_usage_wo_cache net_bytes_transmitted net_bytes_received
  `,
  ),
  container: named(
    'container',
    `
    cpu_usage memory_usage memory_usage_wo_cache processes_usage@3.3 threads_usage@3.3
  `,
  ),
  pvc: named(
    'pvc',
    `
    inodes_available inodes_used inodes_total inodes_utilisation bytes_available bytes_used bytes_total
    bytes_utilisation
  `,
  ),
  ingress: named(
    'ingress',
    `
    request_count request_5xx_count request_4xx_count active_connections success_rate
    request_duration_average request_duration_50percentage request_duration_95percentage
    request_duration_99percentage request_volume request_volume_by_ingress request_network_sent
    request_network_received request_memory_bytes request_cpu_usage
  `,
  ),
  etcd: named(
    'etcd',
    `
    server_list server_total server_up_total server_has_leader server_is_leader@3.2
    server_leader_changes server_proposals_failed_rate server_proposals_applied_rate
    server_proposals_committed_rate server_proposals_pending_count mvcc_db_size
    network_client_grpc_received_bytes network_client_grpc_sent_bytes grpc_call_rate
    grpc_call_failed_rate grpc_server_msg_received_rate grpc_server_msg_sent_rate
    disk_wal_fsync_duration disk_wal_fsync_duration_quantile disk_backend_commit_duration
    disk_backend_commit_duration_quantile
  `,
  ),
  apiserver: named(
    'apiserver',
    `
    up_sum request_rate request_by_verb_rate request_latencies request_by_verb_latencies
  `,
  ),
  scheduler: named(
    'scheduler',
    `
    up_sum schedule_attempts schedule_attempt_rate e2e_scheduling_latency
    e2e_scheduling_latency_quantile
  `,
  ),
};

function named(prefix: string, words: string) {
  return words
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [rest, since = '3.1'] = word.split('@');
      return { name: `${prefix}_${rest}`, since };
    });
}
