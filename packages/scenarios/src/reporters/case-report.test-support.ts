// Reports of cases as a run makes them, with any text in them, and what reporters write of them.
import type { Sequence } from '../report/sequence.ts';
import { findScenario } from '../select.ts';
import { planCase } from '../suite/planned-case.ts';
import type { CaseReport, CaseStatus, Reporter, Sink } from './reporter.ts';

/** The report of a case in which every free text is `text`. */
export function reportOf(status: CaseStatus, text = 'a text'): CaseReport {
  const planned = planCase(findScenario('missing-pod-metrics'), { name: text, seed: 1, net: 'memory' });
  const said = { en: text, zh: text };
  const failing = status === 'failed';
  return {
    planned: { ...planned, at: { file: '/repo/ci/fleet.yaml', line: 7 } },
    status,
    reasons: status === 'passed' ? [] : [said],
    ...(status === 'not-played' || status === 'error'
      ? {}
      : { result: resultOf(failing), sequence: sequenceWith(text) }),
    durationMs: 1_234,
    virtualMs: 30_018,
    reproduce: `npx kubeedge-sim replay missing-pod-metrics '${text}'`,
  };

  function resultOf(found: boolean): NonNullable<CaseReport['result']> {
    const cause = {
      id: 'a-cause',
      text: said,
      layer: said,
      evidence: [1, 2, 3, 4, 5],
      hop: 'docker',
      cures: [],
    } as const;
    const { scenario, cell, seed, net } = planned;
    return {
      scenario: scenario.id,
      faults: [],
      cell,
      seed,
      net,
      observations: [],
      cures: [],
      traceHash: 'abc',
      outcome: found ? 'symptom' : 'healthy',
      causes: found ? [{ ...cause, evidence: [...cause.evidence] }] : [],
      explanation: found ? [{ id: 'a-cause', text: said, evidence: [1, 2, 3, 4, 5] }] : [],
    };
  }
}

/** A sequence with a text in an arrow, a note and a label. */
export function sequenceWith(text: string): Sequence {
  const step = { atSeconds: 1, times: 1, events: [1], text } as const;
  return {
    participants: [
      { id: 'caller', label: text },
      { id: 'docker', label: 'Docker' },
    ],
    steps: [
      { ...step, from: 'caller', to: 'docker', arrow: 'ask', events: [1] },
      { ...step, from: 'docker', to: 'caller', arrow: 'lost', events: [2] },
      { ...step, from: 'docker', arrow: 'note', events: [3] },
      { ...step, from: 'caller', arrow: 'note', events: [4] },
    ],
    failing: 'docker',
  };
}

/** A sink that keeps what it is given. */
export function keepingSink(): Sink & { text: () => string } {
  let text = '';
  return {
    write(part) {
      text += part;
    },
    close: async () => {},
    text: () => text,
  };
}

/** What a reporter writes of a run of these cases. */
export async function written(
  create: (sink: Sink) => Reporter,
  cases: readonly CaseReport[],
): Promise<string> {
  const sink = keepingSink();
  const reporter = create(sink);
  reporter.start?.(cases.map(({ planned }) => planned));
  for (const report of cases) {
    reporter.caseStart?.(report.planned);
    reporter.caseEnd?.(report);
  }
  await reporter.end({ cases, startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5), durationMs: 5_678 });
  return sink.text();
}

/** Texts that break what does not escape them. */
export const hostileTexts = [
  'a & b < c > d " e \' f ]]> g <!-- h --> <script>alert(1)</script>',
  'tab\tline\nreturn\rnul\u0000 bell\u0007 escape\u001b[31m delete\u007f non\ufffe \ufffffoo',
  '中文，边缘节点 🛰️ lone\ud800surrogate',
  '100% ::error file=x::y %0A , : ;',
  '```\n# heading\n| cell | @octocat #12 ![x](y) <details>',
  'end; participant x as y\nNote over a: b #35; %%{init: {}}%% autonumber "quoted"',
];
