import { EdgeError } from '../errors.ts';
import type { EngineLine, EnginePatch, EngineTraits } from './engine-line.ts';
import { engineLines } from './lines/index.ts';

/**
 * An engine as it is: plain data. {@link engineProfile} makes those of real releases; a made-up one is a
 * changed copy, e.g. `{ ...engineProfile('18.09.1'), apiMax: '1.40' }`. Nothing is decided by `version` or
 * `line`.
 */
export interface EngineProfile extends EngineTraits, EnginePatch {
  readonly line: string;
  /** What was asked for, when its patch is not known and the nearest known one stands in for it. */
  readonly standsInFor?: string;
}

/** How many known versions an error names. */
const NEAREST_MAX = 3;

/**
 * The engine of a version as users write it: `18.09.1`, `v18.09.1`, `18.9.1` (dockershim's spelling),
 * `docker://18.9.1`, `17.06.2-ce`, `20.10.24+dfsg1` (a distribution's suffix stays in what the engine
 * reports). A version given in part means the newest release that begins with it: `18.09` is 18.09.9, `29`
 * the newest of 29.x. An unknown patch of a known line gets the nearest known one, and {@link
 * EngineProfile.standsInFor} says so.
 * @throws EdgeError EDGE_ERR_ENGINE_UNKNOWN with the nearest known versions
 */
export function engineProfile(version: string): EngineProfile {
  const match = /^(?:docker:\/\/)?v?(\d+(?:\.\d+){0,2})((?:[-+~].*)?)$/.exec(version.trim());
  if (match === null) throw unknown(version, []);
  const wanted = parts(match[1] ?? '');
  const rows = engineLines.flatMap((line) => line.patches.map((patch) => ({ line, patch })));
  const known = rows.filter(({ patch }) =>
    wanted.every((part, index) => parts(patch.version)[index] === part),
  );
  const found = known.at(-1);
  if (found !== undefined) return profileOf(found.line, found.patch, suffixOf(match[2], found.patch.version));
  const [major, minor, patch = 0] = wanted;
  const line = engineLines.find(({ line }) => parts(line)[0] === major && parts(line)[1] === minor);
  if (line === undefined) throw unknown(version, wanted);
  const away = (candidate: EnginePatch) => Math.abs((parts(candidate.version)[2] ?? 0) - patch);
  const nearest = [...line.patches].sort((a, b) => away(a) - away(b))[0] as EnginePatch;
  return { ...profileOf(line, nearest, ''), standsInFor: version };
}

/** Every known version, oldest line first. */
export function knownEngineVersions(): string[] {
  return engineLines.flatMap((line) => line.patches.map((patch) => patch.version));
}

function profileOf(line: EngineLine, patch: EnginePatch, suffix: string): EngineProfile {
  const { patches: _patches, ...traits } = line;
  return { ...traits, ...patch, version: `${patch.version}${suffix}` };
}

/** The suffix to add to a known version; `-ce` may be there already. */
function suffixOf(asked: string | undefined, version: string): string {
  return asked === undefined || version.endsWith(asked) || asked === '-ce' ? '' : asked;
}

function unknown(version: string, wanted: readonly number[]): EdgeError {
  const place = ([major = 0, minor = 0, patch = 0]: readonly number[]) => major * 1e6 + minor * 1e3 + patch;
  const away = (known: string) => Math.abs(place(parts(known)) - place(wanted));
  const versions = knownEngineVersions();
  const nearest =
    wanted.length === 0 ? versions.slice(-NEAREST_MAX) : versions.sort((a, b) => away(a) - away(b));
  return new EdgeError('EDGE_ERR_ENGINE_UNKNOWN', {
    found: JSON.stringify(version),
    nearest: nearest.slice(0, NEAREST_MAX).join(', '),
  });
}

const parts = (version: string) => (/^[\d.]+/.exec(version)?.[0] ?? '').split('.').map(Number);
