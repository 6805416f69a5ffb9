import { releaseRows } from './dialects.data.ts';
import { wireError } from './errors.ts';

/** A field of Go's url.URL as it is named in JSON. */
export type UrlJsonField =
  | 'Scheme'
  | 'Opaque'
  | 'User'
  | 'Host'
  | 'Path'
  | 'RawPath'
  | 'OmitHost'
  | 'ForceQuery'
  | 'RawQuery'
  | 'Fragment'
  | 'RawFragment';

/**
 * What one build of KubeEdge speaks on the stream tunnel. Plain data; build one by hand for a release
 * compiled with another Go toolchain, e.g. `{ ...dialectOf('v1.6.1'), ...goJsonTraits('1.19') }`.
 */
export type Dialect = {
  /** Release tag such as `v1.6.1`, or any label for a hand-made dialect. */
  readonly release: string;
  readonly tunnel: true;
  /** Message type numbers this release's code has constants for. */
  readonly messageTypes: readonly number[];
  /** Cap on the data of a received message, in bytes; null when nothing is capped. */
  readonly bodyBytesMax: number | null;
  /** Hostname headers the edge sends, spelt as in its source. */
  readonly hostnameHeadersSent: readonly string[];
  /** Hostname headers the cloud reads; the first that is not empty wins. */
  readonly hostnameHeadersRead: readonly string[];
} & GoJsonTraits;

/** The part of a {@link Dialect} that depends on the Go toolchain, not on KubeEdge. */
export type GoJsonTraits = {
  /** Go toolchain of the build, e.g. `1.14`. */
  readonly goVersion: string;
  /** Fields of url.URL in JSON, in struct order. */
  readonly urlJsonFields: readonly UrlJsonField[];
  /** Whether encoding/json writes `\b` and `\f` (Go >= 1.22) instead of `\u0008` and `\u000c`. */
  readonly jsonShortEscapes: boolean;
};

/** One release of the table: a dialect, or a release that has no tunnel at all. */
export type ReleaseRow = Dialect | { readonly release: string; readonly tunnel: false };

/**
 * The dialect of an official release.
 *
 * @param release tag, e.g. `v1.6.1`
 * @throws WireError WIRE_ERR_DIALECT_UNKNOWN naming the nearest known tags, WIRE_ERR_DIALECT_NO_TUNNEL
 */
export function dialectOf(release: string): Dialect {
  const row = releaseRows.find((candidate) => candidate.release === release);
  if (row === undefined) {
    const nearest = nearestReleases(release).join(', ');
    throw wireError('WIRE_ERR_DIALECT_UNKNOWN', { found: JSON.stringify(release), nearest });
  }
  if (!row.tunnel) throw wireError('WIRE_ERR_DIALECT_NO_TUNNEL', { found: release });
  return row;
}

/** Tags of the whole table, oldest version first, releases without a tunnel included. */
export function knownReleases(): string[] {
  return releaseRows.map((row) => row.release);
}

/**
 * What a Go toolchain writes: which url.URL fields exist and how control characters are escaped.
 * RawFragment came with Go 1.15, OmitHost with Go 1.19, `\b` and `\f` with Go 1.22, another order with Go 1.26.
 *
 * @param goVersion e.g. `1.14` or `1.19.8`; holds for 1.13 to 1.23, and for 1.26
 */
export function goJsonTraits(goVersion: string): GoJsonTraits {
  const minor = Number(goVersion.split('.')[1] ?? 0);
  const jsonShortEscapes = minor >= 22;
  if (minor >= 26) return { goVersion, urlJsonFields: urlJsonFieldsFrom26, jsonShortEscapes };
  const urlJsonFields: UrlJsonField[] = ['Scheme', 'Opaque', 'User', 'Host', 'Path', 'RawPath'];
  if (minor >= 19) urlJsonFields.push('OmitHost');
  urlJsonFields.push('ForceQuery', 'RawQuery', 'Fragment');
  if (minor >= 15) urlJsonFields.push('RawFragment');
  return { goVersion, urlJsonFields, jsonShortEscapes };
}

// golang/go go1.26.8 src/net/url/url.go type URL. No official build of KubeEdge has it yet.
const urlJsonFieldsFrom26: readonly UrlJsonField[] = [
  'Scheme',
  'Opaque',
  'User',
  'Host',
  'Path',
  'Fragment',
  'RawQuery',
  'RawPath',
  'RawFragment',
  'ForceQuery',
  'OmitHost',
];

function nearestReleases(release: string): string[] {
  const wanted = versionNumber(release);
  const distance = (tag: string) => Math.abs(versionNumber(tag) - wanted);
  return knownReleases()
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 3);
}

/** Orders `v1.6.1` and `1.6` alike; anything else counts as the newest. */
function versionNumber(release: string): number {
  const match = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(release);
  if (match === null) return Number.MAX_SAFE_INTEGER;
  return Number(match[1]) * 1_000_000 + Number(match[2]) * 1_000 + Number(match[3] ?? 0);
}
