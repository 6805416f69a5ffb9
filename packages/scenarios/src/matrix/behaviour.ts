import { createHash } from 'node:crypto';
import { httpServerRelease } from '@kubeedge-sim/cloud-sim';
import {
  certificateTraits,
  type EdgecoreRelease,
  type EngineProfile,
  edgecoreRelease,
} from '@kubeedge-sim/edge-sim';
import { dialectOf } from '@kubeedge-sim/wire';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import { profileOf, releaseOf } from '../cluster/edge-half.ts';
import { type Cell, describeWithFaults, type Scenario } from '../scenario.ts';

/** What of an engine only names it: shown to people, never decided by. */
export const engineNames = [
  'version',
  'line',
  'released',
  'gitCommit',
  'goVersion',
  'containerd',
  'runc',
] as const;

/** What of an edgecore release only names it. */
export const edgecoreNames = ['kubernetes', 'kubeletVersion', 'cadvisor'] as const;

/** Any moment: descriptions are compared with each other only. */
const DESCRIBED_AT_MS = 0;

/** The data of an engine without its names, of which the spelling stays: a `-ce` could be read by somebody. */
export function engineBehaviour(profile: EngineProfile): object {
  const { standsInFor: _asked, ...rest } = profile;
  return spelled(rest, engineNames);
}

/** The data of an edgecore release without its names. */
export function edgecoreBehaviour(release: EdgecoreRelease): object {
  return spelled(release, edgecoreNames);
}

/**
 * Equal for cells that are played alike: the scenario's description of the cluster, with the data of each release and
 * engine in place of its version and without what only names them.
 */
export function behaviourKey(scenario: Scenario, cell: Cell): string {
  const description = describeWithFaults(scenario, cell, DESCRIBED_AT_MS);
  const edges = description.edges.map((edge) => {
    const { tag, release, dialect } = releaseOf(edge.edgecore);
    return {
      ...edge,
      // Who joins sees how releases hand out certificates; nobody else does.
      ...(edge.join && { join: [edge.join, certificateTraits(tag), joinedRelease(description.cloudcore)] }),
      edgecore: { ...edgecoreBehaviour(release), dialect: withoutRelease(dialect) },
      docker: engineBehaviour(profileOf(edge.docker)),
    };
  });
  const cluster = { ...description, cloudcore: cloudcoreBehaviour(description.cloudcore), edges };
  return createHash('sha256').update(JSON.stringify(cluster)).digest('base64');
}

function joinedRelease(tag: string): object | undefined {
  const { logSources: _lines, ...behaviour } = httpServerRelease(tag) ?? { logSources: {} };
  return behaviour;
}

/** cloudcore's own data and its side of the tunnel, without the tag and the places its log lines name. */
function cloudcoreBehaviour(tag: string): object | null {
  const row = cloudcoreRow(tag);
  if (row === undefined) return null;
  const { release: _tag, logSources: _lines, ...behaviour } = row;
  const hasTunnel = edgecoreRelease(tag).edgestream !== null;
  return { ...behaviour, dialect: hasTunnel ? withoutRelease(dialectOf(tag)) : null };
}

function withoutRelease(dialect: object | null): object | null {
  if (dialect === null) return null;
  const { release: _tag, ...behaviour } = dialect as { release?: string };
  return behaviour;
}

function spelled(data: object, names: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, names.includes(key) ? spelling(key, value) : value]),
  );
}

/** `17.06.2-ce` and `17.09.1-ce` are spelled alike; a commit or a date is spelled anyhow. */
const spelling = (key: string, value: unknown) =>
  key === 'version' || key === 'kubeletVersion' ? String(value).replace(/\d+/g, '#') : '#';
