import type { Preset } from './preset.ts';

export const kubesphere311: Preset = {
  name: 'kubesphere-3.1.1',
  title: {
    en: 'KubeSphere 3.1.1: cloudcore and edgecore 1.6.2, whose cAdvisor negotiates',
    zh: 'KubeSphere 3.1.1：cloudcore 和 edgecore 1.6.2，其 cAdvisor 会协商 API 版本',
  },
  sources: [
    { what: 'Kubernetes 1.19.8', where: 'kubesphere/kubekey v1.1.1 apis/kubekey/v1alpha1/default.go' },
    {
      what: 'cloudcore 1.6.2, metrics-server 0.4.2',
      where: 'kubesphere/ks-installer v3.1.1 roles/download/defaults/main.yml',
    },
  ],
  cluster: { extends: 'kubesphere-3.1.0', cloudcore: 'v1.6.2', kubesphere: { version: 'v3.1.1' } },
};
