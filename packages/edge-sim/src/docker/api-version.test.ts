import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkApiVersion, compareApiVersions, splitVersionedPath, withMinApiVersion } from './api-version.ts';
import { engineProfile, knownEngineVersions } from './engine-profile.ts';

interface ReleaseRow {
  version: string;
  apiMax: string;
  apiMin: string;
  tooNewEnforced: boolean;
}

const ROWS = JSON.parse(
  readFileSync(new URL('../../fixtures/docker/engine-releases.json', import.meta.url), 'utf8'),
) as ReleaseRow[];
const CLIENTS = Array.from({ length: 34 }, (_, index) => `1.${index + 22}`);

/** What the table says, worked out on the minor numbers alone. */
function expected(row: ReleaseRow, client: string): string {
  const minor = (version: string) => Number(version.split('.')[1]);
  if (minor(client) < minor(row.apiMin)) {
    return (
      `client version ${client} is too old. Minimum supported API version is ${row.apiMin}, ` +
      'please upgrade your client to a newer version'
    );
  }
  if (row.tooNewEnforced && minor(client) > minor(row.apiMax)) {
    return `client version ${client} is too new. Maximum supported API version is ${row.apiMax}`;
  }
  return 'served';
}

describe('the version check', () => {
  it('knows every release of the table, and no other', () => {
    const plain = knownEngineVersions().map((version) => version.replace(/-ce$/, ''));
    expect(plain.sort()).toEqual(ROWS.map((row) => row.version).sort());
    expect(ROWS.length).toBeGreaterThan(190);
  });

  it.each(ROWS)('decides for $version (API $apiMin to $apiMax) as the table says', (row) => {
    const profile = engineProfile(row.version);
    for (const client of CLIENTS) {
      const verdict = checkApiVersion(profile, client);
      expect(verdict.served ? 'served' : verdict.message, client).toBe(expected(row, client));
    }
    expect(checkApiVersion(profile, undefined)).toEqual({ served: true, apiVersion: row.apiMax });
  });

  it('decides by what the engine is, never by what it is called', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROWS), fc.string(), fc.constantFrom(...CLIENTS), (row, name, client) => {
        const profile = engineProfile(row.version);
        const renamed = { ...profile, version: name, line: name, released: name };
        expect(checkApiVersion(renamed, client)).toEqual(checkApiVersion(profile, client));
      }),
    );
  });

  it('follows a changed maximum', () => {
    const changed = { ...engineProfile('18.09.1'), apiMax: '1.40' };
    expect(checkApiVersion(changed, '1.40').served).toBe(true);
    expect(checkApiVersion(changed, '1.41')).toMatchObject({ served: false, refused: 'too-new' });
  });
});

describe('versions of the API', () => {
  it.each([
    ['1.9', '1.10', -1],
    ['1.40', '1.4', 1],
    ['1.39', '1.39.0', 0],
    ['1.39.9', '1.40', -1],
    ['.', '0.0', 0],
    ['1..2', '1.0.2', 0],
    ['2', '1.52', 1],
    ['99999999999999999999999', '9223372036854775807', 0],
  ])('%s against %s is %i', (a, b, order) => {
    expect(compareApiVersions(a, b)).toBe(order);
    expect(compareApiVersions(b, a)).toBe(order === 0 ? 0 : -order);
  });

  it.each([
    ['/info', undefined, '/info'],
    ['/v1.39/info', '1.39', '/info'],
    ['/v./_ping', '.', '/_ping'],
    ['/v1/_ping', '1', '/_ping'],
    ['/v1.x/info', undefined, '/v1.x/info'],
    ['/V1.39/info', undefined, '/V1.39/info'],
    ['/v1.39', undefined, '/v1.39'],
    ['/v/info', undefined, '/v/info'],
    ['/v-1.39/info', undefined, '/v-1.39/info'],
  ])('splits %s', (whole, apiVersion, path) => {
    expect(splitVersionedPath(whole)).toEqual({ apiVersion, path });
  });
});

describe('a configured minimum', () => {
  it('lets 29.0 serve older clients, down to its floor', () => {
    const profile = engineProfile('29.0.0');
    expect(checkApiVersion(profile, '1.41')).toMatchObject({ refused: 'too-old' });
    expect(checkApiVersion(withMinApiVersion(profile, '1.24'), '1.41').served).toBe(true);
  });

  it.each([
    ['18.09.1', '1.24', 'its minimum is compiled in'],
    ['29.0.0', '1.12', 'minimum supported API version is 1.24'],
    ['29.0.0', '1.99', 'maximum supported API version is 1.52'],
    ['29.0.0', 'v1.40', 'API versions look like 1.40'],
  ])('is refused by %s for %s', (version, apiMin, why) => {
    const attempt = () => withMinApiVersion(engineProfile(version), apiMin);
    expect(attempt).toThrow(expect.objectContaining({ code: 'EDGE_ERR_ENGINE_MIN_API' }));
    expect(attempt).toThrow(why);
  });
});
