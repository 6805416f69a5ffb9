// Public reports: kubeedge/kubeedge#3277, #5784. From v1.9.0 on the cloudcore that has the tunnel writes the Node's port.
import { balancerSplitsConnections } from '../faults/balancer-splits-connections.ts';
import { defineScenario } from '../scenario.ts';
import { severalHostsCauses } from './claims/several-hosts.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyCell, healthyVerdict } from './detour-scenario.ts';
import { describeTwoCloudcores, severalHostsCures } from './several-hosts.ts';

export const tunnelWithAnotherCloudcore = defineScenario({
  ...detourScenario,
  id: 'tunnel-with-another-cloudcore',
  title: {
    en: 'Two cloudcores behind a balancer: the one that is asked has no tunnel of the edge',
    zh: '负载均衡之后有两个 cloudcore：被请求的那个没有该边缘节点的隧道',
  },
  report: {
    en: 'CloudCore runs twice for availability, behind a balancer. Nodes are Ready, pods run, but logs, exec and metrics of edges end with 500, and cloudcore logs that it can not find the session.',
    zh: '为了高可用部署了两个 CloudCore，前面是负载均衡。节点 Ready，Pod 正常运行，但边缘节点的日志、exec 和监控都返回 500，cloudcore 日志提示找不到会话。',
  },
  defaults: { ...healthyCell, edgecore: 'v1.8.2', cloudcore: 'v1.8.2' },
  describe: describeTwoCloudcores,
  faults: [balancerSplitsConnections],
  claims: [...severalHostsCauses, ...detourScenario.claims],
  cures: [...severalHostsCures, ...detourScenario.cures],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; asked by name and by address, a cloudcore answers 500',
      zh: '边缘节点没有监控；无论按节点名还是按地址，cloudcore 都返回 500',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(observations, ({ byName, byAddress }) => byName.status === 500 && byAddress.status === 500),
});
