import { describe, expect, test } from 'vitest';
import { fromHex } from './fixture.test-support.ts';
import { synStream } from './frame.test-support.ts';
import { goAwayStatus, rstStatus, type SpdyFrame } from './index.ts';
import { data, harness, noHeaders, reply } from './session.test-support.ts';

const server = (options = {}) => harness({ role: 'server', ...options });
const client = (options = {}) => harness({ role: 'client', ...options });
const syn = (streamId: number, fin = false) => synStream(streamId, noHeaders, fin);
const rst = (streamId: number, status: number) => ({ type: 'RST_STREAM', streamId, status });

describe('a stream of the peer', () => {
  test('opens, is accepted, carries data both ways and ends half by half', () => {
    const { session, feed, sent } = server();
    expect(feed(synStream(1, new Map([['streamtype', ['stdin']]])))).toMatchObject([
      { type: 'stream', streamId: 1, headers: new Map([['streamtype', ['stdin']]]) },
    ]);
    session.reply(1);
    expect(session.write(1, new Uint8Array(3))).toBe('sent');
    expect(feed(data(1, 5))).toMatchObject([{ type: 'data', streamId: 1 }]);
    expect(feed(data(1, 0, true))).toEqual([{ type: 'end', streamId: 1 }]);
    expect(session.openStreamIds).toEqual([1]);
    expect(session.write(1, new Uint8Array(2))).toBe('sent');
    session.end(1);
    expect(session.openStreamIds).toEqual([]);
    expect(session.write(1, new Uint8Array(2))).toBe('gone');
    expect(sent().map(({ type }) => type)).toEqual(['SYN_REPLY', 'DATA', 'DATA', 'DATA']);
  });

  test('that is unidirectional cannot be written to', () => {
    const { session, feed } = server();
    feed({ ...syn(1), unidirectional: true });
    expect(session.write(1, new Uint8Array(1))).toBe('gone');
    expect(feed(data(1, 1, true))).toMatchObject([{ type: 'data' }, { type: 'end' }]);
    expect(session.openStreamIds).toEqual([]);
  });

  test('beyond streamsMax is refused, and there is room again after one has gone', () => {
    const { session, feed, sent } = server({ streamsMax: 2 });
    feed(syn(1), syn(3));
    expect(feed(syn(5))).toMatchObject([{ type: 'stream-error', status: rstStatus.REFUSED_STREAM }]);
    expect(sent()).toEqual([rst(5, rstStatus.REFUSED_STREAM)]);
    session.reset(1);
    expect(feed(syn(7))).toMatchObject([{ type: 'stream', streamId: 7 }]);
  });
});

describe('ids', () => {
  test.each<[string, SpdyFrame[]]>([
    ['an even id of a client', [syn(2)]],
    ['an id below one before', [syn(5), syn(3)]],
  ])('%s ends the session with PROTOCOL_ERROR', (_, frames) => {
    const { session, feed, sent } = server();
    expect(feed(...frames).at(-1)).toMatchObject({ type: 'fault', error: { code: 'SPDY_ERR_STREAM_ID' } });
    expect(sent().at(-1)).toMatchObject({ type: 'GOAWAY', status: goAwayStatus.PROTOCOL_ERROR });
    expect(session.over).toBe(true);
    expect(feed(syn(7))).toEqual([]);
  });

  test('the same id twice is the error of that stream', () => {
    const { session, feed, sent } = server();
    feed(syn(1), syn(3));
    expect(feed(syn(3))).toMatchObject([
      { type: 'stream-error', streamId: 3, status: rstStatus.PROTOCOL_ERROR },
    ]);
    expect(sent()).toEqual([rst(3, rstStatus.PROTOCOL_ERROR)]);
    expect(session.openStreamIds).toEqual([1]);
  });

  test('ours are odd for a client, even for a server, and grow', () => {
    expect([1, 2].map(() => client().session.open(noHeaders))).toEqual([1, 1]);
    const { session } = server();
    expect([session.open(noHeaders), session.open(noHeaders)]).toEqual([2, 4]);
  });
});

