import { writeFile } from 'node:fs/promises';
import { traceToNdjson } from '@kubeedge-sim/sim-kit';
import { resolveCell } from '../cell.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { onChosenCluster } from '../cluster-file/choose.ts';
import { play } from '../play.ts';
import { localised } from '../report/localised.ts';
import { logsOf } from '../report/logs.ts';
import { mermaidDiagram } from '../report/mermaid.ts';
import { sequenceOf } from '../report/sequence.ts';
import { createTerminalReport } from '../report/terminal.ts';
import { words } from '../report/words.ts';
import type { Result } from '../run.ts';
import { type Cell, type Look, type Outcome, type Scenario, withoutCondition } from '../scenario.ts';
import { formatScheduledAct, parseDuration, parseScheduledAct } from '../scheduled-acts.ts';
import { findScenario, withFaults } from '../select.ts';
import type { Lang } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Io } from './io.ts';
import type { VersionFlags } from './options.ts';

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
  /** Print the request that the symptom is seen by as a Mermaid sequence diagram. */
  diagram?: boolean;
  /** `<time>: <action>` each: what is done to the cluster of every run, counted from its opening. */
  act?: readonly string[];
  /** Time since the opening of the cluster before which nobody looks at it. */
  lookAfter?: string;
}

/**
 * Plays a scenario and tells what was seen and why.
 * @returns the exit code: 0, or 1 when the outcome is not the expected one
 */
export async function replay(io: Io, id: string, flags: ReplayFlags): Promise<number> {
  const [scenario, cell] = pairOf(onChosenCluster(findScenario(id), flags), flags);
  const acts = (flags.act ?? []).map(parseScheduledAct);
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
  const { result, look, observed, late } = await play(scenario, cell, {
    seed,
    net,
    split,
    acts,
    withoutCures: flags.hideCause === true,
    acted: (act) => say(`⚡ ${formatScheduledAct(act)}`),
    lookAfterMs: flags.lookAfter === undefined ? 0 : parseDuration(flags.lookAfter),
    listener: {
      async observed(observation) {
        say(report.observation(observation));
        if (flags.step === true) await io.key?.();
      },
    },
  });
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
  if (flags.diagram === true) say(diagramOf(result, look));
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

function diagramOf({ causes }: Result, look: Look | undefined): string {
  const [cause] = causes;
  const sequence = look && sequenceOf({ ...look, ...(cause && { cause }) });
  return sequence === undefined ? '' : `\n${mermaidDiagram(sequence)}`;
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
