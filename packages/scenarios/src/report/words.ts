import type { Outcome, Scenario } from '../scenario.ts';
import type { Text } from '../text.ts';

/** The fixed words of a replay. */
export const words = {
  reported: { en: 'What was reported', zh: '故障报告' },
  cell: { en: 'Played with', zh: '版本组合' },
  faults: { en: 'faults', zh: '故障' },
  look: { en: 'What a person sees', zh: '现场观察' },
  path: { en: 'The path of the request', zh: '请求经过的路径' },
  layer: { en: 'Layer', zh: '所在层' },
  cause: { en: 'Cause', zh: '原因' },
  evidence: { en: 'Evidence (events of the trace)', zh: '证据（trace 事件编号）' },
  cures: { en: 'Cures, each tried on a cluster with the symptom', zh: '解决办法（均在有故障的集群上验证）' },
  cleared: { en: 'symptom gone', zh: '故障消失' },
  notCleared: { en: 'symptom still there', zh: '故障仍在' },
  control: {
    en: 'Control: the summary of the other edge kept its structure throughout',
    zh: '对照：另一个边缘节点的 summary 结构始终不变',
  },
  controlChanged: {
    en: 'Control: the summary of the other edge CHANGED its structure',
    zh: '对照：另一个边缘节点的 summary 结构发生了变化',
  },
  cureList: { en: 'Cures', zh: '解决办法' },
  actionList: { en: 'Actions', zh: '可执行的操作' },
  outcome: { en: 'Outcome', zh: '结论' },
  yourTurn: {
    en: 'What is the cause, and what proves it? The same command without --hide-cause tells.',
    zh: '原因是什么？证据是什么？去掉 --hide-cause 再运行一次即可看到答案。',
  },
  unexplained: {
    en: 'Something is wrong, but no claim of this scenario explains it.',
    zh: '有故障，但本场景的任何论断都无法解释它。',
  },
} as const satisfies Record<string, Text>;

/** The verdict in words; what the symptom is, and what is healthy, the scenario says. */
export function outcomeText(scenario: Pick<Scenario, 'verdicts'>, outcome: Outcome): Text {
  const label = outcomeWords[outcome];
  if (outcome !== 'symptom' && outcome !== 'healthy') return label;
  const { en, zh } = scenario.verdicts[outcome];
  return { en: `${label.en}: ${en}`, zh: `${label.zh}：${zh}` };
}

const outcomeWords = {
  symptom: { en: 'SYMPTOM', zh: '复现' },
  healthy: { en: 'HEALTHY', zh: '正常' },
  other: { en: 'OTHER: not this symptom, another fault', zh: '其他：不是这个症状，而是另一个故障' },
  'not-applicable': { en: 'NOT APPLICABLE', zh: '不适用' },
} as const satisfies Record<string, Text>;
