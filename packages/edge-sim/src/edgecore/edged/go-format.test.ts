import { describe, expect, it } from 'vitest';
import {
  bigNumber,
  formatCpuQuantity,
  formatFloat,
  formatJson,
  formatMemoryQuantity,
  formatMetaTime,
  formatTime,
} from './go-format.ts';
import { readCapture } from './lab-machine.test-support.ts';
import { writePrometheusText } from './prometheus-text.ts';
import { jsonLayout, jsonStructure, prometheusStructure } from './testing-structure.test-support.ts';

describe('texts as Go writes them', () => {
  it('writes every number of the captures as Go did', () => {
    for (const name of ['metrics-cadvisor-docker-20.10-v1.6.2.txt', 'metrics-docker-20.10-v1.6.1.txt']) {
      expect(prometheusStructure(readCapture(name), formatFloat).oddValues).toEqual([]);
    }
  });

  it.each([
    [0, '0'],
    [-1, '-1'],
    [999_999, '999999'],
    [1_000_000, '1e+06'],
    [2_449_399_808, '2.449399808e+09'],
    [1842.84006916, '1842.84006916'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NaN, 'NaN'],
  ])('writes %d as %s', (value, text) => expect(formatFloat(value)).toBe(text));

  it('writes JSON, times and quantities', () => {
    expect(formatJson({ a: '<&>\u2028', b: undefined, c: bigNumber('9223372036854771712') })).toBe(
      '{"a":"\\u003c\\u0026\\u003e\\u2028","c":9223372036854771712}',
    );
    expect(formatMetaTime(Date.UTC(2021, 5, 10, 8, 0, 0, 999))).toBe('2021-06-10T08:00:00Z');
    expect(formatMetaTime(undefined)).toBeNull();
    expect(formatTime(Date.UTC(2021, 5, 10, 8, 0, 0, 120))).toBe('2021-06-10T08:00:00.12Z');
    expect(formatTime(Date.UTC(2021, 5, 10, 8))).toBe('2021-06-10T08:00:00Z');
    expect([formatCpuQuantity(50), formatCpuQuantity(2_000)]).toEqual(['50m', '2']);
    expect([formatMemoryQuantity(67_108_864), formatMemoryQuantity(1_000)]).toEqual(['64Mi', '1000']);
  });

  it('sorts families and rows and escapes labels', () => {
    const text = writePrometheusText([
      {
        name: 'b',
        help: 'B',
        type: 'gauge',
        samples: [
          { labels: { x: '2' }, value: 1 },
          { labels: { x: '1"\n\\' }, value: 2 },
        ],
      },
      { name: 'a', help: 'A\\', type: 'counter', samples: [{ labels: {}, value: 1.5, timestampMs: 7 }] },
      { name: 'empty', help: 'none', type: 'gauge', samples: [] },
    ]);
    expect(text).toBe(
      '# HELP a A\\\\\n# TYPE a counter\na 1.5 7\n' +
        '# HELP b B\n# TYPE b gauge\nb{x="1\\"\\n\\\\"} 2\nb{x="2"} 1\n',
    );
  });
});

describe('comparison by structure', () => {
  it('tells key order, presence, types and layout apart, and nothing else', () => {
    expect(jsonStructure('{"a":1,"b":"x"}')).toEqual(jsonStructure('{ "a": 2, "b": "x" }'));
    for (const other of [
      '{"b":"x","a":1}',
      '{"a":1}',
      '{"a":"1","b":"x"}',
      '{"a":null,"b":"x"}',
      '{"a":1,"b":"y"}',
    ]) {
      expect(jsonStructure(other)).not.toEqual(jsonStructure('{"a":1,"b":"x"}'));
    }
    expect(jsonLayout('{\n "a": 1\n}')).toEqual({ indent: 1, end: '' });
    expect(jsonLayout('{"a":1}\n')).toEqual({ indent: 0, end: '\n' });
  });

  it('finds rows out of order and numbers in another form', () => {
    const structure = prometheusStructure('a{x="2"} 1\na{x="1"} 1000000\n', formatFloat);
    expect(structure).toMatchObject({ misplaced: ['a{x="1"} 1000000'], oddValues: ['a{x="1"} 1000000'] });
    expect(() => prometheusStructure('a 1', formatFloat)).toThrow('newline');
  });
});
