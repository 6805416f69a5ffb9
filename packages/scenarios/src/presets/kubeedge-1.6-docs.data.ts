import { laboratoryCloudPods, laboratoryEdges } from './laboratory.data.ts';
import { kubesphereMetricsServerArgs } from './metrics-server-args.data.ts';
import type { Preset } from './preset.ts';

export const kubeedge16Docs: Preset = {
  name: 'kubeedge-1.6-docs',
  title: {
    en: 'KubeEdge 1.6 set up by its own guide: certgen.sh, one iptables rule, metrics-server 0.4',
    zh: '按 KubeEdge 1.6 官方文档搭建：certgen.sh、一条 iptables 规则、metrics-server 0.4',
  },
  sources: [
    {
      what: 'stream certificate, DNAT rule of port 10350',
      where: 'kubeedge/website release-1.6 content/en/docs/advanced/debug.md',
    },
    {
      what: 'metrics-server 0.4.1, --kubelet-insecure-tls, hostNetwork',
      where: 'kubeedge/website release-1.6 content/en/docs/advanced/metrics.md',
    },
    {
      what: 'the other flags of metrics-server',
      where: 'kubernetes-sigs/metrics-server v0.4.1 manifests/base/deployment.yaml',
    },
    { what: 'Kubernetes 1.19.3, which edgecore 1.6.1 is built of', where: 'kubeedge/kubeedge v1.6.1 go.mod' },
  ],
  cluster: {
    kubernetes: 'v1.19.3',
    cloudcore: 'v1.6.1',
    metricsServer: {
      version: 'v0.4.1',
      // The manifest's, and what the guide adds; the same as KubeSphere's.
      args: kubesphereMetricsServerArgs,
      // The manifest has none; the guide adds it.
      hostNetwork: true,
    },
    cloud: { pods: laboratoryCloudPods },
    edges: laboratoryEdges('20.10.24'),
    dnatPorts: [10_350],
    streamCertificate: 'cloud',
  },
};
