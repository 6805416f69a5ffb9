// Public reports: kubeedge/kubeedge#2342, #2092, #2306, #2868, #2921.
import { metricsPortNotFromNodeStatus } from '../faults/metrics-port-not-from-node-status.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const metricsPortNotFromNodeStatusScenario = defineScenario({
  ...detourScenario,
  id: 'metrics-port-not-from-node-status',
  title: {
    en: "metrics-server dials 10250 and not the port in the node's status",
    zh: 'metrics-server 访问 10250，而不是节点状态中的端口',
  },
  report: {
    en: "kubectl top node shows <unknown> for every edge node, the cloud's own nodes are fine. metrics-server complains about https://EDGE:10250. Through kube-apiserver the same summary can be read.",
    zh: 'kubectl top node 中所有边缘节点都是 <unknown>，云端节点正常。metrics-server 的报错指向 https://边缘节点:10250。而通过 kube-apiserver 可以读到同样的 summary。',
  },
  faults: [metricsPortNotFromNodeStatus],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; metrics-server dials 10250; by name the summary is there',
      zh: '边缘节点没有监控；metrics-server 访问的是 10250；按节点名可以取到 summary',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(observations, ({ byName, scrapeError }) => byName.ofEdge && /:10250\//.test(scrapeError)),
});
