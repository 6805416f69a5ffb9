import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './fixture.test-support.ts';
import { goStringFromBytes, goStringToBytes } from './index.ts';

test('any bytes survive the way through a string', () => {
  const edgy = fc.constantFrom(0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0x80);
  const byte = fc.oneof(fc.nat(255), edgy);
  fc.assert(
    fc.property(fc.array(byte), (all) => {
      const bytes = Uint8Array.from(all);
      expect(toHex(goStringToBytes(goStringFromBytes(bytes)))).toBe(toHex(bytes));
    }),
    { numRuns: 1000 },
  );
});

test('each invalid byte is one lone surrogate; a byte order mark is kept', () => {
  expect(goStringFromBytes(fromHex('61e28262'))).toBe('a\udce2\udc82b');
  expect(goStringFromBytes(fromHex('efbbbf61'))).toBe('\ufeffa');
});

test('a lone surrogate that stands for no byte becomes U+FFFD', () => {
  expect(toHex(goStringToBytes('\ud800a'))).toBe('efbfbd61');
});
