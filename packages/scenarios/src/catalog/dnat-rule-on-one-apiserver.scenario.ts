// Of the family of kubeedge/kubeedge#1876, #3281 (30.1 s measured): the guide's rule, on some of the hosts that need it.
import { dnatRuleOnOneApiserver } from '../faults/dnat-rule-on-one-apiserver.ts';
import { defineScenario } from '../scenario.ts';
import { severalHostsCauses } from './claims/several-hosts.ts';
import { observeDetour } from './detour-looks.ts';
import { detourScenario } from './detour-scenario.ts';
import { describeTwoApiservers, observeCalls, severalHostsCures } from './several-hosts.ts';

export const dnatRuleOnOneApiserverScenario = defineScenario({
  ...detourScenario,
  id: 'dnat-rule-on-one-apiserver',
  title: {
    en: 'Two API servers, one DNAT rule: every other call to an edge fails',
    zh: '两个 API server，只有一台有 DNAT 规则：对边缘节点的请求一半失败',
  },
  report: {
    en: 'A cluster with several masters behind a balancer. kubectl logs and exec of edge pods work, and a moment later they do not: error dialing backend, i/o timeout after half a minute. Metrics are complete.',
    zh: '集群有多个 master，前面是负载均衡。对边缘 Pod 执行 kubectl logs、exec 时而成功，时而在半分钟后报 error dialing backend … i/o timeout。监控完整。',
  },
  describe: describeTwoApiservers,
  faults: [dnatRuleOnOneApiserver],
  observe: async (cluster) => [await observeCalls(cluster), ...(await observeDetour(cluster))],
  claims: [...severalHostsCauses, ...detourScenario.claims],
  cures: [...severalHostsCures, ...detourScenario.cures],
  verdicts: {
    symptom: {
      en: 'some calls through the balancer are answered, the others end with i/o timeout',
      zh: '经负载均衡的请求一部分成功，其余以 i/o timeout 结束',
    },
    healthy: { en: 'every call is answered', zh: '每个请求都得到应答' },
  },
  outcome(observations) {
    const { calls, failed } = observations.find(({ id }) => id === 'calls')?.facts ?? {};
    if (failed === 0) return 'healthy';
    return failed === calls ? 'other' : 'symptom';
  },
});
