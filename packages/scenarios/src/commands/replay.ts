import { writeFile } from 'node:fs/promises';
import { traceToNdjson } from '@kubeedge-sim/sim-kit';
import { resolveCell } from '../cell.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { isLinkAction } from '../cluster/link-action.ts';
import { openCluster } from '../open-cluster.ts';
import { logsOf } from '../report/logs.ts';
import { createTerminalReport } from '../report/terminal.ts';
import { words } from '../report/words.ts';
import { type Result, runScenario } from '../run.ts';
import { type Cell, type Outcome, type Scenario, withoutCondition } from '../scenario.ts';
import { findScenario, withFaults } from '../select.ts';
import type { Lang } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Io } from './io.ts';
import type { VersionFlags } from './options.ts';
import {
  formatScheduledAct,
  parseScheduledAct,
  type Schedule,
  type ScheduledAct,
  scheduleActs,
} from './scheduled-acts.ts';

export interface ReplayFlags extends VersionFlags {
  net: 'memory' | 'loopback';
  split?: boolean;
  lang: Lang;
  /** Without the scenario's condition. */
  without?: boolean;
  json?: boolean;
  expect?: Outcome;
  /** Wait for a key at each observation. */
  step?: boolean;
  /** Stop before the explanation, for a class that is to find it. */
  hideCause?: boolean;
  /** Components whose logs are printed in the end, separated by commas: side by side when there are several. */
  log?: string;
  /** klog verbosity of that log. */
  v: number;
  /** File that takes the trace of the observed run. */
  trace?: string;
  /** `<time>: <action>` each: what is done to the cluster of every run, counted from its opening. */
  act?: readonly string[];
}

/**
 * Plays a scenario and tells what was seen and why.
 * @returns the exit code: 0, or 1 when the outcome is not the expected one
 */
export async function replay(io: Io, id: string, flags: ReplayFlags): Promise<number> {
  const [scenario, cell] = pairOf(findScenario(id), flags);
  const acts = (flags.act ?? []).map(parseScheduledAct);
  const links = acts.some(({ action }) => isLinkAction(action));
  const { seed, lang, split = false } = flags;
  const net = split ? 'loopback' : flags.net;
  if (flags.step === true && io.key === undefined) {
    throw new UsageError(
      'Tried to wait for keys (--step), found no terminal to read them from. Leave --step out.',
    );
  }
  const report = createTerminalReport(lang, io.colour && flags.json !== true);
  const say = (text: string) => {
    if (flags.json !== true) io.out(`${text}\n`);
  };
  say(report.opening(scenario, { cell, seed, net }));
  let observed: Cluster | undefined;
  let schedule: Schedule | undefined;
  const result = await runScenario(scenario, cell, {
    seed,
    net,
    open: async (...args) => {
      const cluster = await openCluster(...args, { seed, net, split, links });
      const isFirst = observed === undefined;
      observed ??= cluster;
      const tell = (act: ScheduledAct) => isFirst && say(`⚡ ${formatScheduledAct(act)}`);
      const acting = await startActs(cluster, acts, tell);
      schedule ??= acting;
      return cluster;
    },
    withoutCures: flags.hideCause === true,
    listener: {
      async observed(observation) {
        say(report.observation(observation));
        if (flags.step === true) await io.key?.();
      },
    },
  });
  const failure: unknown = schedule?.failure();
  if (failure !== undefined) throw failure;
  const late = schedule?.pending() ?? [];
  if (late.length > 0) {
    const texts = late.map((act) => JSON.stringify(formatScheduledAct(act))).join(', ');
    io.error(`The observations had ended before --act ${texts}; give an earlier time.\n`);
  }
  if (flags.trace !== undefined) await writeTrace(flags.trace, observed);
  if (flags.hideCause === true) {
    say(words.yourTurn[lang]);
    return exitCodes.ok;
  }
  say(report.closing(scenario, result));
  if (flags.log !== undefined && observed !== undefined)
    say(logsOf(observed, flags.log.split(','), flags.v, io.columns));
  if (flags.json === true) io.out(`${JSON.stringify(localised(result, lang), null, 2)}\n`);
  if (flags.expect === undefined || flags.expect === result.outcome) return exitCodes.ok;
  io.error(`Expected the outcome ${flags.expect}, found ${result.outcome}.\n`);
  return exitCodes.expectationFailed;
}

/** What is to be played: with the faults asked for, or as the half of the pair that has no condition. */
function pairOf(found: Scenario, flags: ReplayFlags): [Scenario, Cell] {
  const cell = resolveCell(found.defaults, flags);
  const [scenario, played] = flags.without === true ? withoutCondition(found, cell) : [found, cell];
  return [withFaults(scenario, flags.fault), played];
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

/** @throws UsageError when the file cannot be written */
async function writeTrace(file: string, cluster: Cluster | undefined): Promise<void> {
  try {
    await writeFile(file, traceToNdjson(cluster?.events() ?? []));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Tried to write the trace to ${file}: ${why}. Give a file in a folder that exists.`);
  }
}

/** The result with every text in one language. */
function localised(result: Result, lang: Lang): unknown {
  return JSON.parse(
    JSON.stringify(result, (_key, value: unknown) => {
      const text = value as { en?: unknown; zh?: unknown } | null;
      return typeof text?.en === 'string' && typeof text.zh === 'string' ? text[lang] : value;
    }),
  );
}
