import { describe, expect, test } from 'vitest';
import { type ExecStream, fromHex, join, joinData, readFixture, toHex } from './fixture.test-support.ts';
import { type DecodedFrame, FrameDecoder, FrameEncoder, type SpdyFrame } from './index.ts';

// What a Go client and a kubelet said to each other through a tunnel of kubeedge v1.6.1.
const streams = readFixture<ExecStream>('exec-streams.ndjson');
const answerHead =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n' +
  'X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const spdyBytes = (stream: ExecStream) => {
  const bytes = join(stream.piecesHex.map(fromHex));
  return stream.dir === 'to-cloud' ? bytes.subarray(answerHead.length) : bytes;
};
const decodeAll = (stream: ExecStream) => new FrameDecoder().push(spdyBytes(stream));

/** A frame in one line. */
function line(frame: DecodedFrame): string {
  if (frame.type === 'DATA') return `${frame.streamId} DATA${frame.fin ? ' FIN' : ''} ${text(frame.data)}`;
  if ('headers' in frame) {
    const pairs = [...frame.headers].map(([name, values]) => ` ${name}=${values.join()}`);
    return `${frame.streamId} ${frame.type}${frame.fin ? ' FIN' : ''}${pairs.join('')}`;
  }
  if (frame.type === 'RST_STREAM') return `${frame.streamId} RST_STREAM ${frame.status}`;
  if (frame.type === 'GOAWAY') return `GOAWAY ${frame.lastGoodStreamId} ${frame.status}`;
  return frame.type;
}

const streamOf = (name: string, dir: ExecStream['dir']) => {
  const found = streams.find((stream) => stream.name === name && stream.dir === dir);
  if (found === undefined) throw new Error(`exec-streams.ndjson has no ${name} ${dir}`);
  return found;
};

describe('echo', () => {
  test('client: three streams and nothing more', () => {
    expect(decodeAll(streamOf('echo', 'to-edge')).map(line)).toEqual([
      '1 SYN_STREAM streamtype=error',
      '3 SYN_STREAM streamtype=stdout',
      '5 SYN_STREAM streamtype=stderr',
    ]);
  });

  test('kubelet: no FIN anywhere; it resets all its streams, then says GOAWAY', () => {
    const stream = streamOf('echo', 'to-cloud');
    expect(text(join(stream.piecesHex.map(fromHex))).startsWith(answerHead)).toBe(true);
    expect(decodeAll(stream).map(line)).toEqual([
      '1 SYN_REPLY',
      '3 SYN_REPLY',
      '5 SYN_REPLY',
      '3 DATA hello 边缘\n',
      '1 DATA {"metadata":{},"status":"Success"}',
      '1 RST_STREAM 5',
      '3 RST_STREAM 5',
      '5 RST_STREAM 5',
      'GOAWAY 5 0',
    ]);
  });
});

describe('cat with stdin', () => {
  test('client: ends stdin with an empty DATA with FIN', () => {
    expect(decodeAll(streamOf('stdin-cat', 'to-edge')).map(line)).toEqual([
      '1 SYN_STREAM streamtype=error',
      '3 SYN_STREAM streamtype=stdin',
      '5 SYN_STREAM streamtype=stdout',
      '7 SYN_STREAM streamtype=stderr',
      '3 DATA abc',
      '3 DATA 第二块',
      '3 DATA end',
      '3 DATA FIN ',
    ]);
  });

  test('kubelet: each piece comes back as it came', () => {
    expect(decodeAll(streamOf('stdin-cat', 'to-cloud')).slice(4).map(line)).toEqual([
      '5 DATA abc',
      '5 DATA 第二块',
      '5 DATA end',
      '1 DATA {"metadata":{},"status":"Success"}',
      '1 RST_STREAM 5',
      '3 RST_STREAM 5',
      '5 RST_STREAM 5',
      '7 RST_STREAM 5',
      'GOAWAY 7 0',
    ]);
  });
});

test.each(streams.map((stream) => [stream.name, stream.dir, stream] as const))(
  '%s %s: the pieces of the tunnel and the whole give the same frames',
  (_name, _dir, stream) => {
    const decoder = new FrameDecoder();
    const bytes = spdyBytes(stream);
    const frames: DecodedFrame[] = [];
    let at = 0;
    for (const { length } of stream.piecesHex.map(fromHex)) {
      frames.push(...decoder.push(bytes.subarray(at, at + length)));
      at += length;
    }
    expect(joinData(frames)).toEqual(joinData(decodeAll(stream)));
    expect(frames.some(({ type }) => type === 'FAULT' || type === 'BAD_HEADERS')).toBe(false);
    if (stream.complete) expect(decoder.pendingBytes).toBe(0);
  },
);

test.each(
  streams.filter((stream) => stream.complete).map((stream) => [stream.name, stream.dir, stream] as const),
)('%s %s: written again, all but the zlib codes is the same to the byte', (_name, _dir, stream) => {
  const encoder = new FrameEncoder();
  const written = decodeAll(stream).map((frame) => ({ frame, bytes: encoder.encode(frame as SpdyFrame) }));
  const plain = written.filter(({ frame }) => !('headers' in frame)).map(({ bytes }) => bytes);
  // Each side opens or accepts its streams first, so what follows is one run of bytes.
  expect(toHex(spdyBytes(stream)).endsWith(toHex(join(plain)))).toBe(true);
  expect(new FrameDecoder().push(join(written.map(({ bytes }) => bytes)))).toEqual(decodeAll(stream));
});
