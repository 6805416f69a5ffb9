import { laboratoryCloudPods, laboratoryEdges } from './laboratory.data.ts';
import { defaultMetricsServerArgs } from './metrics-server-args.data.ts';
import type { Preset } from './preset.ts';

export const kubeedgeNewest: Preset = {
  name: 'kubeedge-newest',
  title: {
    en: 'KubeEdge 1.23.1 as keadm init installs it, on Kubernetes 1.32.10',
    zh: 'keadm init 安装的 KubeEdge 1.23.1，Kubernetes 1.32.10',
  },
  sources: [
    { what: 'Kubernetes 1.32.10, which it is built of', where: 'kubeedge/kubeedge v1.23.1 go.mod' },
    {
      what: 'stream certificate; the rules are its iptables manager’s',
      where: 'kubeedge/kubeedge v1.23.1 manifests/charts/cloudcore',
    },
    {
      what: 'metrics-server v0.4.0 or later, of which 0.9.0 is the newest; --kubelet-insecure-tls, hostNetwork',
      where: 'kubeedge/website fd5ba0c docs/advanced/metrics.md',
    },
    {
      what: 'the other flags of metrics-server',
      where: 'kubernetes-sigs/metrics-server v0.9.0 manifests/base/deployment.yaml',
    },
  ],
  cluster: {
    kubernetes: 'v1.32.10',
    cloudcore: 'v1.23.1',
    metricsServer: {
      version: 'v0.9.0',
      args: defaultMetricsServerArgs,
      // The manifest has none; the guide adds it.
      hostNetwork: true,
    },
    cloud: { pods: laboratoryCloudPods },
    edges: laboratoryEdges('20.10.24'),
    streamCertificate: 'chart',
  },
};
