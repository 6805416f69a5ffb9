import { edgecoreTags } from '@kubeedge-sim/edge-sim';
import { describe, expect, it } from 'vitest';
import { dockerPlaces } from './axes.ts';
import { compareVersions, selectVersions } from './versions.ts';

const tags = ['v1.4.0', 'v1.5.0', 'v1.6.0', 'v1.6.1', 'v1.6.2', 'v1.8.0', 'v1.8.1', 'v1.10.0'];
const select = (text: string) => selectVersions(text, tags, 'edgecore').versions.join(' ');

describe('a selection of versions', () => {
  it.each([
    ['*', tags.join(' ')],
    ['v1.6.1', 'v1.6.1'],
    ['1.6.1', 'v1.6.1'],
    ['v1.6', 'v1.6.0 v1.6.1 v1.6.2'],
    ['v1.8.*', 'v1.8.0 v1.8.1'],
    ['v1.*', tags.join(' ')],
    ['v1.5.0..v1.6.1', 'v1.5.0 v1.6.0 v1.6.1'],
    ['v1.6..v1.8', 'v1.6.0 v1.6.1 v1.6.2 v1.8.0 v1.8.1'],
    ['v1.8.1..', 'v1.8.1 v1.10.0'],
    ['..v1.5', 'v1.4.0 v1.5.0'],
    ['v1.8.*, v1.5.0..v1.6.0', 'v1.5.0 v1.6.0 v1.8.0 v1.8.1'],
    ['v1.6.1,v1.6.*,v1.6.1', 'v1.6.0 v1.6.1 v1.6.2'],
  ])('%s is %s', (text, versions) => {
    expect(select(text)).toBe(versions);
  });

  it.each([
    ['v1.9.0', 'Looked for edgecore "v1.9.0", found none; the nearest are v1.8.1, v1.8.0, v1.10.0.'],
    ['v1.5.0..v1.7.0', 'Looked for edgecore "v1.7.0", found none; the nearest are v1.6.2'],
    ['v1.1.*', 'Looked for edgecore "v1.1.*", found none'],
    ['v1.8.0..v1.5.0', 'which ends before it begins'],
    ['v1.5..v1.6..v1.8', 'which is no version, range'],
    ['v1.1*', 'which is no version, range'],
    ['latest', 'which is no version, range'],
    ['', 'which is no version, range'],
  ])('%j is an error: %s', (text, message) => {
    expect(() => select(text)).toThrow(message);
  });

  it('keeps apart what was named in full', () => {
    expect([...selectVersions('v1.6.1,v1.8,v1.5.0..v1.6.0', tags, 'edgecore').named]).toEqual(['v1.6.1']);
  });

  it('is in version order, which is not the order of release', () => {
    expect(['v1.10.0', 'v1.9.4', 'v1.9.10'].sort(compareVersions)).toEqual(['v1.9.4', 'v1.9.10', 'v1.10.0']);
    expect(edgecoreTags().sort(compareVersions)).toEqual(edgecoreTags());
  });
});

describe('the engines of a matrix', () => {
  const engines = (text?: string, all = false) => dockerPlaces(text, all).map(({ version }) => version);

  it('are one of each line, and more where the data of a line differ', () => {
    expect(dockerPlaces('1.13..17.04,18.09')).toEqual([
      { version: '1.13.0', label: '1.13.0' },
      { version: '1.13.1', label: '1.13.1' },
      { version: '17.03.0-ce', label: '17.03.0' },
      { version: '17.03.2-ce', label: '17.03.2' },
      { version: '17.04.0-ce', label: '17.04' },
      { version: '18.09.9', label: '18.09' },
    ]);
  });

  it('keep a version that was named, and all patches when these are wanted', () => {
    expect(engines('18.09.1,18.09.*,17.06.1')).toEqual(['17.06.1-ce', '18.09.1', '18.09.9']);
    expect(engines('18.06', true)).toEqual(['18.06.0-ce', '18.06.1-ce', '18.06.2-ce', '18.06.3-ce']);
  });
});
