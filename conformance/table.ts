import type { Case } from './cases/case.ts';
import type { Seen } from './play.ts';

export type OurHalf = 'ourCloud' | 'ourEdge';

/** Why our half is not as the real one in a case: of some releases, or of all. */
export interface Reason {
  readonly case: string;
  readonly half: OurHalf;
  /** Default: every release that has the case. */
  readonly releases?: readonly string[];
  readonly why: string;
}

export interface Cell {
  readonly case: string;
  readonly release: string;
  readonly half: OurHalf;
  readonly verdict: 'equal' | 'differs' | 'not applicable';
  /** Of a difference, or of what cannot be played. */
  readonly why?: string;
}

const halves: readonly OurHalf[] = ['ourCloud', 'ourEdge'];

/** One cell for each case, release and half of ours. */
export function judge(
  cases: readonly Case[],
  seen: Readonly<Record<string, Readonly<Record<string, Seen>>>>,
  reasons: readonly Reason[],
): Cell[] {
  return Object.entries(seen).flatMap(([release, ofRelease]) =>
    cases.flatMap((one) => halves.map((half) => cellOf(one, release, half, ofRelease[one.name], reasons))),
  );
}

function cellOf(
  one: Case,
  release: string,
  half: OurHalf,
  seen: Seen | undefined,
  reasons: readonly Reason[],
): Cell {
  const cell = { case: one.name, release, half };
  if (one.of === 'cloud' && half === 'ourEdge')
    return { ...cell, verdict: 'not applicable', why: 'the case is the edge' };
  if (one.of === 'edge' && half === 'ourCloud')
    return { ...cell, verdict: 'not applicable', why: 'the case is the cloud' };
  const notIn = one.notIn?.(release);
  if (notIn !== undefined) return { ...cell, verdict: 'not applicable', why: notIn };
  const ours = seen?.[half];
  if (seen === undefined || ours === undefined) {
    throw new Error(`Looked for ${half} of ${release} in "${one.name}", found nothing played.`);
  }
  if (ours.join('\n') === seen.real.join('\n')) return { ...cell, verdict: 'equal' };
  const why = reasons.find((reason) => speaksOf(reason, cell))?.why;
  return { ...cell, verdict: 'differs', ...(why !== undefined && { why }) };
}

function speaksOf(reason: Reason, cell: { case: string; release: string; half: OurHalf }): boolean {
  const { releases } = reason;
  return reason.case === cell.case && reason.half === cell.half && (releases?.includes(cell.release) ?? true);
}

/** What makes a run fail: a difference nobody has explained, and an explanation of what does not differ. */
export function problemsOf(cells: readonly Cell[], reasons: readonly Reason[], isPart: boolean): string[] {
  const at = ({ release, half, case: name }: Cell) => `${release}, ${half}, "${name}"`;
  const unexplained = cells
    .filter(({ verdict, why }) => verdict === 'differs' && why === undefined)
    .map(
      (cell) => `${at(cell)} differs, and conformance/reasons.data.ts does not say why. See it with --show.`,
    );
  const needless = reasons.flatMap((reason) => {
    const about = cells.filter((cell) => speaksOf(reason, cell) && cell.verdict !== 'not applicable');
    const equal = about.filter(({ verdict }) => verdict === 'equal').map(at);
    if (about.length === 0 && !isPart)
      return [`conformance/reasons.data.ts explains "${reason.case}", which is no case.`];
    return equal.map((text) => `${text} is equal, and conformance/reasons.data.ts explains why it is not.`);
  });
  return [...unexplained, ...needless];
}

/** The table of all cases, and below it the reasons. */
export function tableText(
  cases: readonly Case[],
  releases: readonly string[],
  cells: readonly Cell[],
): string {
  const notes: string[] = [];
  const mark = (name: string, release: string, half: OurHalf): string => {
    const cell = cells.find((one) => one.case === name && one.release === release && one.half === half);
    if (cell === undefined) return '?';
    if (cell.verdict === 'equal') return 'equal';
    const why = cell.why ?? 'not explained';
    if (!notes.includes(why)) notes.push(why);
    return `${cell.verdict === 'differs' ? 'differs' : 'n/a'} [${notes.indexOf(why) + 1}]`;
  };
  const columns = releases.flatMap((release) => [`${release} our cloud`, `${release} our edge`]);
  const rows = cases.map(({ name }) => [
    name,
    ...releases.flatMap((release) => halves.map((half) => mark(name, release, half))),
  ]);
  const widths = ['case', ...columns].map((head, index) =>
    Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (texts: readonly string[]) =>
    `| ${texts.map((text, index) => text + ' '.repeat((widths[index] ?? 0) - text.length)).join(' | ')} |`;
  const count = (verdict: Cell['verdict']) => cells.filter((cell) => cell.verdict === verdict).length;
  return [
    `${count('equal')} cells are equal, ${count('differs')} differ, ${count('not applicable')} do not apply.`,
    '',
    line(['case', ...columns]),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    ...notes.map((why, index) => `${index + 1}. ${why}`),
  ].join('\n');
}

/** Where a table that was made before says something else of what was played now. */
export function disagreements(documented: string, cells: readonly Cell[]): string[] {
  const rows = documented
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((text) => text.trim()),
    );
  const [head = []] = rows;
  return cells
    .filter(({ verdict }) => verdict === 'equal' || verdict === 'differs')
    .flatMap(({ case: name, release, half, verdict }) => {
      const column = head.indexOf(`${release} ${half === 'ourCloud' ? 'our cloud' : 'our edge'}`);
      const found = rows.find(([first]) => first === name)?.[column] ?? 'nothing';
      if (found.startsWith(verdict)) return [];
      return [
        `${release}, ${half}, "${name}": found ${verdict}, docs/conformance.md says ${found}. Run it with --write.`,
      ];
    });
}

/** What differs, line by line. */
export function shownText(
  cells: readonly Cell[],
  seen: Readonly<Record<string, Readonly<Record<string, Seen>>>>,
): string {
  return cells
    .filter(({ verdict }) => verdict === 'differs')
    .map((cell) => {
      const both = seen[cell.release]?.[cell.case];
      const text = (lines: readonly string[] = []) => lines.map((line) => `    ${line}`).join('\n');
      return `${cell.release}, "${cell.case}"\n  real\n${text(both?.real)}\n  ${cell.half}\n${text(both?.[cell.half])}`;
    })
    .join('\n\n');
}
