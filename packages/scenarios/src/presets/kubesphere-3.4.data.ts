import { kubesphereMetricsServerArgs } from './metrics-server-args.data.ts';
import type { Preset } from './preset.ts';

export const kubesphere34: Preset = {
  name: 'kubesphere-3.4',
  title: {
    en: 'KubeSphere 3.4.1: KubeEdge 1.13.0 on Kubernetes 1.22.12',
    zh: 'KubeSphere 3.4.1：Kubernetes 1.22.12 上的 KubeEdge 1.13.0',
  },
  sources: [
    { what: 'Kubernetes 1.22.12', where: 'kubesphere.io/docs/v3.4/quick-start/all-in-one-on-linux' },
    {
      what: 'cloudcore 1.13.0, metrics-server 0.4.2',
      where: 'kubesphere/ks-installer v3.4.1 roles/download/defaults/main.yml',
    },
    {
      what: 'flags of metrics-server: cipher suites are new',
      where: 'kubesphere/ks-installer v3.4.1 roles/metrics-server/templates/metrics-server.yaml.j2',
    },
  ],
  cluster: {
    extends: 'kubesphere-3.3',
    cloudcore: 'v1.13.0',
    kubesphere: { version: 'v3.4.1' },
    metricsServer: {
      args: [
        ...kubesphereMetricsServerArgs,
        '--tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,' +
          'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,' +
          'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,TLS_RSA_WITH_AES_128_GCM_SHA256,' +
          'TLS_RSA_WITH_AES_256_GCM_SHA384,TLS_RSA_WITH_AES_128_CBC_SHA,TLS_RSA_WITH_AES_256_CBC_SHA',
      ],
    },
  },
};
