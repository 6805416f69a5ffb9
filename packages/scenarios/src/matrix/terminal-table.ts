import { styleText } from 'node:util';
import type { Outcome, Scenario } from '../scenario.ts';
import { bandLabel, changesBelow, changesRight, type Grid, type LegendEntry, letterOf } from './grid.ts';

/** Joints of the borders, by which of up, right, down and left have a line (1, 2, 4, 8). */
const JOINTS = ' ╵╶└╷│┌├╴┘─┴┐┤┬┼';

const outcomeNames: Record<Outcome, string> = {
  symptom: 'symptom',
  healthy: 'healthy',
  other: 'other',
  'not-applicable': 'not applicable',
};
const styles: Record<Outcome, Parameters<typeof styleText>[0]> = {
  symptom: ['bold', 'white', 'bgRed'],
  healthy: 'green',
  other: ['bold', 'yellow'],
  'not-applicable': 'dim',
};

/** The matrix for a terminal: one letter a cell, and a border wherever the outcome changes. */
export function drawTable(grid: Grid, colour: boolean): string {
  const paint = (outcome: Outcome) =>
    colour ? styleText(styles[outcome], letterOf(outcome), { validateStream: false }) : letterOf(outcome);
  const width = Math.max(...grid.rows.map((row) => bandLabel(row).length));
  const lines = drawHeading(grid).map((line) => `${' '.repeat(width)}  ${line}`);
  for (const [row, band] of grid.rows.entries()) {
    const cells = grid.columns.map(
      (_, column) => paint(grid.at(row, column).outcome) + (changesRight(grid, row, column) ? '│' : ' '),
    );
    lines.push(`${bandLabel(band).padEnd(width)}  ${cells.join('')}`);
    const border = drawBorder(grid, row);
    if (border !== undefined) lines.push(`${' '.repeat(width)}  ${border}`);
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Under the table: what the letters mean, how many cells have each, and the causes with their layer. */
export function drawLegend(legend: readonly LegendEntry[], scenario: Scenario): string {
  const layers = new Map(scenario.claims.map(({ id, cause }) => [id, cause?.layer.en]));
  const width = Math.max(...legend.map(({ count }) => String(count).length));
  const lines = legend.map(({ letter, outcome, causes, count }) => {
    const why = causes.map((id) => `${id} (${layers.get(id) ?? 'unknown layer'})`).join(', ');
    return `${letter}  ${String(count).padStart(width)}  ${outcomeNames[outcome]}${why === '' ? '' : `: ${why}`}\n`;
  });
  return lines.join('');
}

/** The columns' names, read downwards; a joined column is named by its first version. */
function drawHeading({ columns }: Grid): string[] {
  const names = columns.map(({ first }) => first.label);
  const height = Math.max(...names.map((name) => name.length));
  return Array.from({ length: height }, (_, line) =>
    names.map((name) => name.padStart(height)[line] ?? ' ').join(' '),
  );
}

/** The line between a row and the next, undefined where nothing changes. */
function drawBorder(grid: Grid, row: number): string | undefined {
  if (!grid.columns.some((_, column) => changesBelow(grid, row, column))) return undefined;
  const drawn = grid.columns.map((_, column) => {
    const left = changesBelow(grid, row, column);
    const right = column + 1 < grid.columns.length && changesBelow(grid, row, column + 1);
    const up = changesRight(grid, row, column);
    const down = changesRight(grid, row + 1, column);
    const joint = (up ? 1 : 0) + (right ? 2 : 0) + (down ? 4 : 0) + (left ? 8 : 0);
    // Beyond the last column there is nothing to be joined to.
    return `${left ? '─' : ' '}${column + 1 < grid.columns.length ? JOINTS[joint] : ''}`;
  });
  return drawn.join('');
}
