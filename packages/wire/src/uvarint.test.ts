import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './fixture.test-support.ts';
import { decodeUvarint, encodeUvarint, WireError } from './index.ts';

test('encodes as binary.PutUvarint does', () => {
  expect(toHex(encodeUvarint(0))).toBe('00');
  expect(toHex(encodeUvarint(127))).toBe('7f');
  expect(toHex(encodeUvarint(147))).toBe('9301');
  expect(toHex(encodeUvarint(2n ** 64n - 1n))).toBe('ffffffffffffffffff01');
});

test('accepts an over-long encoding', () => {
  expect(decodeUvarint(fromHex('818000'))).toEqual({ value: 1n, bytesRead: 3 });
});

test('reads from an offset and leaves the rest alone', () => {
  expect(decodeUvarint(fromHex('ff0104ff'), 2)).toEqual({ value: 4n, bytesRead: 1 });
});

test('tells an empty input from a cut varint, as Go does', () => {
  expect(() => decodeUvarint(fromHex(''))).toThrow(expect.objectContaining({ goText: 'EOF' }));
  expect(() => decodeUvarint(fromHex('80'))).toThrow(expect.objectContaining({ goText: 'unexpected EOF' }));
});

test.each(['ffffffffffffffffff02', '80808080808080808080', 'ffffffffffffffffffffff'])(
  "refuses %s with Go's overflow text",
  (hex) => {
    const goText = 'binary: varint overflows a 64-bit integer';
    expect(() => decodeUvarint(fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'WIRE_ERR_VARINT_OVERFLOW', goText }),
    );
  },
);

test('decoding undoes encoding for every uint64', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const bytes = encodeUvarint(value);
      expect(decodeUvarint(bytes)).toEqual({ value, bytesRead: bytes.length });
    }),
  );
});

test('garbage throws nothing but WireError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 14 }), (bytes) => {
      try {
        decodeUvarint(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});
