import { laboratoryCloudPods, laboratoryEdges } from './laboratory.data.ts';
import { kubesphereMetricsServerArgs } from './metrics-server-args.data.ts';
import type { Preset } from './preset.ts';

export const kubesphere310: Preset = {
  name: 'kubesphere-3.1.0',
  title: {
    en: 'KubeSphere 3.1.0 as KubeKey 1.1.0 installs it, with the edge of the founding report',
    zh: 'KubeKey 1.1.0 安装的 KubeSphere 3.1.0，边缘节点与最初的报告一致',
  },
  sources: [
    { what: 'Kubernetes 1.19.8', where: 'kubesphere/kubekey v1.1.0 apis/kubekey/v1alpha1/default.go' },
    {
      what: 'cloudcore 1.6.1, metrics-server 0.4.2, EdgeWatcher 0.1.0',
      where: 'kubesphere/ks-installer v3.1.0 roles/download/defaults/main.yml',
    },
    {
      what: 'flags of metrics-server, hostNetwork; its resolution is the default one, a minute',
      where: 'kubesphere/ks-installer v3.1.0 roles/metrics-server/templates/metrics-server.yaml.j2',
    },
    { what: 'stream certificate of the chart', where: 'kubesphere/ks-installer v3.1.0 roles/kubeedge' },
    { what: 'edgecore 1.6.1 with Docker 18.09.1', where: 'the founding report; kubeedge/kubeedge#2834' },
  ],
  cluster: {
    kubernetes: 'v1.19.8',
    cloudcore: 'v1.6.1',
    metricsServer: { version: 'v0.4.2', args: kubesphereMetricsServerArgs, hostNetwork: true },
    cloud: { pods: laboratoryCloudPods },
    edges: laboratoryEdges('18.09.1'),
    streamCertificate: 'chart',
    edgeWatcher: { version: 'v0.1.0', region: 'zh' },
    kubesphere: { version: 'v3.1.0' },
  },
};
