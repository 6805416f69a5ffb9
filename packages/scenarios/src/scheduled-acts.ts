import { type Action, actionWords, formatAction, parseAction } from './cluster/action.ts';
import type { Cluster } from './cluster/cluster.ts';
import { UsageError } from './usage-error.ts';

/** An action and when it is done, counted from the moment the cluster has been opened. */
export interface ScheduledAct {
  afterMs: number;
  action: Action;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `<time>: <action>`, e.g. `1m30s: cut edge-node-1 silent`. @throws UsageError */
export function parseScheduledAct(text: string): ScheduledAct {
  const [, time = '', words = ''] = /^\s*((?:\d+(?:ms|[smh]))+)\s*:\s*(.*?)\s*$/.exec(text) ?? [];
  if (time === '') {
    throw new UsageError(
      `Tried to read --act ${JSON.stringify(text)}, found no time before a colon. ` +
        "Write it as '20s: cut edge-node-1 silent'; times are 500ms, 20s, 1m30s, 1h.",
    );
  }
  return { afterMs: parseDuration(time), action: parseAction(actionWords(words)) };
}

/** Milliseconds of `500ms`, `20s`, `1m30s`, `1h`, `2d`. @throws UsageError */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhd])/g)];
  if (text === '' || parts.map(([part]) => part).join('') !== text)
    throw new UsageError(`Tried to read the time ${JSON.stringify(text)}; times are 500ms, 20s, 1m30s, 1h.`);
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0), 0);
}

export const formatDuration = (ms: number) => (ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`);

export const formatScheduledAct = ({ afterMs, action }: ScheduledAct) =>
  `${formatDuration(afterMs)}: ${formatAction(action)}`;

export interface Schedule extends AsyncDisposable {
  /** What has not been done yet. */
  pending(): readonly ScheduledAct[];
  /** The first failure of those done. */
  failure(): unknown;
}

/**
 * Does the acts at their times while others look at the cluster. Disposing calls off those still to come.
 * @throws UsageError for a node that is not there
 */
export function scheduleActs(
  cluster: Cluster,
  acts: readonly ScheduledAct[],
  done: (act: ScheduledAct) => void,
): Schedule {
  for (const { action } of acts) checkNodes(cluster, action);
  const pending = new Set(acts);
  const failures: unknown[] = [];
  let working: Promise<void> = Promise.resolve();
  const perform = async (act: ScheduledAct, earlier: Promise<void>) => {
    await earlier;
    try {
      await cluster.act(act.action);
      done(act);
    } catch (error) {
      failures.push(asUsage(error));
    }
  };
  const timers = acts.map((act) =>
    cluster.world.clock.setTimeout(
      () => {
        pending.delete(act);
        // One after the other, as a person would.
        working = perform(act, working);
      },
      act.afterMs,
      `act ${formatScheduledAct(act)}`,
    ),
  );
  return {
    pending: () => [...pending],
    failure: () => failures[0],
    async [Symbol.asyncDispose]() {
      for (const timer of timers) timer.cancel();
      await working;
    },
  };
}

function checkNodes(cluster: Cluster, action: Action): void {
  try {
    if ('node' in action) cluster.host(action.node);
    if ('peer' in action && action.peer !== undefined) cluster.host(action.peer);
  } catch (error) {
    throw asUsage(error);
  }
}

/** A cluster says RangeError for what it does not have; here a person has asked for it. */
const asUsage = (error: unknown) => (error instanceof RangeError ? new UsageError(error.message) : error);
