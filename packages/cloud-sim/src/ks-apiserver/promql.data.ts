/**
 * The queries of nodes and pods: `$1` and `$2` are replaced by matchers. They travel to Prometheus as they are here
 * (kubesphere/kubesphere v3.1.0 and v3.4.1 pkg/simple/client/monitoring/prometheus/promql.go; the releases between agree).
 */
export const promqlTemplates: Readonly<Record<string, string>> = {
  node_cpu_utilisation: 'node:node_cpu_utilisation:avg1m{$1}',
  node_cpu_total: 'node:node_num_cpu:sum{$1}',
  node_cpu_usage: 'round(node:node_cpu_utilisation:avg1m{$1} * node:node_num_cpu:sum{$1}, 0.001)',
  node_memory_utilisation: 'node:node_memory_utilisation:{$1}',
  node_memory_usage_wo_cache:
    'node:node_memory_bytes_total:sum{$1} - node:node_memory_bytes_available:sum{$1}',
  node_memory_available: 'node:node_memory_bytes_available:sum{$1}',
  node_memory_total: 'node:node_memory_bytes_total:sum{$1}',
  node_net_utilisation: 'node:node_net_utilisation:sum_irate{$1}',
  node_net_bytes_transmitted: 'node:node_net_bytes_transmitted:sum_irate{$1}',
  node_net_bytes_received: 'node:node_net_bytes_received:sum_irate{$1}',
  node_disk_read_iops: 'node:data_volume_iops_reads:sum{$1}',
  node_disk_write_iops: 'node:data_volume_iops_writes:sum{$1}',
  node_disk_read_throughput: 'node:data_volume_throughput_bytes_read:sum{$1}',
  node_disk_write_throughput: 'node:data_volume_throughput_bytes_written:sum{$1}',
  node_disk_size_capacity:
    'sum(max(node_filesystem_size_bytes{device=~"/dev/.*", device!~"/dev/loop\\\\d+", job="node-exporter"} * on (namespace, pod) group_left(node) node_namespace_pod:kube_pod_info:{$1}) by (device, node)) by (node)',
  node_disk_size_available: 'node:disk_space_available:{$1}',
  node_disk_size_usage:
    'sum(max((node_filesystem_size_bytes{device=~"/dev/.*", device!~"/dev/loop\\\\d+", job="node-exporter"} - node_filesystem_avail_bytes{device=~"/dev/.*", device!~"/dev/loop\\\\d+", job="node-exporter"}) * on (namespace, pod) group_left(node) node_namespace_pod:kube_pod_info:{$1}) by (device, node)) by (node)',
  node_disk_size_utilisation: 'node:disk_space_utilization:ratio{$1}',
  node_disk_inode_total: 'node:node_inodes_total:{$1}',
  node_disk_inode_usage: 'node:node_inodes_total:{$1} - node:node_inodes_free:{$1}',
  node_disk_inode_utilisation: 'node:disk_inode_utilization:ratio{$1}',
  node_pod_count: 'node:pod_count:sum{$1}',
  node_pod_quota:
    'max(kube_node_status_capacity{resource="pods",$1}) by (node) unless on (node) (kube_node_status_condition{condition="Ready",status=~"unknown|false"} > 0)',
  node_pod_utilisation: 'node:pod_utilization:ratio{$1}',
  node_pod_running_count: 'node:pod_running:count{$1}',
  node_pod_succeeded_count: 'node:pod_succeeded:count{$1}',
  node_pod_abnormal_count: 'node:pod_abnormal:count{$1}',
  node_load1: 'node:load1:ratio{$1}',
  node_load5: 'node:load5:ratio{$1}',
  node_load15: 'node:load15:ratio{$1}',
  node_pod_abnormal_ratio: 'node:pod_abnormal:ratio{$1}',
  node_pleg_quantile: 'node_quantile:kubelet_pleg_relist_duration_seconds:histogram_quantile{$1}',
  node_device_size_usage:
    'sum by(device, node, host_ip, role) (node_filesystem_size_bytes{device!~"/dev/loop\\\\d+",device=~"/dev/.*",job="node-exporter"} * on(namespace, pod) group_left(node, host_ip, role) node_namespace_pod:kube_pod_info:{$1}) - sum by(device, node, host_ip, role) (node_filesystem_avail_bytes{device!~"/dev/loop\\\\d+",device=~"/dev/.*",job="node-exporter"} * on(namespace, pod) group_left(node, host_ip, role) node_namespace_pod:kube_pod_info:{$1})',
  node_device_size_utilisation:
    '1 - sum by(device, node, host_ip, role) (node_filesystem_avail_bytes{device!~"/dev/loop\\\\d+",device=~"/dev/.*",job="node-exporter"} * on(namespace, pod) group_left(node, host_ip, role) node_namespace_pod:kube_pod_info:{$1}) / sum by(device, node, host_ip, role) (node_filesystem_size_bytes{device!~"/dev/loop\\\\d+",device=~"/dev/.*",job="node-exporter"} * on(namespace, pod) group_left(node, host_ip, role) node_namespace_pod:kube_pod_info:{$1})',
  pod_cpu_usage:
    'round(sum by (namespace, pod) (irate(container_cpu_usage_seconds_total{job="kubelet", pod!="", image!=""}[5m])) * on (namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{$1} * on (namespace, pod) group_left(node) kube_pod_info{$2}, 0.001)',
  pod_memory_usage:
    'sum by (namespace, pod) (container_memory_usage_bytes{job="kubelet", pod!="", image!=""}) * on (namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{$1} * on (namespace, pod) group_left(node) kube_pod_info{$2}',
  pod_memory_usage_wo_cache:
    'sum by (namespace, pod) (container_memory_working_set_bytes{job="kubelet", pod!="", image!=""}) * on (namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{$1} * on (namespace, pod) group_left(node) kube_pod_info{$2}',
  pod_net_bytes_transmitted:
    'sum by (namespace, pod) (irate(container_network_transmit_bytes_total{pod!="", interface!~"^(cali.+|tunl.+|dummy.+|kube.+|flannel.+|cni.+|docker.+|veth.+|lo.*)", job="kubelet"}[5m])) * on (namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{$1} * on (namespace, pod) group_left(node) kube_pod_info{$2}',
  pod_net_bytes_received:
    'sum by (namespace, pod) (irate(container_network_receive_bytes_total{pod!="", interface!~"^(cali.+|tunl.+|dummy.+|kube.+|flannel.+|cni.+|docker.+|veth.+|lo.*)", job="kubelet"}[5m])) * on (namespace, pod) group_left(owner_kind, owner_name) kube_pod_owner{$1} * on (namespace, pod) group_left(node) kube_pod_info{$2}',
};
