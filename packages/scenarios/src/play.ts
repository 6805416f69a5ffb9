import type { Cluster } from './cluster/cluster.ts';
import { isLinkAction } from './cluster/link-action.ts';
import { openCluster } from './open-cluster.ts';
import { type Result, type RunListener, runScenario } from './run.ts';
import type { Cell, Look, Scenario } from './scenario.ts';
import { type Schedule, type ScheduledAct, scheduleActs } from './scheduled-acts.ts';

export interface PlayOptions {
  seed: number;
  net: 'memory' | 'loopback';
  /** Cloud and edge as two processes; on loopback only. Default false. */
  split?: boolean;
  /** What is done to the cluster of every run, counted from its opening. */
  acts: readonly ScheduledAct[];
  withoutCures: boolean;
  /** Milliseconds since the opening of the cluster before which nobody looks at it. Default 0. */
  lookAfterMs?: number;
  listener?: RunListener;
  /** Called when an act has been done to the cluster that is observed. */
  acted?(act: ScheduledAct): void;
}

export interface Play {
  result: Result;
  /** What the result goes by; absent where the scenario does not apply. */
  look?: Look;
  /** The cluster that was observed; its world has ended. */
  observed?: Cluster;
  /** Acts whose time had not come when the observations ended. */
  late: readonly ScheduledAct[];
}

/** Plays a scenario with one cell while acts change its clusters. @throws UsageError for an act that cannot be done */
export async function play(scenario: Scenario, cell: Cell, options: PlayOptions): Promise<Play> {
  const { seed, net, split = false, acts, withoutCures, lookAfterMs = 0 } = options;
  const links = acts.some(({ action }) => isLinkAction(action));
  let observed: Cluster | undefined;
  let schedule: Schedule | undefined;
  let look: Look | undefined;
  const result = await runScenario(scenario, cell, {
    seed,
    net,
    open: async (...args) => {
      const cluster = await openCluster(...args, { seed, net, split, links });
      const isFirst = observed === undefined;
      observed ??= cluster;
      const acting = await startActs(cluster, acts, (act) => isFirst && options.acted?.(act));
      schedule ??= acting;
      return cluster;
    },
    withoutCures,
    lookAfterMs,
    listener: {
      ...options.listener,
      looked(seen) {
        look = seen;
        options.listener?.looked?.(seen);
      },
    },
  });
  const failure: unknown = schedule?.failure();
  if (failure !== undefined) throw failure;
  return { result, ...(look && { look }), ...(observed && { observed }), late: schedule?.pending() ?? [] };
}

/** Schedules acts with a cluster's own life; a cluster that cannot have them is disposed. @throws UsageError */
async function startActs(
  cluster: Cluster,
  acts: readonly ScheduledAct[],
  done: (act: ScheduledAct) => void,
): Promise<Schedule> {
  try {
    return cluster.world.own(scheduleActs(cluster, acts, done));
  } catch (error) {
    await cluster.world[Symbol.asyncDispose]();
    throw error;
  }
}
