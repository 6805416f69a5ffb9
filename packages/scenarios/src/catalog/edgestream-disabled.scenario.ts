// Public reports: kubeedge/kubeedge#1712, #2068, #3197, #4465, #5322, #6178.
import { edgestreamDisabled } from '../faults/edgestream-disabled.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const edgestreamDisabledScenario = defineScenario({
  ...detourScenario,
  id: 'edgestream-disabled',
  title: {
    en: 'edgestream is disabled: no tunnel, and a 500 that says nothing',
    zh: 'edgestream 未启用：没有隧道，只有一个没有内容的 500',
  },
  report: {
    en: 'The edge node is Ready and its pods run, but it has no metrics, no logs, no exec. The answer is a 500 with nothing behind the colon. DNAT rules and certificates were checked twice.',
    zh: '边缘节点 Ready，Pod 正常运行，但没有监控，也看不到日志、不能 exec。返回的是没有任何内容的 500。DNAT 规则和证书都已反复检查。',
  },
  faults: [edgestreamDisabled],
  verdicts: {
    symptom: {
      en: 'the node is ready but has no metrics; 500 with an empty body, or (from v1.8 on) dials to 10350 are lost',
      zh: '节点 Ready，但没有监控；返回内容为空的 500，或者（从 v1.8 起）到 10350 的连接超时',
    },
    healthy: healthyVerdict,
  },
  // Up to v1.7 the rule made by hand leads 10350 to cloudcore; from v1.8 on only tunnel ports (10351 …) are redirected,
  // and a node without a tunnel still shows 10350.
  outcome: (observations) =>
    outcomeOf(
      observations,
      ({ ready, edgedAnswers, byName, byAddress }) =>
        ready === 'Ready' &&
        edgedAnswers &&
        (byAddress.status === 500
          ? byAddress.bytes === 'none'
          : /dial tcp \S+:10350: i\/o timeout/.test(byName.error)),
    ),
});
