import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageVector } from './fixture.test-support.ts';
import { fromHex, readFixture, toHex } from './fixture.test-support.ts';
import {
  decodeMessage,
  describeMessage,
  dialectOf,
  encodeMessage,
  messageTypeGoName,
  WireError,
} from './index.ts';

const vectors = [
  ...readFixture<MessageVector>('messages-summary.ndjson'),
  ...readFixture<MessageVector>('messages-mixed.ndjson'),
];

test('there are captured messages to compare with', () => {
  expect(vectors.length).toBeGreaterThan(30);
});

test.each(vectors)('decodes and encodes the captured $typeName $connectId of $dataBytes B', (vector) => {
  const bytes = fromHex(vector.hex);
  const message = decodeMessage(bytes);
  expect(message.connectId).toBe(vector.connectId);
  expect(message.type).toBe(vector.type);
  expect(messageTypeGoName(message.type, dialectOf('v1.6.1'))).toBe(vector.typeName);
  expect(message.data.length).toBe(vector.dataBytes);
  expect(toHex(encodeMessage(message))).toBe(vector.hex);
});

describe('the cap', () => {
  test('counts the data only and cuts without an error', () => {
    const bytes = encodeMessage({ connectId: 300, type: 3, data: new Uint8Array(11).fill(7) });
    expect(decodeMessage(bytes, { bodyBytesMax: 10 }).data.length).toBe(10);
    expect(decodeMessage(bytes, { bodyBytesMax: 11 }).data.length).toBe(11);
    expect(decodeMessage(bytes, { bodyBytesMax: 0 }).data.length).toBe(0);
    expect(decodeMessage(bytes, { bodyBytesMax: null }).data.length).toBe(11);
  });

  test('of v1.9.4 lets exactly 1 MiB of data through', () => {
    const { bodyBytesMax } = dialectOf('v1.9.4');
    const bytes = encodeMessage({ connectId: 1, type: 3, data: new Uint8Array(1_048_577) });
    expect(decodeMessage(bytes, { bodyBytesMax }).data.length).toBe(1_048_576);
  });
});

test('an unknown type is not an error', () => {
  const message = decodeMessage(fromHex('0109616263'));
  expect(message).toMatchObject({ connectId: 1, type: 9 });
  expect(describeMessage(message)).toBe('connectID 1 UNKNOWN(9) 3 B');
  expect(describeMessage(decodeMessage(fromHex('9301036162')))).toBe('connectID 147 DATA 2 B');
});

test.each([
  ['an empty message', '', 'WIRE_ERR_TRUNCATED_VARINT', 'EOF'],
  ['a message of one byte', '01', 'WIRE_ERR_TRUNCATED_VARINT', 'EOF'],
  [
    'eleven bytes of ff',
    'ffffffffffffffffffffff',
    'WIRE_ERR_VARINT_OVERFLOW',
    'binary: varint overflows a 64-bit integer',
  ],
  ['an id of 2^53', '808080808080801003', 'WIRE_ERR_CONNECT_ID_RANGE', ''],
  ['a type of 2^53', '018080808080808010', 'WIRE_ERR_MESSAGE_TYPE_RANGE', ''],
])('%s is refused', (_title, hex, code, goText) => {
  expect(() => decodeMessage(fromHex(hex))).toThrow(expect.objectContaining({ code, goText }));
});

test('the largest safe id passes', () => {
  const bytes = encodeMessage({ connectId: Number.MAX_SAFE_INTEGER, type: 4, data: new Uint8Array() });
  expect(decodeMessage(bytes).connectId).toBe(Number.MAX_SAFE_INTEGER);
});

test('decoding undoes encoding', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.uint8Array(), (connectId, type, data) => {
      const message = decodeMessage(encodeMessage({ connectId, type, data }));
      expect(message.connectId).toBe(connectId);
      expect(message.type).toBe(type);
      expect(toHex(message.data)).toBe(toHex(data));
    }),
  );
});

test('garbage throws nothing but WireError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        decodeMessage(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
    { numRuns: 500 },
  );
});
