import { expect, it } from 'vitest';
import { formatGoFloat, goPattern, parseGoDuration, parseGoFloat, parseGoInt } from './go-text.ts';

it.for([
  [0.1, '0.1'],
  [1e-7, '0.0000001'],
  [1.5e-9, '0.0000000015'],
  [1e21, '1000000000000000000000'],
  [1.25e22, '12500000000000000000000'],
  [-2e-8, '-0.00000002'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf'],
] as const)('a float is written without an exponent: %d', ([value, text]) => {
  expect(formatGoFloat(value)).toBe(text);
});

it('floats are read as Prometheus writes them', () => {
  expect([parseGoFloat('+Inf'), parseGoFloat('-Inf'), parseGoFloat('NaN'), parseGoFloat('1e-3')]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    0.001,
  ]);
});

it('integers are read as ParseInt does', () => {
  expect([parseGoInt('+7'), parseGoInt('-7')]).toEqual([7n, -7n]);
  expect(() => parseGoInt('1.5')).toThrow('strconv.ParseInt: parsing "1.5": invalid syntax');
});

it('durations are read as ParseDuration does', () => {
  expect(['1h2m', '1.5s', '-10ms', '0', '.5us'].map((text) => parseGoDuration(text, true))).toEqual([
    3_720e9, 1.5e9, -10e6, 0, 500,
  ]);
  expect(() => parseGoDuration('x', true)).toThrow('time: invalid duration "x"');
  expect(() => parseGoDuration('3000000h', false)).toThrow('time: invalid duration 3000000h');
});

it('patterns are Go’s, and so are its words for one that it refuses', () => {
  const find = goPattern('(?i)^NODE_[[:alpha:]]+_(?P<what>usage)$');
  expect([find('node_cpu_usage'), find('node_cpu_total')]).toEqual([true, false]);
  expect(() => goPattern('[')).toThrow('error parsing regexp: missing closing ]: `[`');
  expect(() => goPattern('node(?=_)')).toThrow('invalid or unsupported Perl syntax: `(?=`');
});

it('a pattern takes no longer for being nested', () => {
  expect(goPattern('^(a*)*$')(`${'a'.repeat(5_000)}b`)).toBe(false);
});
