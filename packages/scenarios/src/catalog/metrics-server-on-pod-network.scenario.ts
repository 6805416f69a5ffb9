// kubeedge/kubeedge#1835, #2092 (metrics-server has to be on the network of its host), #5422: the rule of the guide is in OUTPUT, which pods
// do not pass.
import { metricsServerOnPodNetwork } from '../faults/metrics-server-on-pod-network.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const metricsServerOnPodNetworkScenario = defineScenario({
  ...detourScenario,
  id: 'metrics-server-on-pod-network',
  title: {
    en: 'metrics-server is a pod, the DNAT rule is in OUTPUT: no metrics of any edge',
    zh: 'metrics-server 是普通 Pod，DNAT 规则在 OUTPUT 链：所有边缘节点都没有监控',
  },
  report: {
    en: 'metrics-server was installed by its own manifest, without hostNetwork. The cloud node and its pods have metrics, edge nodes and their pods have none. kubectl logs and exec of edge pods work, and curl on the master gets the summary of every edge.',
    zh: 'metrics-server 按其官方清单安装，没有 hostNetwork。云端节点和 Pod 有监控，边缘节点和 Pod 没有。对边缘 Pod 执行 kubectl logs、exec 正常，在 master 上用 curl 也能取到每个边缘节点的 summary。',
  },
  faults: [metricsServerOnPodNetwork],
  verdicts: {
    symptom: {
      en: 'the scrape of the edge ends without an answer, while the host of metrics-server gets the summary by name and by address',
      zh: '对边缘节点的抓取没有应答，而在 metrics-server 所在主机上按节点名、按地址都能取到 summary',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ byName, byAddress, scrapeError }) =>
        byName.ofEdge && byAddress.ofEdge && /deadline exceeded|i\/o timeout/.test(scrapeError),
    ),
});
