import { EdgeError } from '../errors.ts';
import type { EngineProfile } from './engine-profile.ts';

/** The version part of a path: `/v1.39/info` asks for 1.39, `/info` for whatever the engine's maximum is. */
export interface VersionedPath {
  /** undefined without a version. */
  readonly apiVersion: string | undefined;
  readonly path: string;
}

/** What the engine's version check says of a request. */
export type VersionVerdict =
  | { readonly served: true; readonly apiVersion: string }
  | { readonly served: false; readonly refused: 'too-new' | 'too-old'; readonly message: string };

/** What Go's strconv.Atoi returns with its range error, which the comparison ignores. */
const INT64_MAX = 9_223_372_036_854_775_807n;

/**
 * Orders two API versions part by part, so that 1.9 comes before 1.10. Missing and empty parts are 0.
 * Source: docker/docker-ce components/engine/api/types/versions/compare.go @v18.09.1 (the same up to
 * docker-v29.7.2).
 */
export function compareApiVersions(a: string, b: string): number {
  const [partsA, partsB] = [a.split('.'), b.split('.')];
  for (let index = 0; index < Math.max(partsA.length, partsB.length); index++) {
    const [x, y] = [atoi(partsA[index]), atoi(partsB[index])];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * Splits a decoded path as the router's pattern `/v{version:[0-9.]+}` does; other spellings are part of the
 * path.
 */
export function splitVersionedPath(path: string): VersionedPath {
  const match = /^\/v([0-9.]+)(\/.*)$/s.exec(path);
  if (match === null) return { apiVersion: undefined, path };
  return { apiVersion: match[1], path: match[2] ?? '/' };
}

/**
 * Decides about a request for a known route, whatever its version looks like.
 * Source: api/server/middleware/version.go WrapHandler at the tags that the engine lines name.
 */
export function checkApiVersion(
  profile: Pick<EngineProfile, 'apiMax' | 'apiMin' | 'tooNew' | 'tooOld'>,
  asked: string | undefined,
): VersionVerdict {
  const { apiMax, apiMin, tooNew, tooOld } = profile;
  const client = asked ?? apiMax;
  const fill = (template: string) =>
    template.replaceAll('{client}', client).replaceAll('{max}', apiMax).replaceAll('{min}', apiMin);
  if (compareApiVersions(client, apiMin) < 0) {
    return { served: false, refused: 'too-old', message: fill(tooOld.template) };
  }
  if (tooNew !== 'not-checked' && compareApiVersions(client, apiMax) > 0) {
    return { served: false, refused: 'too-new', message: fill(tooNew.template) };
  }
  return { served: true, apiVersion: client };
}

/**
 * The profile with its minimum set as `DOCKER_MIN_API_VERSION` or `min-api-version` would.
 * Source: moby/moby daemon/config/config.go ValidateMinAPIVersion @v25.0.0, @docker-v29.0.0.
 * @throws EdgeError EDGE_ERR_ENGINE_MIN_API when the engine has no such setting or does not accept the value
 */
export function withMinApiVersion(profile: EngineProfile, apiMin: string): EngineProfile {
  const { minApiConfig, apiMax, version } = profile;
  const refuse = (why: string) => new EdgeError('EDGE_ERR_ENGINE_MIN_API', { version, found: apiMin, why });
  if (minApiConfig === null) throw refuse('its minimum is compiled in');
  if (!/^\d+\.\d+$/.test(apiMin)) throw refuse('API versions look like 1.40');
  if (compareApiVersions(apiMin, minApiConfig.floor) < 0) {
    throw refuse(`minimum supported API version is ${minApiConfig.floor}: ${apiMin}`);
  }
  if (compareApiVersions(apiMin, apiMax) > 0)
    throw refuse(`maximum supported API version is ${apiMax}: ${apiMin}`);
  return { ...profile, apiMin };
}

function atoi(part: string | undefined): bigint {
  if (part === undefined || !/^\d+$/.test(part)) return 0n;
  const value = BigInt(part);
  return value > INT64_MAX ? INT64_MAX : value;
}
