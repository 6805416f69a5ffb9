import type { Place } from './axes.ts';
import { type Grid, lookOf } from './grid.ts';
import type { CellOutcome } from './matrix.ts';

/** A version at which the outcome is not that of the one before it. */
export interface Change {
  /** The version and the engine or release it was played with. */
  at: CellOutcome;
  /** The version before. */
  before: CellOutcome;
}

/**
 * The versions at which the outcome changes, in version order. Every version is looked at: a search by halves would
 * find one change of several, and the founding fault came and went.
 */
export function findChanges(cells: readonly CellOutcome[]): Change[] {
  return cells.flatMap((at, index) => {
    const before = cells[index - 1];
    return before !== undefined && lookOf(before) !== lookOf(at) ? [{ at, before }] : [];
  });
}

/** The cells along the side of a matrix that is one wide, and which side that is; undefined if neither is. */
export function lineOf(
  grid: Grid,
): { along: 'edgecore' | 'docker'; fixed: Place; cells: CellOutcome[] } | undefined {
  const [row, secondRow] = grid.rows;
  const [column, secondColumn] = grid.columns;
  if (column !== undefined && secondColumn === undefined) {
    return { along: 'edgecore', fixed: column.first, cells: grid.rows.map((_, index) => grid.at(index, 0)) };
  }
  if (row === undefined || secondRow !== undefined) return undefined;
  return { along: 'docker', fixed: row.first, cells: grid.columns.map((_, index) => grid.at(0, index)) };
}
