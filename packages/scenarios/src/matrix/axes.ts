import { knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreTags, engineProfile, knownEngineVersions } from '@kubeedge-sim/edge-sim';
import { engineBehaviour } from './behaviour.ts';
import { compareVersions, selectVersions } from './versions.ts';

/** A version along one side of the matrix, and what to call it. */
export interface Place {
  version: string;
  label: string;
}

/** The tags a text selects, by default all, in version order. @throws UsageError */
export function edgecorePlaces(text?: string): Place[] {
  const clouds = new Set(knownCloudcoreReleases());
  const known = edgecoreTags().filter((tag) => clouds.has(tag));
  const { versions } = selectVersions(text ?? '*', known, 'edgecore');
  return versions.map((version) => ({ version, label: version }));
}

/**
 * The engines a text selects, by default all, in version order. Unless all patches are wanted, each line is thinned to
 * its newest patch and to those patches whose data differ; versions named in full stay.
 * @throws UsageError
 */
export function dockerPlaces(text?: string, allPatches = false): Place[] {
  const { versions, named } = selectVersions(text ?? '*', knownEngineVersions(), 'Docker');
  if (allPatches) return versions.map(placeOf);
  const places = versions.filter((version) => named.has(version)).map(placeOf);
  const ranged = versions.filter((version) => !named.has(version));
  for (const [line, patches] of Map.groupBy(ranged, (version) => engineProfile(version).line)) {
    const alike = Map.groupBy(patches, (version) => JSON.stringify(engineBehaviour(engineProfile(version))));
    for (const members of alike.values()) {
      const place = placeOf(members.at(-1) as string);
      places.push(alike.size === 1 ? { ...place, label: line } : place);
    }
  }
  return places.sort((a, b) => compareVersions(a.version, b.version));
}

const placeOf = (version: string): Place => ({ version, label: version.replace(/-ce$/, '') });
