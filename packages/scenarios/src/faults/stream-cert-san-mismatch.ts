// certgen.sh names CLOUDCOREIPS only (kubeedge v1.6.1 build/tools/certgen.sh): kubeedge/kubeedge#2484, #3022, #4757.
import { changeMetricsServer, defineFault } from './fault.ts';

export const streamCertSanMismatch = defineFault({
  id: 'stream-cert-san-mismatch',
  title: {
    en: 'metrics-server verifies kubelets, and the certificate of 10003 names no edge',
    zh: 'metrics-server 校验 kubelet 证书，而 10003 的证书不包含边缘节点地址',
  },
  apply: (description) => ({
    ...changeMetricsServer(description, (args) =>
      args.filter((argument) => argument !== '--kubelet-insecure-tls'),
    ),
    streamCertificate: 'cloud',
  }),
});
