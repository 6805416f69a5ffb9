import { describe, expect, it } from 'vitest';
import { engineProfile } from './engine-profile.ts';
import { engineLines } from './lines/index.ts';

describe('engineProfile', () => {
  it.each([
    ['18.09.1', '18.09.1'],
    ['v18.09.1', '18.09.1'],
    ['18.9.1', '18.09.1'],
    ['docker://18.9.1', '18.09.1'],
    ['18.09', '18.09.9'],
    ['19', '19.03.15'],
    ['17.06.2', '17.06.2-ce'],
    ['17.06.2-ce', '17.06.2-ce'],
    ['20.10.24+dfsg1', '20.10.24+dfsg1'],
    ['docker://20.10.24+dfsg1', '20.10.24+dfsg1'],
    ['1.13.1', '1.13.1'],
  ])('reads %s as %s', (asked, version) => {
    const profile = engineProfile(asked);
    expect(profile.version).toBe(version);
    expect(profile.standsInFor).toBeUndefined();
  });

  it('lets the nearest known patch stand in for an unknown one, and says so', () => {
    expect(engineProfile('18.09.77')).toMatchObject({ version: '18.09.9', standsInFor: '18.09.77' });
    expect(engineProfile('27.0.0')).toMatchObject({ version: '27.0.1', standsInFor: '27.0.0' });
  });

  it.each(['17.08.1', '1.12.6', '99.1', 'latest', ''])('refuses %j with the nearest known', (asked) => {
    const attempt = () => engineProfile(asked);
    expect(attempt).toThrow(expect.objectContaining({ code: 'EDGE_ERR_ENGINE_UNKNOWN' }));
    expect(attempt).toThrow(/nearest known are \S+, \S+, \S+\./);
  });
});

describe('the engine lines', () => {
  it('are data that survives a JSON round trip', () => {
    expect(JSON.parse(JSON.stringify(engineLines))).toEqual(engineLines);
  });

  it('have their patches in order, and each its line in the name', () => {
    for (const { line, patches } of engineLines) {
      const numbers = patches.map(({ version }) => Number(/\.(\d+)(-ce)?$/.exec(version)?.[1]));
      expect(numbers, line).toEqual([...numbers].sort((a, b) => a - b));
      expect(
        patches.every(({ version }) => version.startsWith(`${line}.`)),
        line,
      ).toBe(true);
    }
  });

  it('differ in 18.09 and 19.03 where the founding fault lies', () => {
    expect(engineProfile('18.09.1')).toMatchObject({ apiMax: '1.39', ping: { head: false } });
    expect(engineProfile('19.03.0')).toMatchObject({ apiMax: '1.40', ping: { head: true } });
    expect(engineProfile('17.10.0').tooNew).toBe('not-checked');
  });
});
