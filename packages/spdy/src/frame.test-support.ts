// Test support only: generators for fast-check.
import fc from 'fast-check';
import type { SpdyFrame, SpdyHeaders, SynStreamFrame } from './index.ts';

const uint31 = fc.integer({ min: 0, max: 0x7fff_ffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const streamId = fc.integer({ min: 1, max: 0x7fff_ffff });
const latin1 = (from: number) =>
  fc.integer({ min: from, max: 0xff }).map((code) => String.fromCharCode(code));

const name = fc
  .string({ unit: latin1(1), minLength: 1, maxLength: 20 })
  .filter((text) => text === text.toLowerCase());
const values = fc.array(fc.string({ unit: latin1(1), maxLength: 60 }), { minLength: 1, maxLength: 3 });

export const anyHeaders: fc.Arbitrary<SpdyHeaders> = fc
  .uniqueArray(fc.tuple(name, values), { selector: ([text]) => text, maxLength: 6 })
  .map((pairs) => new Map(pairs));

export const anyFrame: fc.Arbitrary<SpdyFrame> = fc.oneof(
  fc.record({
    type: fc.constant('SYN_STREAM' as const),
    streamId,
    associatedStreamId: uint31,
    priority: fc.integer({ min: 0, max: 7 }),
    slot: fc.integer({ min: 0, max: 255 }),
    fin: fc.boolean(),
    unidirectional: fc.boolean(),
    headers: anyHeaders,
  }),
  fc.record({
    type: fc.constantFrom('SYN_REPLY' as const, 'HEADERS' as const),
    streamId,
    fin: fc.boolean(),
    headers: anyHeaders,
  }),
  fc.record({
    type: fc.constant('RST_STREAM' as const),
    streamId,
    status: fc.integer({ min: 1, max: 0xffff_ffff }),
  }),
  fc.record({
    type: fc.constant('SETTINGS' as const),
    clearPersisted: fc.boolean(),
    entries: fc.array(
      fc.record({
        id: fc.integer({ min: 0, max: 0xff_ffff }),
        flags: fc.integer({ min: 0, max: 255 }),
        value: uint32,
      }),
      { maxLength: 9 },
    ),
  }),
  fc.record({ type: fc.constant('PING' as const), id: uint32 }),
  fc.record({ type: fc.constant('GOAWAY' as const), lastGoodStreamId: uint31, status: uint32 }),
  fc.record({ type: fc.constant('WINDOW_UPDATE' as const), streamId: uint31, deltaBytes: uint31 }),
  fc.record({
    type: fc.constant('DATA' as const),
    streamId,
    fin: fc.boolean(),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
);

/** A SYN_STREAM with nothing but what matters here. */
export function synStream(streamId: number, headers: SpdyHeaders, fin = false): SynStreamFrame {
  return {
    type: 'SYN_STREAM',
    streamId,
    associatedStreamId: 0,
    priority: 0,
    slot: 0,
    fin,
    unidirectional: false,
    headers,
  };
}

/** Cuts bytes where the numbers say, in turn; 0 is an empty piece. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const length = lengths.length === 0 ? bytes.length : (lengths[turn % lengths.length] as number);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Lengths for {@link cut} that come to an end. */
export const anyCuts = fc
  .array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 })
  .filter((lengths) => lengths.length === 0 || lengths.some((length) => length > 0));
