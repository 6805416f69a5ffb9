import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextFrames } from './text-frames.ts';

const PAYLOAD_BYTES_MAX = 1_000;

interface Piece {
  /** What is to be read by whom. */
  reader: 'text' | 'ws';
  bytes: Buffer;
}

/** A masked frame. `first` is its first byte: FIN, reserved bits and opcode. */
function frame(first: number, payload: Uint8Array, mask: Uint8Array): Buffer {
  const length = Buffer.from(
    payload.length <= 125 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff],
  );
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.concat([Buffer.from([first]), length, mask, masked]);
}

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
const payload = fc.uint8Array({ maxLength: 2 * PAYLOAD_BYTES_MAX });
const short = fc.uint8Array({ maxLength: 125 });

const text = fc.record({ payload, mask }).map((made): Piece[] => {
  const whole = frame(0x81, made.payload, made.mask);
  const isLong = made.payload.length > PAYLOAD_BYTES_MAX;
  return [isLong ? { reader: 'ws', bytes: whole } : { reader: 'text', bytes: Buffer.from(made.payload) }];
});
const wsFrame = (first: number, content: fc.Arbitrary<Uint8Array>) =>
  fc
    .record({ content, mask })
    .map((made): Piece[] => [{ reader: 'ws', bytes: frame(first, made.content, made.mask) }]);
/** A message in three frames, with a ping between them, as it may be, and a text message, as it must not be. */
const fragments = fc
  .tuple(
    wsFrame(0x01, payload),
    wsFrame(0x89, short),
    wsFrame(0x00, payload),
    wsFrame(0x81, short),
    wsFrame(0x80, payload),
  )
  .map((pieces) => pieces.flat());
const pieces = fc
  .array(fc.oneof({ arbitrary: text, weight: 4 }, wsFrame(0x89, short), wsFrame(0x82, payload), fragments))
  .map((all) => all.flat());

/** The bytes on the wire of what {@link text} made. */
function wire(piece: Piece, maskOf: Uint8Array): Buffer {
  return piece.reader === 'ws' ? piece.bytes : frame(0x81, piece.bytes, maskOf);
}

function read(chunks: readonly Buffer[]): Piece[] {
  const seen: Piece[] = [];
  const frames = new TextFrames({
    payloadBytesMax: PAYLOAD_BYTES_MAX,
    onTexts: (texts) =>
      seen.push(...texts.map((bytes): Piece => ({ reader: 'text', bytes: Buffer.from(bytes) }))),
    onOther: (bytes) => seen.push({ reader: 'ws', bytes: Buffer.from(bytes) }),
  });
  for (const chunk of chunks) frames.push(chunk);
  frames.letGo();
  return seen;
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...new Set(at.map((share) => Math.floor(share * bytes.length)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end)));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

describe('TextFrames', () => {
  it('takes the text messages and leaves all other frames whole, in order, however the bytes are cut', () => {
    fc.assert(
      fc.property(pieces, mask, shares, (all, maskOf, at) => {
        const bytes = Buffer.concat(all.map((piece) => wire(piece, maskOf)));
        expect(read(cut(bytes, at))).toEqual(all);
      }),
    );
  });

  it.each([
    ['an unmasked frame', Buffer.from('810161', 'hex')],
    ['a reserved bit', Buffer.from('c1810000000061', 'hex')],
    ['an unknown opcode', Buffer.from('83810000000061', 'hex')],
    ['a length of eight bytes', Buffer.from('81ff000000000000000100000000', 'hex')],
  ])('leaves everything from %s on to ws', (_, strange) => {
    const good = frame(0x81, Buffer.from('a'), Buffer.from('00000000', 'hex'));
    expect(read([Buffer.concat([good, strange, good])])).toEqual([
      { reader: 'text', bytes: Buffer.from('a') },
      { reader: 'ws', bytes: Buffer.concat([strange, good]) },
    ]);
  });

  it('gives ws an unfinished frame when it lets go', () => {
    const good = frame(0x81, Buffer.from('abc'), Buffer.from('01020304', 'hex'));
    expect(read([good.subarray(0, -1)])).toEqual([{ reader: 'ws', bytes: good.subarray(0, -1) }]);
  });
});
