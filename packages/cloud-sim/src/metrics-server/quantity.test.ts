import { describe, expect, it } from 'vitest';
import { formatBinary, formatDecimal, milliValue, parseQuantity, unitValue } from './quantity.ts';

describe('quantities, as kubernetes/apimachinery v0.19.7 prints them', () => {
  it.each([
    [0n, '0'],
    [1n, '1'],
    [999n, '999'],
    [1_000n, '1k'],
    [1_024n, '1Ki'],
    [1_536n, '1536'],
    [4_194_304n, '4Mi'],
    [4_096_000n, '4000Ki'],
    [524_289n, '524289'],
    [2_482_044_928n, '2423872Ki'],
    [8_589_934_592n, '8Gi'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBinary(bytes)).toBe(text);
  });

  it.each([
    [0n, '0'],
    [1n, '1n'],
    [123_456_789n, '123456789n'],
    [123_456_000n, '123456u'],
    [100_000_000n, '100m'],
    [858_150_549n, '858150549n'],
    [1_000_000_000n, '1'],
    [1_500_000_000n, '1500m'],
    [2_000_000_000_000n, '2k'],
    [9_223_372_036_854_775_807n, '9223372036854775807n'],
  ])('%i nanocores are %s', (nanocores, text) => {
    expect(formatDecimal(nanocores, -9)).toBe(text);
  });
});

it.each([
  ['4', 4_000n, 4n],
  ['75502759n', 76n, 1n],
  ['1.5', 1_500n, 2n],
  ['250m', 250n, 1n],
  ['8Gi', 8_589_934_592_000n, 8_589_934_592n],
  ['1.5Ki', 1_536_000n, 1_536n],
  ['2e3', 2_000_000n, 2_000n],
  ['0', 0n, 0n],
])('reads %s, rounding up', (text, milli, units) => {
  const value = parseQuantity(text);
  expect([milliValue(value ?? -1n), unitValue(value ?? -1n)]).toEqual([milli, units]);
});

it.each(['', 'x', '1.2.3', '1Zi', '--1'])('does not read "%s"', (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});
