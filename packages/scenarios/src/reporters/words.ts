import type { Text } from '../text.ts';

/** The fixed words of a run of cases. */
export const words = {
  passed: { en: 'passed', zh: '通过' },
  failed: { en: 'failed', zh: '失败' },
  error: { en: 'could not be played', zh: '无法完成' },
  'not-played': { en: 'not played', zh: '未运行' },
  curedBy: { en: 'cured by', zh: '解决办法' },
  layer: { en: 'Layer', zh: '所在层' },
  cause: { en: 'Cause', zh: '原因' },
  evidence: { en: 'Evidence (events of the trace)', zh: '证据（trace 事件编号）' },
  table: {
    en: '|  | Case | Versions | Expected | Found | Time |',
    zh: '|  | 用例 | 版本 | 预期 | 结果 | 用时 |',
  },
  lastHops: { en: 'Last hops of the request', zh: '请求的最后几跳' },
  reproduce: { en: 'Play it again', zh: '重新运行' },
  bailed: {
    en: 'not played: an earlier case did not pass (--bail)',
    zh: '未运行：此前的用例没有通过（--bail）',
  },
  interrupted: { en: 'not played: the run was interrupted', zh: '未运行：运行被中断' },
} as const satisfies Record<string, Text>;
