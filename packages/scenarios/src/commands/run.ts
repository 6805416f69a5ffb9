import { createRealClock } from '@kubeedge-sim/sim-kit';
import { catalog } from '../catalog/index.ts';
import { onChosenCluster } from '../cluster-file/choose.ts';
import { play } from '../play.ts';
import { reproduce } from '../report/reproduce.ts';
import { sequenceOf } from '../report/sequence.ts';
import { type Chosen, createReporters, readReporters } from '../reporters/choose.ts';
import type { CaseReport, CaseStatus, Reporter, RunReport } from '../reporters/reporter.ts';
import { words } from '../reporters/words.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { formatScheduledAct, parseDuration, parseScheduledAct } from '../scheduled-acts.ts';
import { findScenario } from '../select.ts';
import { judge } from '../suite/judge.ts';
import { type PlannedCase, planCase } from '../suite/planned-case.ts';
import { readSuite } from '../suite/read-suite.ts';
import type { Lang, Text } from '../text.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Io } from './io.ts';
import type { VersionFlags } from './options.ts';

export interface RunFlags extends VersionFlags {
  suite?: readonly string[];
  reporter?: readonly string[];
  net: 'memory' | 'loopback';
  lang: Lang;
  without?: boolean;
  expect?: Outcome;
  act?: readonly string[];
  /** How long after its opening a cluster is looked at, e.g. `2m`. */
  lookAfter?: string;
  /** End the run at the first case that does not pass. */
  bail?: boolean;
}

/**
 * Plays many cases and reports what became of them.
 * @param stop ends the run: the case under way is given up, the reports are written
 * @returns the exit code, the highest that anything in the run asks for
 */
export async function run(
  io: Io,
  ids: readonly string[],
  flags: RunFlags,
  stop: AbortSignal,
): Promise<number> {
  const planned = await plan(ids, flags);
  const reporters = await createReporters(readReporters(flags.reporter ?? [], process.env), {
    out: (text) => io.out(text),
    colour: io.colour,
    lang: flags.lang,
    env: process.env,
    cwd: process.cwd(),
  });
  const failures = new Map<string, unknown>();
  const tell = async (what: (reporter: Reporter) => void | Promise<void>) => {
    for (const { called, reporter } of reporters) await tellOne({ called, reporter }, what, failures);
  };
  const clock = createRealClock();
  const startedAtMs = clock.now();
  const cases: CaseReport[] = [];
  await tell((reporter) => reporter.start?.(planned));
  for (const one of planned) {
    const gaveUp =
      cases.some(({ status }) => status === 'failed' || status === 'error') && flags.bail === true;
    if (stop.aborted || gaveUp) {
      cases.push(notPlayed(one, stop.aborted ? words.interrupted : words.bailed));
      continue;
    }
    await tell((reporter) => reporter.caseStart?.(one));
    const report = await playCase(one, clock, stop);
    cases.push(report);
    await tell((reporter) => reporter.caseEnd?.(report));
  }
  const report: RunReport = { cases, startedAtMs, durationMs: clock.now() - startedAtMs };
  await tell((reporter) => reporter.end(report));
  for (const [called, error] of failures) {
    io.error(
      `The reporter ${called} failed: ${messageOf(error)}. The results above hold; what it should have written does not.\n`,
    );
  }
  return exitCodeOf(cases, failures.size > 0, stop);
}

