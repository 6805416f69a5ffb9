import { expect, test } from 'vitest';
import { fuzzWire } from '../bench/fuzz-cases.ts';

// A slice of what bench/fuzz.ts runs by the million.
test.each([1, 2, 3])('seed %d: 30,000 broken and whole inputs', (seed) => {
  const counts = fuzzWire(30_000, seed);
  expect(counts.size).toBe(10);
  expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(30_000);
});
