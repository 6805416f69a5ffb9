// Public reports: kubeedge/kubeedge#1800, #4996; kubernetes-sigs/metrics-server#1069.
import { duplicateInternalIp } from '../faults/duplicate-internal-ip.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const duplicateInternalIpScenario = defineScenario({
  ...detourScenario,
  id: 'duplicate-internal-ip',
  title: {
    en: 'Two edges with one InternalIP: one is scraped twice, the other never',
    zh: '两个边缘节点 InternalIP 相同：一个被抓取两次，另一个从未被抓取',
  },
  report: {
    en: 'Two sites with the same private network joined the cluster. Both nodes are Ready, but one of them has no metrics, and it is not always the same one: whichever connected last has them.',
    zh: '两个使用相同私有网段的站点加入了集群。两个节点都是 Ready，但其中一个没有监控，而且不一定是同一个：谁最后连接，谁才有监控。',
  },
  faults: [duplicateInternalIp],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; asked by its address, another edge answers',
      zh: '边缘节点没有监控；按其地址访问时，应答的是另一个边缘节点',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ byName, byAddress }) => byName.ofEdge && byAddress.nodeName !== '' && !byAddress.ofEdge,
    ),
});
