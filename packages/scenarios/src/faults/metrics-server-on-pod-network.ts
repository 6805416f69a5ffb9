// metrics-server's own manifests have no hostNetwork (kubernetes-sigs/metrics-server v0.3.0 to v0.9.0; its chart has hostNetwork.enabled,
// false by default). KubeEdge's guide says that its rules are for the network namespace metrics-server runs in, and has it on the
// host's (kubeedge/website release-1.6 docs/setup/keadm.md, docs/advanced/metrics.md).
import { defineFault } from './fault.ts';

export const metricsServerOnPodNetwork = defineFault({
  id: 'metrics-server-on-pod-network',
  title: {
    en: 'metrics-server runs without hostNetwork: true, as a pod on the pod network',
    zh: 'metrics-server 没有 hostNetwork: true，运行在 Pod 网络中',
  },
  apply: (description) => ({
    ...description,
    metricsServer: { ...description.metricsServer, hostNetwork: false },
  }),
});
