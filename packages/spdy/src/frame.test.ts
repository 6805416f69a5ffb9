import { constants, deflateRawSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FrameVector,
  frameOf,
  fromHex,
  join,
  joinData,
  readFixture,
  toHex,
} from './fixture.test-support.ts';
import { anyCuts, anyFrame, cut, synStream } from './frame.test-support.ts';
import {
  type DecodedFrame,
  FrameDecoder,
  FrameEncoder,
  type FrameLimits,
  headerDictionary,
  SpdyError,
  type SpdyFrame,
} from './index.ts';

const vectors = readFixture<FrameVector>('frames.ndjson');
const isDeflated = (frame: SpdyFrame) => 'headers' in frame;

describe('frames as moby/spdystream v0.5.0 writes them', () => {
  test('are decoded, all in one session', () => {
    const decoder = new FrameDecoder();
    for (const vector of vectors) {
      expect(decoder.push(fromHex(vector.hex)), vector.name).toEqual([frameOf(vector)]);
    }
    expect(vectors.length).toBeGreaterThan(30);
    expect(decoder.pendingBytes).toBe(0);
  });

  test.each(vectors.filter((vector) => !isDeflated(frameOf(vector))))(
    'are written to the byte: $name',
    (vector) => {
      expect(toHex(new FrameEncoder().encode(frameOf(vector)))).toBe(vector.hex);
    },
  );

  test('with headers are written in other codes that say the same: zlib is not Go', () => {
    const encoder = new FrameEncoder();
    const decoder = new FrameDecoder();
    for (const vector of vectors.filter((each) => isDeflated(frameOf(each)))) {
      const bytes = encoder.encode(frameOf(vector));
      expect(decoder.push(bytes), vector.name).toEqual([frameOf(vector)]);
      expect(toHex(bytes.subarray(0, 5)), vector.name).toBe(vector.hex.slice(0, 10));
    }
  });
});

test('header blocks are one zlib stream that zlib itself reads', () => {
  const encoder = new FrameEncoder();
  const types = ['error', 'stdin', 'stdout', 'stderr'];
  const blocks = types.map((type, index) =>
    encoder.encode(synStream(2 * index + 1, new Map([['streamtype', [type]]]))).subarray(18),
  );
  const text = inflateSync(join(blocks), {
    dictionary: headerDictionary,
    finishFlush: constants.Z_SYNC_FLUSH,
  }).toString('latin1');
  expect(text.split('streamtype')).toHaveLength(1 + types.length);
  for (const type of types) expect(text).toContain(type);
  expect(blocks[1]?.length).toBeLessThan(blocks[0]?.length ?? 0);
});

test('what is encoded is decoded to the same, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 12 }), anyCuts, (frames, cuts) => {
      const encoder = new FrameEncoder();
      const bytes = join(frames.map((frame) => encoder.encode(frame)));
      const decoder = new FrameDecoder();
      const decoded = cut(bytes, cuts).flatMap((piece) => decoder.push(piece));
      expect(joinData(decoded)).toEqual(joinData(frames));
      expect(decoder.pendingBytes).toBe(0);
    }),
    { numRuns: 400 },
  );
});

