import { CloudcoreError, metricsServerVersions } from '@kubeedge-sim/cloud-sim';
import { EdgeError, edgecoreRelease, engineProfile } from '@kubeedge-sim/edge-sim';
import { cloudcoreRow } from './cluster/cloudcore-row.ts';
import type { Cell } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** The versions a user gave; those not given come from the scenario. */
export type CellOptions = { [K in keyof Cell]?: string | undefined };

/**
 * A cell of known versions in their usual spelling. cloudcore follows edgecore unless given: clusters run one release.
 * @throws UsageError naming the nearest known versions
 */
export function resolveCell(defaults: Cell, options: CellOptions): Cell {
  const edgecore = tag(options.edgecore ?? defaults.edgecore);
  const cloudcore = tag(
    options.cloudcore ?? (options.edgecore === undefined ? defaults.cloudcore : edgecore),
  );
  const metricsServer = tag(options.metricsServer ?? defaults.metricsServer);
  known(() => edgecoreRelease(edgecore));
  known(() => cloudcoreRow(cloudcore));
  const docker = known(() => engineProfile(options.docker ?? defaults.docker)).version;
  if (!Object.hasOwn(metricsServerVersions, metricsServer)) {
    const versions = Object.keys(metricsServerVersions).join(', ');
    throw new UsageError(
      `Looked up metrics-server ${metricsServer}; simulated are ${versions}. Use one of those.`,
    );
  }
  return { edgecore, cloudcore, docker, metricsServer };
}

const tag = (version: string) => `v${version.replace(/^v/, '')}`;

/** @throws UsageError for a version that is not known */
function known<T>(lookUp: () => T): T {
  try {
    return lookUp();
  } catch (error) {
    // A release from before the tunnel is known, and that it has none is what is to be seen.
    if (error instanceof CloudcoreError && error.code === 'CLOUDCORE_ERR_NO_CLOUDSTREAM')
      return undefined as T;
    if (error instanceof EdgeError || error instanceof CloudcoreError) throw new UsageError(error.message);
    throw error;
  }
}