describe('frames that do not fit their stream', () => {
  const opened = () => {
    const peer = client();
    peer.session.open(noHeaders);
    peer.sent();
    return peer;
  };

  test.each<[string, (peer: ReturnType<typeof opened>) => SpdyFrame[], number]>([
    ['DATA before the SYN_REPLY', () => [data(1, 1)], rstStatus.PROTOCOL_ERROR],
    ['DATA after a FIN', () => [reply(1), data(1, 0, true), data(1, 1)], rstStatus.STREAM_ALREADY_CLOSED],
    [
      'HEADERS after a FIN',
      () => [reply(1, true), { type: 'HEADERS', streamId: 1, fin: false, headers: noHeaders }],
      rstStatus.STREAM_ALREADY_CLOSED,
    ],
    ['a second SYN_REPLY', () => [reply(1), reply(1)], rstStatus.STREAM_IN_USE],
    ['DATA on a stream that was never opened', () => [data(2, 1)], rstStatus.INVALID_STREAM],
    ['a SYN_REPLY for a stream that was never opened', () => [reply(9)], rstStatus.INVALID_STREAM],
    [
      'DATA on a stream that is closed',
      ({ session }) => {
        session.end(1);
        return [reply(1, true), data(1, 1)];
      },
      rstStatus.PROTOCOL_ERROR,
    ],
    [
      'DATA on a stream that the peer reset',
      () => [reply(1), { type: 'RST_STREAM', streamId: 1, status: 5 }, data(1, 1)],
      rstStatus.PROTOCOL_ERROR,
    ],
  ])('%s', (_, frames, status) => {
    const peer = opened();
    const events = peer.feed(...frames(peer));
    expect(events.at(-1)).toMatchObject({ type: 'stream-error', status });
    expect(peer.sent().at(-1)).toMatchObject({ type: 'RST_STREAM', status });
    expect(peer.session.over).toBe(false);
  });

  test('after our reset whatever still comes is passed over, and resets are not answered', () => {
    const { session, feed, sent } = server();
    feed(syn(1));
    session.reset(1, rstStatus.CANCEL);
    sent();
    expect(feed(data(1, 10), data(1, 10, true), { type: 'RST_STREAM', streamId: 1, status: 5 })).toEqual([]);
    expect(feed({ type: 'RST_STREAM', streamId: 99, status: 1 })).toEqual([]);
    expect(sent()).toEqual([]);
  });

  test.each(Object.entries(rstStatus))('a reset with %s is passed on, and ends the stream', (_, status) => {
    const { session, feed, sent } = server();
    feed(syn(1), data(1, 7));
    expect(feed({ type: 'RST_STREAM', streamId: 1, status })).toEqual([
      { type: 'reset', streamId: 1, status },
    ]);
    expect(session.write(1, new Uint8Array(1))).toBe('gone');
    expect(session.unreadBytes).toBe(0);
    expect(sent()).toEqual([]);
  });

  test('a bad header block is the error of its stream, and its id counts', () => {
    const { session, sent, feed } = server();
    // One name, `A`: made by Go's zlib, stored.
    const block = '78f9e3c6a7c2' + '000d00f2ff' + '00000001000000014100000000' + '000000ffff';
    const frame = `80030001${(10 + block.length / 2).toString(16).padStart(8, '0')}00000005000000000000${block}`;
    expect(session.receive(fromHex(frame))).toMatchObject([
      { type: 'stream-error', streamId: 5, error: { code: 'SPDY_ERR_HEADER_BLOCK' } },
    ]);
    expect(sent()).toEqual([rst(5, rstStatus.PROTOCOL_ERROR)]);
    expect(feed(data(5, 1))).toEqual([]);
  });
});

describe('PING', () => {
  test('of the peer comes back as it is; ours is told when it comes back', () => {
    const { session, feed, sent } = server();
    expect(feed({ type: 'PING', id: 1 }, { type: 'PING', id: 0xffff_ffff })).toEqual([]);
    expect(sent()).toEqual([
      { type: 'PING', id: 1 },
      { type: 'PING', id: 0xffff_ffff },
    ]);
    const id = session.ping();
    expect(id).toBe(2);
    expect(feed({ type: 'PING', id })).toEqual([{ type: 'pong', id }]);
    expect(feed({ type: 'PING', id: 44 })).toEqual([]);
  });
});

describe('GOAWAY', () => {
  test('received: no more streams of ours; those it never saw are refused', () => {
    const { session, feed } = client();
    session.open(noHeaders);
    session.open(noHeaders);
    expect(feed({ type: 'GOAWAY', lastGoodStreamId: 1, status: 0 })).toEqual([
      { type: 'goaway', lastGoodStreamId: 1, status: 0 },
      { type: 'reset', streamId: 3, status: rstStatus.REFUSED_STREAM },
    ]);
    expect(session.canOpen).toBe(false);
    expect(() => session.open(noHeaders)).toThrow(
      expect.objectContaining({ code: 'SPDY_ERR_NO_MORE_STREAMS' }),
    );
    expect(feed(reply(1))).toMatchObject([{ type: 'reply', streamId: 1 }]);
  });

  test('sent: new streams are passed over without an answer, old ones go on', () => {
    const { session, feed, sent } = server();
    feed(syn(1));
    session.goAway();
    session.goAway();
    expect(sent()).toEqual([{ type: 'GOAWAY', lastGoodStreamId: 1, status: 0 }]);
    expect(feed(syn(3), data(3, 5), data(1, 5))).toMatchObject([{ type: 'data', streamId: 1 }]);
    expect(sent()).toEqual([]);
  });

  test('close resets what we have not ended, as a kubelet does', () => {
    const { session, feed, sent } = server();
    feed(syn(1), syn(3), syn(5));
    session.end(3);
    sent();
    session.close();
    session.close();
    expect(sent()).toEqual([
      rst(1, rstStatus.CANCEL),
      rst(5, rstStatus.CANCEL),
      { type: 'GOAWAY', lastGoodStreamId: 5, status: 0 },
    ]);
    expect(session.over).toBe(true);
  });
});

test('a fault of the decoder ends the session with a GOAWAY', () => {
  const { session, feed, sent } = server();
  feed(syn(1));
  expect(session.receive(fromHex('8002000600000004'))).toMatchObject([
    { type: 'fault', error: { code: 'SPDY_ERR_VERSION' } },
  ]);
  expect(sent()).toEqual([{ type: 'GOAWAY', lastGoodStreamId: 1, status: goAwayStatus.PROTOCOL_ERROR }]);
  expect(session.openStreamIds).toEqual([]);
  expect(session.canOpen).toBe(false);
});

test('a header block that is too large gets FRAME_TOO_LARGE before the GOAWAY', () => {
  const peer = server({ headerBlockBytesMax: 100 });
  expect(peer.feed(synStream(1, new Map([['x', ['y'.repeat(200)]]])))).toMatchObject([
    { type: 'fault', error: { code: 'SPDY_ERR_HEADER_BLOCK_TOO_LARGE' } },
  ]);
  expect(peer.sent().map(({ type }) => type)).toEqual(['RST_STREAM', 'GOAWAY']);
});

test('the peer’s limit on streams holds us', () => {
  const { session, feed } = client();
  feed({ type: 'SETTINGS', clearPersisted: false, entries: [{ id: 4, flags: 0, value: 1 }] });
  session.open(noHeaders);
  expect(session.canOpen).toBe(false);
});
