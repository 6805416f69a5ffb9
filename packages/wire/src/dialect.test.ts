import { expect, test } from 'vitest';
import { releaseRows } from './dialects.data.ts';
import { dialectOf, goJsonTraits, knownReleases } from './index.ts';

test('Go 1.26 writes the fields of url.URL in another order', () => {
  const { urlJsonFields } = goJsonTraits('1.26.8');
  expect(urlJsonFields.toSorted()).toEqual(goJsonTraits('1.23').urlJsonFields.toSorted());
  expect(urlJsonFields.slice(4, 8)).toEqual(['Path', 'Fragment', 'RawQuery', 'RawPath']);
});

test('there is one row for each of the 83 releases', () => {
  expect(knownReleases()).toHaveLength(83);
  expect(new Set(knownReleases()).size).toBe(83);
  expect(knownReleases().at(0)).toBe('v1.2.0');
  expect(knownReleases().at(-1)).toBe('v1.23.1');
});

test('the rows are data: they survive a JSON round trip', () => {
  expect(JSON.parse(JSON.stringify(releaseRows))).toEqual(releaseRows);
});

test('the toolchain of each row agrees with its JSON fields', () => {
  for (const row of releaseRows) {
    if (row.tunnel) expect(row).toMatchObject(goJsonTraits(row.goVersion));
  }
});

test('the cap came by patch level', () => {
  const capped = releaseRows
    .filter((row) => row.tunnel && row.bodyBytesMax !== null)
    .map((row) => row.release);
  expect(capped.slice(0, 9)).toEqual([
    'v1.9.4',
    'v1.9.5',
    'v1.10.2',
    'v1.10.3',
    'v1.11.1',
    'v1.11.2',
    'v1.11.3',
    'v1.12.0',
    'v1.12.1',
  ]);
});

test('v1.6.1 was built with Go 1.14, so its URLs lack OmitHost and RawFragment', () => {
  const { urlJsonFields, goVersion } = dialectOf('v1.6.1');
  expect(goVersion).toBe('1.14');
  expect(urlJsonFields).not.toContain('OmitHost');
  expect(urlJsonFields).not.toContain('RawFragment');
  expect(dialectOf('v1.15.0').urlJsonFields).toContain('OmitHost');
});

test('an unknown release is refused with the nearest ones named', () => {
  expect(() => dialectOf('v1.9.6')).toThrow(/"v1\.9\.6".*v1\.9\.5/);
  expect(() => dialectOf('1.6.1')).toThrow(/nearest are v1\.6\.1,/);
  expect(() => dialectOf('latest')).toThrow(/v1\.23\.1/);
});

test('v1.2.x is known to have no tunnel', () => {
  expect(() => dialectOf('v1.2.1')).toThrow(expect.objectContaining({ code: 'WIRE_ERR_DIALECT_NO_TUNNEL' }));
});
