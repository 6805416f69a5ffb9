import { expect, it } from 'vitest';
import { goDuration, humanDuration } from './human-duration.ts';

// Printed by kubernetes/apimachinery v0.19.7 HumanDuration.
it.each([
  [-5_000, '<invalid>'],
  [-500, '0s'],
  [900, '0s'],
  [119_000, '119s'],
  [120_000, '2m'],
  [121_000, '2m1s'],
  [599_000, '9m59s'],
  [600_000, '10m'],
  [10_799_999, '179m'],
  [10_800_000, '3h'],
  [28_800_000, '8h'],
  [172_800_000, '2d'],
  [691_200_000, '8d'],
  [63_072_000_000, '2y'],
  [94_694_400_000, '3y1d'],
  [283_824_000_000, '9y'],
])('tells an age of %i ms as %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

// Printed by Go's time.Duration.String.
it.each([
  [0, '0s'],
  [1e-6, '1ns'],
  [1.5e-3, '1.5µs'],
  [1.5, '1.5ms'],
  [1_000, '1s'],
  [15_040, '15.04s'],
  [840_290, '14m0.29s'],
  [3_600_005, '1h0m0.005s'],
  [172_090_996_070, '47803h3m16.07s'],
  [-5_000, '-5s'],
])('writes %d ms as Go does: %s', (ms, text) => {
  expect(goDuration(ms)).toBe(text);
});
