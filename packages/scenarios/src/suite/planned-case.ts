import { type CellOptions, resolveCell } from '../cell.ts';
import { type Cell, type Outcome, type Scenario, withoutCondition } from '../scenario.ts';
import type { ScheduledAct } from '../scheduled-acts.ts';
import { withFaults } from '../select.ts';

/** What has to come out for a case to pass. */
export interface Expectation {
  outcome: Outcome;
  /** Id of the claim that has to be among the causes. */
  cause?: string;
  /** Whether each cure that a cause names has to clear the symptom; otherwise cures are not tried. */
  cures: boolean;
}

/** A scenario with versions, seed and what is expected of it. */
export interface PlannedCase {
  name: string;
  /** With the faults of the case in it. */
  scenario: Scenario;
  cell: Cell;
  seed: number;
  net: 'memory' | 'loopback';
  acts: readonly ScheduledAct[];
  /** Milliseconds since the opening of the cluster before which nobody looks at it. */
  lookAfterMs: number;
  expected: Expectation;
  /** The line of the suite file that states it. */
  at?: { file: string; line: number };
}

/** What is said of a case; what is left out has the scenario's default. */
export interface CaseWords extends CellOptions {
  name?: string | undefined;
  faults?: readonly string[] | undefined;
  /** Without the scenario's condition. */
  without?: boolean | undefined;
  acts?: readonly ScheduledAct[] | undefined;
  lookAfterMs?: number | undefined;
  seed: number;
  net: 'memory' | 'loopback';
  expect?: Outcome | undefined;
  cause?: string | undefined;
  cures?: boolean | undefined;
}

/**
 * Plans a case. Where nothing is expected the symptom is, and that every cure named clears it: what the catalog promises
 * of its scenarios; without their condition, health.
 * @throws UsageError for versions and faults that are not known
 */
export function planCase(found: Scenario, words: CaseWords): PlannedCase {
  const { faults = [], without = false, acts = [], lookAfterMs = 0, seed, net, expect, cause } = words;
  const asked = resolveCell(found.defaults, words);
  const [scenario, cell] = without ? withoutCondition(found, asked) : [found, asked];
  const outcome = expect ?? (without ? 'healthy' : 'symptom');
  const cures = words.cures ?? (expect === undefined && outcome === 'symptom');
  return {
    name: words.name ?? nameOf(found, cell, { ...words, faults, without }),
    scenario: withFaults(scenario, faults),
    cell,
    seed,
    net,
    acts,
    lookAfterMs,
    expected: { outcome, cures, ...(cause !== undefined && { cause }) },
  };
}

/** The scenario's id, and what is not as it says. */
function nameOf(
  { id, defaults, playedOn = [] }: Scenario,
  cell: Cell,
  { faults, without }: CaseWords,
): string {
  const versions = [
    playedOn[1] ?? [],
    cell.edgecore === defaults.edgecore ? [] : `edgecore ${cell.edgecore}`,
    cell.cloudcore === cell.edgecore || cell.cloudcore === defaults.cloudcore
      ? []
      : `cloudcore ${cell.cloudcore}`,
    cell.docker === defaults.docker ? [] : `Docker ${cell.docker}`,
    cell.metricsServer === defaults.metricsServer ? [] : `metrics-server ${cell.metricsServer}`,
    without ? 'without its condition' : [],
    ...(faults ?? []),
  ].flat();
  return versions.length === 0 ? id : `${id} (${versions.join(', ')})`;
}
