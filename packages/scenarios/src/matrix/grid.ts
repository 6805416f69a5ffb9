import type { Outcome } from '../scenario.ts';
import type { Place } from './axes.ts';
import type { CellOutcome } from './matrix.ts';

/** Neighbouring versions that stand as one row or column. */
export interface Band {
  first: Place;
  last: Place;
}

/** The outcomes of a matrix, to be drawn: rows are edgecore tags, columns engines, both in version order. */
export interface Grid {
  rows: readonly Band[];
  columns: readonly Band[];
  /** The outcome of a band's first versions, which is that of all its versions. */
  at(row: number, column: number): CellOutcome;
}

/** What tells one outcome from another: the word and the causes. */
export const lookOf = ({ outcome, causes }: Pick<CellOutcome, 'outcome' | 'causes'>) =>
  [outcome, ...causes].join(' ');

/** `v1.7.0 – v1.11.3`, or the only version there is. */
export const bandLabel = ({ first, last }: Band) =>
  first.version === last.version ? first.label : `${first.label} – ${last.label}`;

/** A grid of every version by itself. */
export function createGrid(
  rows: readonly Place[],
  columns: readonly Place[],
  cells: readonly CellOutcome[],
): Grid {
  const found = new Map(cells.map((cell) => [`${cell.edgecore} ${cell.docker}`, cell]));
  const alone = (place: Place): Band => ({ first: place, last: place });
  return gridOf(rows.map(alone), columns.map(alone), (edgecore, docker) => {
    const cell = found.get(`${edgecore} ${docker}`);
    if (cell === undefined) throw new RangeError(`The matrix has no cell ${edgecore} with Docker ${docker}.`);
    return cell;
  });
}

/** Joins neighbouring rows without a difference. */
export function joinRows(grid: Grid): Grid {
  const rows = joinBands(
    grid.rows,
    (row) => !grid.columns.some((_, column) => changesBelow(grid, row, column)),
  );
  return gridOf(rows, grid.columns, lookUp(grid));
}

/** Joins neighbouring columns without a difference. */
export function joinColumns(grid: Grid): Grid {
  const columns = joinBands(
    grid.columns,
    (column) => !grid.rows.some((_, row) => changesRight(grid, row, column)),
  );
  return gridOf(grid.rows, columns, lookUp(grid));
}

/** Whether the outcome of a cell differs from that of its neighbour to the right. */
export function changesRight(grid: Grid, row: number, column: number): boolean {
  return (
    column + 1 < grid.columns.length && lookOf(grid.at(row, column)) !== lookOf(grid.at(row, column + 1))
  );
}

/** Whether the outcome of a cell differs from that of its neighbour below. */
export function changesBelow(grid: Grid, row: number, column: number): boolean {
  return row + 1 < grid.rows.length && lookOf(grid.at(row, column)) !== lookOf(grid.at(row + 1, column));
}

type LookUp = (edgecore: string, docker: string) => CellOutcome;

function gridOf(rows: readonly Band[], columns: readonly Band[], cell: LookUp): Grid {
  return {
    rows,
    columns,
    at: (row, column) => cell((rows[row] as Band).first.version, (columns[column] as Band).first.version),
  };
}

function lookUp(grid: Grid): LookUp {
  const rows = new Map(grid.rows.map(({ first }, index) => [first.version, index]));
  const columns = new Map(grid.columns.map(({ first }, index) => [first.version, index]));
  return (edgecore, docker) => grid.at(rows.get(edgecore) as number, columns.get(docker) as number);
}

function joinBands(bands: readonly Band[], sameAsNext: (index: number) => boolean): Band[] {
  const joined: Band[] = [];
  for (const [index, band] of bands.entries()) {
    const last = joined.at(-1);
    if (last !== undefined && sameAsNext(index - 1)) last.last = band.last;
    else joined.push({ ...band });
  }
  return joined;
}

/** One line of a legend: an outcome with its causes, how it is marked, and how many cells have it. */
export interface LegendEntry {
  look: string;
  letter: string;
  /** The letter, with a number where several causes share it. */
  mark: string;
  outcome: Outcome;
  causes: readonly string[];
  count: number;
}

const letters: Record<Outcome, string> = { symptom: 'S', healthy: 'H', other: 'O', 'not-applicable': '·' };
const order: readonly Outcome[] = ['symptom', 'healthy', 'other', 'not-applicable'];

/** The letter an outcome is drawn with. */
export const letterOf = (outcome: Outcome) => letters[outcome];

/** What the cells of a matrix came out as, the commonest cause of each outcome first. */
export function legendOf(cells: readonly CellOutcome[]): LegendEntry[] {
  const looks = [...Map.groupBy(cells, lookOf)].map(([look, members]) => {
    const { outcome, causes } = members[0] as CellOutcome;
    return { look, letter: letters[outcome], outcome, causes, count: members.length };
  });
  const entries = looks.sort(
    (a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || b.count - a.count,
  );
  return entries.map((entry) => {
    const alike = entries.filter(({ outcome }) => outcome === entry.outcome);
    const mark = alike.length === 1 ? entry.letter : `${entry.letter}${alike.indexOf(entry) + 1}`;
    return { ...entry, mark };
  });
}
