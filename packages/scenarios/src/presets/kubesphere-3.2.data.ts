import type { Preset } from './preset.ts';

export const kubesphere32: Preset = {
  name: 'kubesphere-3.2',
  title: {
    en: 'KubeSphere 3.2.1: KubeEdge 1.7.2 on Kubernetes 1.21.5',
    zh: 'KubeSphere 3.2.1：Kubernetes 1.21.5 上的 KubeEdge 1.7.2',
  },
  sources: [
    { what: 'Kubernetes 1.21.5', where: 'kubesphere/kubekey v1.2.1 apis/kubekey/v1alpha1/default.go' },
    {
      what: 'cloudcore 1.7.2, metrics-server 0.4.2, EdgeWatcher 0.1.1',
      where: 'kubesphere/ks-installer v3.2.1 roles/download/defaults/main.yml',
    },
    {
      what: 'flags of metrics-server, as in 3.1.0',
      where: 'kubesphere/ks-installer v3.2.1 roles/metrics-server/templates/metrics-server.yaml.j2',
    },
  ],
  cluster: {
    extends: 'kubesphere-3.1.0',
    kubernetes: 'v1.21.5',
    cloudcore: 'v1.7.2',
    edgeWatcher: { version: 'v0.1.1' },
    kubesphere: { version: 'v3.2.1' },
  },
};
