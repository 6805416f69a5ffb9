// Public reports: kubeedge/kubeedge#1800, #4996; kubernetes-sigs/metrics-server#1069.
import { duplicateInternalIp } from '../faults/duplicate-internal-ip.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeWhere } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const duplicateInternalIpScenario = defineScenario({
  ...detourScenario,
  id: 'duplicate-internal-ip',
  title: {
    en: 'Two edges with one InternalIP: one is scraped twice, the other never',
    zh: '两个边缘节点 InternalIP 相同：一个被抓取两次，另一个从未被抓取',
  },
  report: {
    en: 'Two sites with the same private network joined the cluster. Both nodes are Ready, but the pods of one of them have no metrics, and the node has none or the very figures of the other. It is not always the same one: whichever connected last is fine.',
    zh: '两个使用相同私有网段的站点加入了集群。两个节点都是 Ready，但其中一个的 Pod 没有监控，该节点本身没有监控或与另一个节点的数值相同。而且不一定是同一个：谁最后连接，谁就正常。',
  },
  faults: [duplicateInternalIp],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge and its pods, or what is shown is not its own: asked by its address, another edge answers',
      zh: '边缘节点及其 Pod 没有监控，或者显示的不是它自己的：按其地址访问时，应答的是另一个边缘节点',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeWhere(
      observations,
      ({ podHasMetrics, byName, byAddress }) =>
        !podHasMetrics && byName.ofEdge && byAddress.nodeName !== '' && !byAddress.ofEdge,
    ),
});
