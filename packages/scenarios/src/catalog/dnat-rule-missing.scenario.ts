// Public reports: kubeedge/kubeedge#1876, #2564, #2986, #3281 (30.1 s measured), #4477, #5543.
import { dnatRuleMissing } from '../faults/dnat-rule-missing.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const dnatRuleMissingScenario = defineScenario({
  ...detourScenario,
  id: 'dnat-rule-missing',
  title: {
    en: 'No DNAT rule: the scrape goes to the edge itself and is lost',
    zh: '缺少 DNAT 规则：请求直接发往边缘节点，没有应答',
  },
  report: {
    en: 'The tunnel is open on both sides, edgestream is enabled, yet no metrics of any edge. Every caller hangs and ends with dial tcp EDGE:10350: i/o timeout, half a minute later.',
    zh: '隧道两端都已建立，edgestream 也已启用，但所有边缘节点都没有监控。所有调用方都要等大约半分钟，最后报 dial tcp 边缘节点:10350: i/o timeout。',
  },
  faults: [dnatRuleMissing],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; dials to its kubelet port time out, by name as by address',
      zh: '边缘节点没有监控；无论按节点名还是按地址，到 kubelet 端口的连接都超时',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ byName, byAddress }) => byAddress.status === 0 && /dial tcp \S+: i\/o timeout/.test(byName.error),
    ),
});
