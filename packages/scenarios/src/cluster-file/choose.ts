import type { Scenario } from '../scenario.ts';
import { UsageError } from '../usage-error.ts';
import { onCluster } from './on-cluster.ts';
import { presetCluster, type ResolvedCluster, readCluster } from './resolve.ts';

/** The cluster a command is to use, by its options. */
export interface ClusterFlags {
  /** Name of a preset. */
  preset?: string;
  /** Path of a cluster file. */
  cluster?: string;
}

/** The cluster that options name; undefined when they name none. @throws UsageError */
export function chosenCluster({ preset, cluster }: ClusterFlags): ResolvedCluster | undefined {
  if (preset !== undefined && cluster !== undefined)
    throw new UsageError(
      'Got both --preset and --cluster. Leave one of them out; a cluster file may extend a preset.',
    );
  if (preset !== undefined) return presetCluster(preset);
  return cluster === undefined ? undefined : readCluster(cluster);
}

/** The scenario on the cluster that options name, or on its own. @throws UsageError */
export function onChosenCluster(scenario: Scenario, flags: ClusterFlags): Scenario {
  const cluster = chosenCluster(flags);
  if (cluster === undefined) return scenario;
  const option = flags.preset === undefined ? ['--cluster', flags.cluster ?? ''] : ['--preset', flags.preset];
  return { ...onCluster(scenario, cluster), playedOn: option };
}
