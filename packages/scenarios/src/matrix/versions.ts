import { UsageError } from '../usage-error.ts';

/** How many known versions an error names. */
const NEAREST_MAX = 3;

/** Versions a selection picked; those named in full are in `named`, too. */
export interface Selection {
  /** In version order. */
  versions: string[];
  named: ReadonlySet<string>;
}

/** The numbers of a version: `v1.6.1` is 1, 6, 1 and `17.06.2-ce` is 17, 6, 2. */
export const versionParts = (version: string) =>
  (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);

/**
 * Version order. Releases of a maintained line may be younger than those of a newer one (v1.9.4 came after v1.10.0),
 * so this is not the order in which they appeared.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [versionParts(a), versionParts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Picks from `known` what a text asks for: versions, ranges and wildcards separated by commas, as in
 * `v1.5.0..v1.6.2,v1.8.*`. A version given in part means all that begin with it, as a range's end its last or first; an
 * end may be left out. `what` names the kind of version in errors.
 * @throws UsageError naming the nearest known versions
 */
export function selectVersions(text: string, known: readonly string[], what: string): Selection {
  const ordered = [...known].sort(compareVersions);
  const picked = new Set<string>();
  const named = new Set<string>();
  for (const item of text.split(',').map((part) => part.trim())) {
    for (const version of pick(item, ordered, what)) picked.add(version);
    const [only] = item.includes('..') || versionParts(item).length < 3 ? [] : pick(item, ordered, what);
    if (only !== undefined) named.add(only);
  }
  return { versions: ordered.filter((version) => picked.has(version)), named };
}

function pick(item: string, ordered: readonly string[], what: string): string[] {
  const ends = item.split('..');
  if (ends.length > 2) throw malformed(item, what);
  if (ends.length === 1) return beginningWith(item, ordered, what);
  const [from = '', to = ''] = ends.map((end) => end.trim());
  const first = from === '' ? 0 : ordered.indexOf(beginningWith(from, ordered, what)[0] as string);
  const last =
    to === '' ? ordered.length - 1 : ordered.indexOf(beginningWith(to, ordered, what).at(-1) as string);
  if (first > last) {
    throw new UsageError(
      `Tried to use the ${what} range ${JSON.stringify(item)}, which ends before it begins. Swap its ends.`,
    );
  }
  return ordered.slice(first, last + 1);
}

/** The known versions that begin with `v1.8`, `v1.8.*` or `*`, or the one that is meant; never none. */
function beginningWith(item: string, ordered: readonly string[], what: string): string[] {
  if (item === '*') return [...ordered];
  const match = /^v?(\d+(?:\.\d+){0,2})(?:\.\*|-ce)?$/.exec(item);
  if (match === null) throw malformed(item, what);
  const wanted = versionParts(item);
  const found = ordered.filter((version) =>
    wanted.every((part, index) => versionParts(version)[index] === part),
  );
  if (found.length > 0) return found;
  throw new UsageError(
    `Looked for ${what} ${JSON.stringify(item)}, found none; the nearest are ${nearest(wanted, ordered)}. ` +
      'Use known versions, ranges (a..b) or wildcards (a.*).',
  );
}

function nearest(wanted: readonly number[], ordered: readonly string[]): string {
  const place = ([major = 0, minor = 0, patch = 0]: readonly number[]) => major * 1e6 + minor * 1e3 + patch;
  const away = (version: string) => Math.abs(place(versionParts(version)) - place(wanted));
  return [...ordered]
    .sort((a, b) => away(a) - away(b))
    .slice(0, NEAREST_MAX)
    .join(', ');
}

function malformed(item: string, what: string): UsageError {
  return new UsageError(
    `Read ${JSON.stringify(item)} as ${what}, which is no version, range (a..b) or wildcard (a.*).`,
  );
}