/** The cases of the suites, and those of the ids; the whole catalog when neither is given. @throws UsageError */
async function plan(ids: readonly string[], flags: RunFlags): Promise<PlannedCase[]> {
  const suites = flags.suite ?? [];
  const stated: PlannedCase[] = [];
  for (const file of suites) stated.push(...(await readSuite(file, flags)));
  const scenarios = ids.length > 0 ? ids.map(findScenario) : suites.length > 0 ? [] : catalog;
  const { edgecore, cloudcore, docker, metricsServer, without, expect, fault, act, lookAfter } = flags;
  const { preset, cluster } = flags;
  const versions = { edgecore, cloudcore, docker, metricsServer };
  const ofIds = { preset, cluster, ...versions, without, expect, fault, act, lookAfter };
  const [idle] = Object.entries(ofIds).flatMap(([name, value]) => (value === undefined ? [] : name));
  if (scenarios.length === 0 && idle !== undefined) {
    const option = `--${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(
      `Got ${option} with a suite and no scenario; a suite states its own. Write it into the suite, or name scenarios.`,
    );
  }
  return [...stated, ...scenarios.map((scenario) => planOne(onChosenCluster(scenario, flags), flags))];
}

function planOne(scenario: Scenario, { fault, act, lookAfter, ...flags }: RunFlags): PlannedCase {
  const acts = act?.map(parseScheduledAct);
  const lookAfterMs = lookAfter === undefined ? 0 : parseDuration(lookAfter);
  return planCase(scenario, { ...flags, faults: fault, acts, lookAfterMs });
}

async function playCase(
  planned: PlannedCase,
  clock: { now(): number },
  stop: AbortSignal,
): Promise<CaseReport> {
  const { scenario, cell, seed, net, acts, lookAfterMs, expected } = planned;
  const startedAtMs = clock.now();
  const end = (status: CaseStatus, reasons: readonly Text[], rest: Partial<CaseReport> = {}): CaseReport => ({
    planned,
    status,
    reasons,
    durationMs: clock.now() - startedAtMs,
    virtualMs: 0,
    reproduce: reproduceCase(planned),
    ...rest,
  });
  try {
    const playing = play(scenario, cell, { seed, net, acts, lookAfterMs, withoutCures: !expected.cures });
    const played = await Promise.race([playing, aborted(stop)]);
    if (played === undefined) return end('not-played', [words.interrupted]);
    const { result, look, late } = played;
    const events = look?.events ?? [];
    const [cause] = result.causes;
    const sequence = look && sequenceOf({ ...look, ...(cause && { cause }) });
    const reasons = judge(expected, result, late);
    return end(reasons.length === 0 ? 'passed' : 'failed', reasons, {
      result,
      ...(sequence && { sequence }),
      virtualMs: (events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0),
    });
  } catch (error) {
    const said = messageOf(error);
    return end('error', [{ en: said, zh: said }], { usage: error instanceof UsageError });
  }
}

function notPlayed(planned: PlannedCase, reason: Text): CaseReport {
  const nothing = { durationMs: 0, virtualMs: 0, reproduce: reproduceCase(planned) };
  return { planned, status: 'not-played', reasons: [reason], ...nothing };
}

function reproduceCase({ scenario, cell, seed, net, acts, lookAfterMs, expected }: PlannedCase): string {
  const played = { scenario: scenario.id, cell, seed, net, faults: scenario.faults.map(({ id }) => id) };
  const { playedOn } = scenario;
  const later = lookAfterMs === 0 ? {} : { lookAfterMs };
  return reproduce({
    ...played,
    ...(playedOn && { playedOn }),
    acts: acts.map(formatScheduledAct),
    ...later,
    expect: expected.outcome,
  });
}

/** Resolves with nothing when the signal aborts. */
function aborted(stop: AbortSignal): Promise<undefined> {
  if (stop.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(undefined), { once: true }));
}

/** A reporter that failed once is told nothing more. */
async function tellOne(
  { called, reporter }: Chosen,
  what: (reporter: Reporter) => void | Promise<void>,
  failures: Map<string, unknown>,
): Promise<void> {
  if (failures.has(called)) return;
  try {
    await what(reporter);
  } catch (error) {
    failures.set(called, error);
  }
}

function exitCodeOf(cases: readonly CaseReport[], reporterFailed: boolean, stop: AbortSignal): number {
  const asked = cases.map(({ status, usage }): number => {
    if (status === 'error') return usage === true ? exitCodes.usage : exitCodes.internal;
    return status === 'failed' ? exitCodes.expectationFailed : exitCodes.ok;
  });
  if (stop.aborted) asked.push(stop.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted);
  return Math.max(reporterFailed ? exitCodes.usage : exitCodes.ok, ...asked);
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
