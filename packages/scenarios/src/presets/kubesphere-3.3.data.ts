import type { Preset } from './preset.ts';

export const kubesphere33: Preset = {
  name: 'kubesphere-3.3',
  title: {
    en: 'KubeSphere 3.3.2: KubeEdge 1.9.2, which sets up its DNAT rules itself, on Kubernetes 1.22.12',
    zh: 'KubeSphere 3.3.2：Kubernetes 1.22.12 上的 KubeEdge 1.9.2，DNAT 规则由其自行维护',
  },
  sources: [
    { what: 'Kubernetes 1.22.12', where: 'kubesphere.io/docs/v3.3/quick-start/all-in-one-on-linux' },
    {
      what: 'cloudcore 1.9.2, metrics-server 0.4.2',
      where: 'kubesphere/ks-installer v3.3.2 roles/download/defaults/main.yml',
    },
    {
      what: 'flags of metrics-server, as in 3.1.0',
      where: 'kubesphere/ks-installer v3.3.2 roles/metrics-server/templates/metrics-server.yaml.j2',
    },
  ],
  cluster: {
    extends: 'kubesphere-3.1.0',
    kubernetes: 'v1.22.12',
    cloudcore: 'v1.9.2',
    edgeWatcher: { version: 'edgeservice' },
    kubesphere: { version: 'v3.3.2' },
  },
};
