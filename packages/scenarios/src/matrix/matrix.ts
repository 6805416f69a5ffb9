import { knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreTags, knownEngineVersions } from '@kubeedge-sim/edge-sim';
import { resolveCell } from '../cell.ts';
import { openCluster } from '../open-cluster.ts';
import { runScenario } from '../run.ts';
import type { Outcome, Scenario } from '../scenario.ts';

/** One cell's outcome. */
export interface CellOutcome {
  edgecore: string;
  docker: string;
  outcome: Outcome;
  causes: string[];
}

/** A run of engine versions with one outcome, oldest first. */
export interface OutcomeRange {
  from: string;
  to: string;
  outcome: Outcome;
  causes: string[];
}

/** Every edgecore tag with every engine version, edgecore first. Both have to be known to the simulator. */
export function matrixCells(
  edgecore = edgecoreTags(),
  docker = knownEngineVersions(),
): { edgecore: string; docker: string }[] {
  const tags = new Set(knownCloudcoreReleases());
  return edgecore
    .filter((tag) => tags.has(tag))
    .flatMap((tag) => docker.map((version) => ({ edgecore: tag, docker: version })));
}

/** Plays one cell on the memory net, without its cures. */
export async function playCell(
  scenario: Scenario,
  cell: { edgecore: string; docker: string },
  seed: number,
): Promise<CellOutcome> {
  const options = { seed, net: 'memory', split: false } as const;
  const { outcome, causes } = await runScenario(scenario, resolveCell(scenario.defaults, cell), {
    ...options,
    withoutCures: true,
    open: (...args) => openCluster(...args, options),
  });
  return { ...cell, outcome, causes: causes.map(({ id }) => id) };
}

/** Joins neighbouring engine versions of one outcome and one cause. `cells` are of one edgecore, in order. */
export function joinRanges(cells: readonly CellOutcome[]): OutcomeRange[] {
  const ranges: OutcomeRange[] = [];
  for (const { docker, outcome, causes } of cells) {
    const last = ranges.at(-1);
    if (last !== undefined && last.outcome === outcome && last.causes.join() === causes.join())
      last.to = docker;
    else ranges.push({ from: docker, to: docker, outcome, causes });
  }
  return ranges;
}
