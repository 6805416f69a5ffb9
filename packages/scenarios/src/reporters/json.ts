import { hopLines } from '../report/last-hops.ts';
import { localised } from '../report/localised.ts';
import { formatScheduledAct } from '../scheduled-acts.ts';
import type { Lang } from '../text.ts';
import { type CaseReport, type Reporter, type Sink, totalsOf } from './reporter.ts';

/** Raised when a member changes its meaning or goes; new members do not raise it. */
const FORMAT = 1;

/** One object for a whole run, as docs/ci.md tables it. */
export function createJsonReporter(sink: Sink, { lang }: { lang: Lang }): Reporter {
  return {
    async end({ cases, startedAtMs, durationMs }) {
      const { passed, failed, error, 'not-played': notPlayed } = totalsOf(cases);
      const run = {
        format: FORMAT,
        startedAtMs,
        durationMs,
        totals: { cases: cases.length, passed, failed, error, notPlayed },
        cases: cases.map(caseJson),
      };
      sink.write(`${JSON.stringify(localised(run, lang), null, 2)}\n`);
      await sink.close();
    },
  };
}

function caseJson({
  planned,
  status,
  reasons,
  result,
  sequence,
  durationMs,
  virtualMs,
  reproduce,
}: CaseReport) {
  const { name, scenario, cell, seed, net, acts, lookAfterMs, expected, at } = planned;
  return {
    name,
    status,
    reasons,
    suite: at ?? null,
    scenario: scenario.id,
    cell,
    faults: scenario.faults.map(({ id }) => id),
    acts: acts.map(formatScheduledAct),
    lookAfterMs,
    seed,
    net,
    expected,
    outcome: result?.outcome ?? null,
    causes: result?.causes ?? [],
    explanation: result?.explanation ?? [],
    cures: result?.cures ?? [],
    control: result?.control ?? null,
    notApplicable: result?.notApplicable ?? null,
    hops: sequence === undefined ? [] : hopLines(sequence, Number.POSITIVE_INFINITY),
    durationMs,
    virtualMs,
    traceHash: result?.traceHash || null,
    reproduce,
  };
}
