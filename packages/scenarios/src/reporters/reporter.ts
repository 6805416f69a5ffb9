import type { Sequence } from '../report/sequence.ts';
import type { Result } from '../run.ts';
import type { PlannedCase } from '../suite/planned-case.ts';
import type { Text } from '../text.ts';

/** What became of a case. `error`: it could not be played to its end; `not-played`: the run ended before it. */
export type CaseStatus = 'passed' | 'failed' | 'error' | 'not-played';

export interface CaseReport {
  planned: PlannedCase;
  status: CaseStatus;
  /** Why it did not pass; empty when it did. */
  reasons: readonly Text[];
  /** Of an error: it is the user's or the machine's, and not one of kubeedge-sim. */
  usage?: boolean;
  /** What was found; absent where it was not played to its end. */
  result?: Result;
  /** The request that the symptom is seen by; absent where there was none. */
  sequence?: Sequence;
  /** How long it took, in milliseconds of the machine. */
  durationMs: number;
  /** How long the observed run took on the world's clock, in milliseconds; 0 where nothing was observed. */
  virtualMs: number;
  /** The command line that plays it again. */
  reproduce: string;
}

export interface RunReport {
  /** In the order of the plan; those that were not played, too. */
  cases: readonly CaseReport[];
  /** When it began, milliseconds since the epoch. */
  startedAtMs: number;
  durationMs: number;
}

/** Is told of a run while it goes on. What it throws does not end the run, but is told at its end. */
export interface Reporter {
  start?(cases: readonly PlannedCase[]): void;
  caseStart?(planned: PlannedCase): void;
  caseEnd?(report: CaseReport): void;
  end(run: RunReport): void | Promise<void>;
}

/** Takes what a reporter writes: standard output, or a file that is whole once it is closed. */
export interface Sink {
  write(text: string): void;
  close(): Promise<void>;
}

/** How many cases have each status. */
export function totalsOf(cases: readonly CaseReport[]): Record<CaseStatus, number> {
  const totals = { passed: 0, failed: 0, error: 0, 'not-played': 0 };
  for (const { status } of cases) totals[status]++;
  return totals;
}
