import type { Scenario } from 'kubeedge-sim';
import { type Cell, namesTheSame, type Played, type Side } from './play.ts';

/** A difference that has a reason. */
export interface Difference {
  scenario: string;
  side: Side;
  version: string;
  why: string;
}

export interface Verdict {
  cell: Cell;
  /** What stands in the table: the same names, or a difference and its reason. */
  text: string;
  /** Why the run fails, if it does. */
  problems: readonly string[];
}

const titles: Record<Side, string> = { fault: 'present', cured: 'absent' };
const at = ({ scenario, side, version }: Cell) => `${version}, ${scenario.id}, condition ${titles[side]}`;

const speaksOf = (difference: Difference, cell: Cell) =>
  difference.scenario === cell.scenario.id &&
  difference.side === cell.side &&
  difference.version === cell.version;

export function judge(cell: Cell, played: Played, differences: readonly Difference[]): Verdict {
  const { real, model, unequal, uncompared } = played;
  const known = differences.find((difference) => speaksOf(difference, cell));
  const same = namesTheSame(played) && unequal.length === 0;
  const counts = `${count(real.nodes, 'node')}, ${count(real.pods, 'pod')}`;
  const problems: string[] = [];
  if (same && known !== undefined) {
    problems.push(`${at(cell)} is the same, and parity/differences.data.ts explains why it is not.`);
  }
  if (!same && known === undefined) {
    const names = namesTheSame(played)
      ? []
      : [`real ${JSON.stringify(real)}, model ${JSON.stringify(model)}`];
    problems.push([`${at(cell)} differs:`, ...names, ...unequal].join('\n  '));
  }
  if (uncompared.length > 0)
    problems.push(
      `${at(cell)}: never seen with one sample and the same values on both sides: ${uncompared.join(', ')}.`,
    );
  const text = same ? `same: ${counts}` : `differs: ${known?.why ?? 'not explained'}`;
  return { cell, text, problems };
}

const count = (names: readonly string[], what: string) =>
  `${names.length} ${what}${names.length === 1 ? '' : 's'}`;

/** What makes a run fail. */
export function problemsOf(
  verdicts: readonly Verdict[],
  differences: readonly Difference[],
  isPart: boolean,
): string[] {
  const idle = differences.filter((difference) => !verdicts.some(({ cell }) => speaksOf(difference, cell)));
  return [
    ...verdicts.flatMap(({ problems }) => problems),
    ...(isPart
      ? []
      : idle.map(({ scenario }) => `parity/differences.data.ts explains ${scenario}, which was not played.`)),
  ];
}

const HEAD = ['scenario', 'its condition'];

export function tableText(
  scenarios: readonly Scenario[],
  versions: readonly string[],
  verdicts: readonly Verdict[],
): string {
  const of = (scenario: string, side: Side, version: string) =>
    verdicts.find(
      ({ cell }) => cell.scenario.id === scenario && cell.side === side && cell.version === version,
    )?.text ?? '';
  const rows = scenarios.flatMap(({ id }) =>
    (['fault', 'cured'] as const).map((side) => [
      id,
      titles[side],
      ...versions.map((version) => of(id, side, version)),
    ]),
  );
  const head = [...HEAD, ...versions];
  const widths = head.map((text, index) =>
    Math.max(text.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Where a table that was made before says something else of what was played now. */
export function disagreements(documented: string, verdicts: readonly Verdict[]): string[] {
  const [head = [], , ...rows] = documented
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((text) => text.trim()),
    );
  return verdicts.flatMap(({ cell, text }) => {
    const row = rows.find(([id, side]) => id === cell.scenario.id && side === titles[cell.side]);
    const found = row?.[head.indexOf(cell.version)] ?? 'nothing';
    return found === text
      ? []
      : [`${at(cell)}: found "${text}", docs/parity.md says "${found}". Run it with --write.`];
  });
}
