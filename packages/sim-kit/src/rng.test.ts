import { describe, expect, it } from 'vitest';
import { createIds } from './ids.ts';
import { createRng } from './rng.ts';

describe('random streams', () => {
  const draw = (rng: { next(): number }) => Array.from({ length: 5 }, () => rng.next());

  it('repeat for the same seed and label, and differ for others', () => {
    expect(draw(createRng(1))).toEqual(draw(createRng(1)));
    expect(draw(createRng(1))).not.toEqual(draw(createRng(2)));
    expect(draw(createRng(1).fork('a'))).not.toEqual(draw(createRng(1).fork('b')));
  });

  it('do not depend on what other streams have been used for', () => {
    const root = createRng('seed');
    draw(root);
    draw(root.fork('other'));
    expect(draw(root.fork('a').fork('b'))).toEqual(draw(createRng('seed').fork('a').fork('b')));
  });

  it('keep to their ranges', () => {
    const rng = createRng(3);
    const values = Array.from({ length: 1_000 }, () => [rng.next(), rng.int(-2, 3)] as const);
    expect(values.every(([next]) => next >= 0 && next < 1)).toBe(true);
    expect(new Set(values.map(([, int]) => int))).toEqual(new Set([-2, -1, 0, 1, 2, 3]));
    expect(rng.hex(9)).toMatch(/^[0-9a-f]{9}$/);
  });
});

describe('identifiers', () => {
  it('count by kind', () => {
    const ids = createIds(1);
    expect([ids.next('pod'), ids.next('pod'), ids.next('node')]).toEqual([1, 2, 1]);
  });

  it('depend on the seed and the label only', () => {
    expect(createIds(1).hex('c1', 64)).toBe(createIds(1).hex('c1', 64));
    expect(createIds(1).hex('c1', 64)).not.toBe(createIds(2).hex('c1', 64));
    expect(createIds(1).hex('c1', 100)).toHaveLength(100);
    expect(createIds(1).uuid('pod')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
