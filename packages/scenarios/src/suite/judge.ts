import type { Result } from '../run.ts';
import { formatScheduledAct, type ScheduledAct } from '../scheduled-acts.ts';
import type { Text } from '../text.ts';
import type { Expectation } from './planned-case.ts';

/** Why a result is not what was expected; nothing when it is. `late`: acts whose time did not come. */
export function judge(expected: Expectation, result: Result, late: readonly ScheduledAct[]): Text[] {
  const reasons: Text[] = [];
  const { outcome, causes, cures, control } = result;
  const ids = causes.map(({ id }) => id).join(', ');
  if (outcome !== expected.outcome) {
    reasons.push({
      en: `expected the outcome ${expected.outcome}, found ${outcome}${ids && ` (${ids})`}`,
      zh: `预期结论为 ${expected.outcome}，实际为 ${outcome}${ids && `（${ids}）`}`,
    });
  }
  if (expected.cause !== undefined && !causes.some(({ id }) => id === expected.cause)) {
    reasons.push({
      en: `expected the cause ${expected.cause}, found ${ids || 'none'}`,
      zh: `预期原因为 ${expected.cause}，实际为 ${ids || '无'}`,
    });
  }
  if (expected.cures && outcome === 'symptom') {
    if (cures.length === 0) reasons.push({ en: 'no cure was named', zh: '没有给出任何解决办法' });
    for (const cure of cures.filter(({ cleared }) => !cleared)) {
      reasons.push({
        en: `the cure ${cure.id} did not clear the symptom: ${cure.outcome}`,
        zh: `解决办法 ${cure.id} 没有消除故障：${cure.outcome}`,
      });
    }
    if (control?.unchanged === false) {
      reasons.push({
        en: `the summary of ${control.node}, which has no fault, changed its structure`,
        zh: `没有故障的 ${control.node} 的 summary 结构发生了变化`,
      });
    }
  }
  for (const act of late) {
    reasons.push({
      en: `the observations had ended before "${formatScheduledAct(act)}"; give an earlier time`,
      zh: `观察在“${formatScheduledAct(act)}”之前已结束，请给出更早的时间`,
    });
  }
  return reasons;
}
