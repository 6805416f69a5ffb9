import { EdgeError } from '../errors.ts';
import type { EdgecoreRelease } from './release.ts';
import { edgecoreReleases } from './releases.data.ts';

/** Tags of all releases, oldest first. */
export function edgecoreTags(): string[] {
  return Object.keys(edgecoreReleases);
}

/**
 * The release of a tag; the `v` may be left out. @throws EdgeError EDGE_ERR_RELEASE_UNKNOWN with the nearest
 * known tags
 */
export function edgecoreRelease(tag: string): EdgecoreRelease {
  const release = edgecoreReleases[`v${tag.replace(/^v/, '')}`];
  if (release !== undefined) return release;
  const wanted = versionNumber(tag);
  const nearest = edgecoreTags()
    .sort((a, b) => Math.abs(versionNumber(a) - wanted) - Math.abs(versionNumber(b) - wanted))
    .slice(0, 3);
  throw new EdgeError('EDGE_ERR_RELEASE_UNKNOWN', {
    found: JSON.stringify(tag),
    nearest: nearest.join(', '),
  });
}

function versionNumber(tag: string): number {
  const [major = 0, minor = 0, patch = 0] = tag
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0);
  return major * 1_000_000 + minor * 1_000 + patch;
}