describe('hostile bytes', () => {
  test('never throw, and give the same frames and the same fault however they are cut', () => {
    const mutated = fc.tuple(
      fc.array(anyFrame, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      fc.uint8Array({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(mutated, anyCuts, ([frames, changes, tail], cuts) => {
        const encoder = new FrameEncoder();
        const bytes = join([...frames.map((frame) => encoder.encode(frame)), tail]);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const whole = new FrameDecoder().push(bytes);
        const decoder = new FrameDecoder();
        const pieces = cut(bytes, cuts).flatMap((piece) => decoder.push(piece));
        expect(describeAll(pieces)).toEqual(describeAll(whole));
      }),
      { numRuns: 400 },
    );
  });

  test.each<[string, string, Partial<FrameLimits>, string]>([
    ['a control frame of SPDY/2', '8002000600000004 00000001', {}, 'SPDY_ERR_VERSION'],
    ['a PING of 5 bytes', '8003000600000005 0000000101', {}, 'SPDY_ERR_FRAME_LENGTH'],
    ['a RST_STREAM of 4 bytes', '8003000300000004 00000001', {}, 'SPDY_ERR_FRAME_LENGTH'],
    ['a SYN_STREAM of 9 bytes', '8003000100000009', {}, 'SPDY_ERR_FRAME_LENGTH'],
    [
      'a SETTINGS that announces 2^32-1 entries',
      '800300040000000c ffffffff 0000000400000001',
      {},
      'SPDY_ERR_FRAME_LENGTH',
    ],
    ['a PING with a flag', '8003000601000004 00000001', {}, 'SPDY_ERR_FRAME_FLAGS'],
    ['a RST_STREAM of stream 0', '8003000300000008 00000000 00000001', {}, 'SPDY_ERR_STREAM_ZERO'],
    ['a RST_STREAM with status 0', '8003000300000008 00000001 00000000', {}, 'SPDY_ERR_STATUS_ZERO'],
    ['DATA of stream 0', '0000000000000001', {}, 'SPDY_ERR_STREAM_ZERO'],
    ['a control frame that announces 16 MiB', '8003000100ffffff', {}, 'SPDY_ERR_FRAME_TOO_LARGE'],
    ['DATA beyond the limit', '0000000100000065', { dataFrameBytesMax: 100 }, 'SPDY_ERR_FRAME_TOO_LARGE'],
    ['a header block without zlib', '8003000200000008 00000001 00000000', {}, 'SPDY_ERR_COMPRESSION'],
    ['an empty header block', '8003000200000004 00000001', {}, 'SPDY_ERR_COMPRESSION'],
    ['another dictionary', '800300020000000a 00000001 78f900000001', {}, 'SPDY_ERR_COMPRESSION'],
    ['a block without a flush', '800300020000000c 00000001 78f9e3c6a7c26260', {}, 'SPDY_ERR_COMPRESSION'],
    [
      'a block that is no deflate',
      '8003000200000010 00000001 78f9e3c6a7c2 ffff 0000ffff',
      {},
      'SPDY_ERR_COMPRESSION',
    ],
    [
      'a zlib stream that ends before its frame',
      '8003000200000016 00000001 78f9e3c6a7c2 0300 0000 00000000 0000ffff',
      {},
      'SPDY_ERR_COMPRESSION',
    ],
  ])('%s is a fault', (_, hex, limits, code) => {
    const faults = new FrameDecoder(limits).push(fromHex(hex.replaceAll(' ', '')));
    expect(faults).toHaveLength(1);
    const [fault] = faults;
    expect(fault?.type === 'FAULT' && fault.error).toBeInstanceOf(SpdyError);
    expect(fault).toMatchObject({ type: 'FAULT', error: { code } });
  });

  test('after a fault nothing is decoded, not even a good frame', () => {
    const decoder = new FrameDecoder();
    const ping = fromHex('800300060000000400000001');
    expect(decoder.push(join([ping, fromHex('8002000600000004'), ping])).map(({ type }) => type)).toEqual([
      'PING',
      'FAULT',
    ]);
    expect(decoder.over).toBe(true);
    expect(decoder.push(ping)).toEqual([]);
  });

  test('a zlib bomb stops at the limit', () => {
    // 16 MiB of zeros in 16 KiB.
    const bomb = deflateRawSync(new Uint8Array(16 * 1024 * 1024), {
      finishFlush: constants.Z_SYNC_FLUSH,
      level: 9,
    });
    const block = join([fromHex('78f9e3c6a7c2'), bomb]);
    const head = fromHex(`80030002${(4 + block.length).toString(16).padStart(8, '0')}00000001`);
    const before = process.memoryUsage().arrayBuffers;
    expect(new FrameDecoder().push(join([head, block]))).toMatchObject([
      { type: 'FAULT', error: { code: 'SPDY_ERR_HEADER_BLOCK_TOO_LARGE' } },
    ]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  });

  test.each<[string, string]>([
    ['that ends early', '00000001 00000001 61'],
    ['with a count beyond its bytes', '00000002 00000001 61 00000000'],
    ['with an empty name', '00000001 00000000 00000000'],
    ['with capitals', '00000001 00000001 41 00000000'],
    ['with a name twice', '00000002 00000001 61 00000000 00000001 61 00000000'],
    ['with bytes left over', '00000000 00'],
    ['with a value of 4 GiB', '00000001 00000001 61 ffffffff'],
    ['with 4 billion names', 'ffffffff'],
    ['of no bytes', ''],
  ])('a header block %s is the error of its stream, and the session goes on', (_, hex) => {
    const deflated = deflateRawSync(fromHex(hex.replaceAll(' ', '')), {
      dictionary: headerDictionary,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    const block = join([fromHex('78f9e3c6a7c2'), deflated]);
    const head = fromHex(`80030008${(4 + block.length).toString(16).padStart(8, '0')}00000009`);
    const frames = new FrameDecoder().push(join([head, block, fromHex('800300060000000400000001')]));
    expect(frames).toMatchObject([
      { type: 'BAD_HEADERS', frameType: 'HEADERS', streamId: 9 },
      { type: 'PING' },
    ]);
  });

  test('frames of unknown types are passed over', () => {
    const frames = new FrameDecoder().push(
      fromHex('8003000a05000003aabbcc 8003000500000000 800300060000000400000001'.replaceAll(' ', '')),
    );
    expect(frames).toMatchObject([
      { type: 'UNKNOWN', frameType: 10, flags: 5, bodyBytes: 3 },
      { type: 'UNKNOWN', frameType: 5 },
      { type: 'PING' },
    ]);
  });

  test('an announced length takes no memory before its bytes come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 2000 }, () => {
      const decoder = new FrameDecoder({ controlFrameBytesMax: 0xff_ffff });
      decoder.push(fromHex('8003000100ffffff00000001'));
      decoder.push(new Uint8Array(100));
      return decoder;
    });
    expect(decoders.every((decoder) => decoder.pendingBytes === 112)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  });
});

describe('what cannot be written is refused', () => {
  const headers = new Map([['a', ['b']]]);
  test.each<[string, SpdyFrame]>([
    ['stream 0', synStream(0, headers)],
    ['a stream id of 32 bits', { type: 'RST_STREAM', streamId: 0x8000_0000, status: 1 }],
    ['a RST_STREAM without a status', { type: 'RST_STREAM', streamId: 1, status: 0 }],
    ['a priority of 8', { ...synStream(1, headers), priority: 8 }],
    ['a name with capitals', synStream(1, new Map([['A', ['b']]]))],
    ['an empty name', synStream(1, new Map([['', ['b']]]))],
    ['a value beyond ISO 8859-1', synStream(1, new Map([['a', ['边']]]))],
    ['a negative window', { type: 'WINDOW_UPDATE', streamId: 1, deltaBytes: -1 }],
    ['16 MiB in one frame', { type: 'DATA', streamId: 1, fin: false, data: new Uint8Array(0x100_0000) }],
  ])('%s', (_, frame) => {
    const encoder = new FrameEncoder();
    expect(() => encoder.encode(frame)).toThrow(expect.objectContaining({ code: 'SPDY_ERR_ENCODE' }));
    expect(new FrameDecoder().push(encoder.encode(synStream(1, headers)))).toEqual([synStream(1, headers)]);
  });

  test('a limit that is no positive integer', () => {
    expect(() => new FrameDecoder({ headerNamesMax: 0 })).toThrow(
      expect.objectContaining({ code: 'SPDY_ERR_OPTION' }),
    );
  });
});

function describeAll(frames: readonly DecodedFrame[]): unknown[] {
  return joinData(frames).map((frame) =>
    'error' in frame ? { ...frame, error: frame.error.message, data: undefined } : frame,
  );
}
