/**
 * The flags of metrics-server in every KubeSphere with KubeEdge up to 3.3 (kubesphere/ks-installer v3.1.0
 * roles/metrics-server/templates/metrics-server.yaml.j2).
 */
export const kubesphereMetricsServerArgs: readonly string[] = [
  '--cert-dir=/tmp',
  '--secure-port=4443',
  '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  '--kubelet-use-node-status-port',
  '--kubelet-insecure-tls',
];

/** The same with a shorter resolution, so that a real-time run is short. */
export const defaultMetricsServerArgs: readonly string[] = [
  ...kubesphereMetricsServerArgs,
  '--metric-resolution=15s',
];
