// Public reports next to it: kubeedge/kubeedge#3688, #4070, #2453. No tag of cloudcore removes a session.
import { edgecoreStopped } from '../faults/edgecore-stopped.ts';
import { defineScenario } from '../scenario.ts';
import { outcomeOf } from './detour-looks.ts';
import { detourScenario, healthyVerdict } from './detour-scenario.ts';

export const staleSessionEmpty200 = defineScenario({
  ...detourScenario,
  id: 'stale-session-empty-200',
  title: {
    en: 'The edge is gone, and cloudcore answers 200 with nothing in it',
    zh: '边缘节点已断开，cloudcore 却返回内容为空的 200',
  },
  report: {
    en: 'An edge went away. Its metrics stop, but nothing fails: requests for it are answered at once, with 200 and an empty body. metrics-server says that it cannot parse the output.',
    zh: '一个边缘节点断开了，监控随之中断，但没有任何请求失败：对它的请求立刻返回 200，内容为空。metrics-server 报告无法解析输出。',
  },
  faults: [edgecoreStopped],
  verdicts: {
    symptom: {
      en: 'no metrics of the edge; requests for it are answered 200 with an empty body',
      zh: '边缘节点没有监控；对它的请求返回内容为空的 200',
    },
    healthy: healthyVerdict,
  },
  outcome: (observations) =>
    outcomeOf(observations, ({ byName, byAddress }) =>
      [byName, byAddress].every((it) => it.status === 200 && it.bytes === 'none'),
    ),
});
