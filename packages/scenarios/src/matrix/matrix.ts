import { resolveCell } from '../cell.ts';
import { openCluster } from '../open-cluster.ts';
import { runForOutcome } from '../run.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { behaviourKey } from './behaviour.ts';

/** A cell of the matrix: one edgecore tag with one engine version. */
export interface MatrixCell {
  edgecore: string;
  docker: string;
}

/** One cell's outcome. */
export interface CellOutcome extends MatrixCell {
  outcome: Outcome;
  /** Ids of the causes. */
  causes: string[];
}

/** Cells that behave alike: the first is played, and its outcome is that of all. */
export type CellClass = readonly [MatrixCell, ...MatrixCell[]];

/** What is to be played, and what is known without playing. */
export interface Plan {
  classes: CellClass[];
  /** Cells the scenario cannot be played with. */
  notApplicable: CellOutcome[];
}

/** Sorts cells into classes of equal behaviour; unless they are to be shared, each cell is a class of its own. */
export function planCells(scenario: Scenario, cells: readonly MatrixCell[], share: boolean): Plan {
  const classes = new Map<string, [MatrixCell, ...MatrixCell[]]>();
  const notApplicable: CellOutcome[] = [];
  for (const cell of cells) {
    const resolved = resolveCell(scenario.defaults, cell);
    if (scenario.notApplicable(resolved) !== undefined) {
      notApplicable.push({ ...cell, outcome: 'not-applicable', causes: [] });
      continue;
    }
    const key = share ? behaviourKey(scenario, resolved) : `${cell.edgecore} ${cell.docker}`;
    const known = classes.get(key);
    if (known === undefined) classes.set(key, [cell]);
    else known.push(cell);
  }
  return { classes: [...classes.values()], notApplicable };
}

/** Plays one cell on the memory net, without its cures. */
export async function playCell(scenario: Scenario, cell: MatrixCell, seed: number): Promise<CellOutcome> {
  const options = { seed, net: 'memory', split: false } as const;
  const { outcome, causes } = await runForOutcome(scenario, resolveCell(scenario.defaults, cell), {
    open: (...args) => openCluster(...args, options),
  });
  return { ...cell, outcome, causes };
}
