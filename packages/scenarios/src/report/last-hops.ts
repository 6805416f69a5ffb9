import type { Hop } from '../scenario.ts';
import {
  isFailing,
  type Sequence,
  type SequenceSource,
  type Step,
  sequenceOf,
  stepText,
} from './sequence.ts';

/** Hops told when nothing else is asked for: the way back through the tunnel and what came before it. */
const LAST_HOPS = 8;
/** Earlier hops told with them, because they are at the hop that fails. */
const FAILING_HOPS_MAX = 3;

/**
 * The last hops of the request that the symptom is seen by, a line each, for what a test prints when it fails: seconds
 * since the first event, from where to where, what, and the number of the trace's event. Those at the hop of `cause`
 * are marked, and told even when they are earlier; what is left out between is a line `… n more`.
 * @param source events of a run, the edge under study and, where one is known, the cause
 * @returns no lines when the trace has no such request
 */
export function lastHops(source: SequenceSource, count = LAST_HOPS): string[] {
  const sequence = sequenceOf(source);
  return sequence === undefined ? [] : hopLines(sequence, count);
}

/** The last steps of a sequence, as {@link lastHops} gives them. */
export function hopLines(sequence: Sequence, count = LAST_HOPS): string[] {
  const { steps } = sequence;
  const earlier = steps.slice(0, -count).filter((step) => isFailing(sequence, step));
  const shown = [...earlier.slice(0, FAILING_HOPS_MAX), ...steps.slice(-count)];
  const width = Math.max(...shown.map((step) => wayOf(sequence, step).length));
  return shown.flatMap((step, index) => {
    const left = steps.indexOf(step) - (index === 0 ? 0 : steps.indexOf(shown[index - 1] as Step) + 1);
    const line = hopLine(sequence, step, width);
    return left === 0 ? [line] : [`… ${left} more`, line];
  });
}

function hopLine(sequence: Sequence, step: Step, width: number): string {
  const mark = isFailing(sequence, step) ? '✗' : ' ';
  const seconds = step.atSeconds.toFixed(3).padStart(8);
  return `${mark}${seconds}s  ${wayOf(sequence, step).padEnd(width)}  ${stepText(step)}  #${step.events[0]}`;
}

function wayOf({ participants }: Sequence, { from, to, arrow }: Step): string {
  const labelOf = (hop: Hop) => participants.find(({ id }) => id === hop)?.label ?? hop;
  return to === undefined
    ? labelOf(from)
    : `${labelOf(from)} ${arrow === 'lost' ? '→✗' : '→'} ${labelOf(to)}`;
}
