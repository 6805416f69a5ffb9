import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCuts, cut } from '../frame.test-support.ts';
import { encodeTerminalSize, TerminalSizeReader } from '../index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const size = fc.record({ width: fc.nat({ max: 0xffff }), height: fc.nat({ max: 0xffff }) });

test('sizes come out as they went in, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(size), anyCuts, (sizes, cuts) => {
      const reader = new TerminalSizeReader();
      const all = Buffer.concat(sizes.map(encodeTerminalSize));
      expect(cut(all, cuts).flatMap((piece) => reader.push(piece))).toEqual(sizes);
    }),
  );
});

test('is written as Go writes it', () => {
  expect(new TextDecoder().decode(encodeTerminalSize({ width: 80, height: 24 }))).toBe(
    '{"Width":80,"Height":24}\n',
  );
});

test.each([
  ['{"width":1,"HEIGHT":2}', [{ width: 1, height: 2 }]],
  [
    '{} {"Width":5,"x":"}{"}',
    [
      { width: 0, height: 0 },
      { width: 5, height: 0 },
    ],
  ],
  ['{"Width":65536}', []],
  ['{"Width":-1}', []],
  ['{"Width":"80"}', []],
  ['[] {"Width":1}', []],
  ['{"Width":1,} {"Width":2}', []],
  ['80 {"Width":2}', []],
])('%s', (text, sizes) => {
  expect(new TerminalSizeReader().push(bytes(text))).toEqual(sizes);
});

test('after what is no size nothing is read any more, and an endless object ends it', () => {
  const reader = new TerminalSizeReader();
  expect(reader.push(bytes('{"Width":'))).toEqual([]);
  expect(reader.push(bytes('x}'))).toEqual([]);
  expect(reader.push(encodeTerminalSize({ width: 1, height: 1 }))).toEqual([]);
  const endless = new TerminalSizeReader();
  endless.push(bytes(`{"x":"${'y'.repeat(5000)}`));
  expect(endless.push(bytes('"}{"Width":1}'))).toEqual([]);
});
