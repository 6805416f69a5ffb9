import { type CloudcoreLimits, cloudcoreLimitsDefault } from '@kubeedge-sim/cloud-sim';
import { type EdgecoreLimits, edgecoreLimitsDefault } from '@kubeedge-sim/edge-sim';
import type { ClusterDescription } from './cluster/description.ts';
import type { Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** Bounds of the simulator's, docs/limits.md; a name that both halves have is for both. */
export type Limits = Partial<CloudcoreLimits & EdgecoreLimits>;

/**
 * Reads `name=value`, several times over; bytes take a suffix: `messageBytes=4Mi`.
 * @throws UsageError naming the limits there are
 */
export function readLimits(texts: readonly string[] | undefined): Limits {
  return Object.fromEntries((texts ?? []).map(readLimit));
}

function readLimit(text: string): [name: string, value: number] {
  const [, name = '', digits = '', suffix = ''] = /^(\w+)=(\d{1,12})(Ki|Mi|Gi)?$/.exec(text) ?? [];
  const value = Number(digits) * (SUFFIXES[suffix] ?? 1);
  if (limitNames.has(name) && value >= 1) return [name, value];
  throw new UsageError(
    `Tried to read ${JSON.stringify(text)} as a limit; give <name>=<number>, e.g. messageBytes=4Mi. ` +
      `The names are ${[...limitNames].join(', ')}.`,
  );
}

const SUFFIXES: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };
/** Names of all limits. */
export const limitNames: ReadonlySet<string> = new Set([
  ...Object.keys(cloudcoreLimitsDefault),
  ...Object.keys(edgecoreLimitsDefault),
]);

/** Those of one half. */
function of<L extends object>(defaults: L, limits: Limits): Partial<L> {
  return Object.fromEntries(Object.entries(limits).filter(([name]) => name in defaults)) as Partial<L>;
}

export const limitsOfCloudcore = (limits: Limits) => of(cloudcoreLimitsDefault, limits);
export const limitsOfEdgecore = (limits: Limits) => of(edgecoreLimitsDefault, limits);

/** The description with these limits on top of its own. */
export function limitCluster(description: ClusterDescription, limits: Limits): ClusterDescription {
  return {
    ...description,
    limits: { ...description.limits, ...limitsOfCloudcore(limits) },
    edges: description.edges.map((edge) => ({
      ...edge,
      limits: { ...edge.limits, ...limitsOfEdgecore(limits) },
    })),
  };
}

/** The scenario on a cluster with these limits. */
export function withLimits(scenario: Scenario, limits: Limits): Scenario {
  if (Object.keys(limits).length === 0) return scenario;
  return { ...scenario, describe: (cell, nowMs) => limitCluster(scenario.describe(cell, nowMs), limits) };
}
