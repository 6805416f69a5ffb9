import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { synStream } from './frame.test-support.ts';
import { rstStatus, SpdySession } from './index.ts';
import {
  data,
  exchange,
  harness,
  initialWindow,
  noHeaders,
  reply,
  windowUpdate,
} from './session.test-support.ts';

const KiB = 1024;
const enforced = { flowControl: 'enforced' } as const;
const syn = (streamId: number) => synStream(streamId, noHeaders);
const sizes = (frames: readonly { type: string; data?: Uint8Array }[]) =>
  frames.filter(({ type }) => type === 'DATA').map(({ data: bytes }) => bytes?.length);

describe('ignored, the way of Kubernetes', () => {
  test('the peer may send what it likes, we do, too, and no window is spoken of', () => {
    const { session, feed, sent } = harness({ role: 'server' });
    feed(syn(1));
    session.reply(1);
    expect(feed(data(1, 300 * KiB))).toHaveLength(1);
    session.consumed(1, 300 * KiB);
    expect(session.write(1, new Uint8Array(300 * KiB))).toBe('sent');
    expect(feed(windowUpdate(1, 0x7fff_ffff), windowUpdate(1, 0x7fff_ffff), windowUpdate(0, 0))).toEqual([]);
    expect(sent().map(({ type }) => type)).toEqual(['SYN_REPLY', 'DATA']);
  });

  test('paused says when to stop reading, so that a slow reader bounds what is held', () => {
    const { session, feed } = harness({ role: 'server', unreadBytesMax: 100 * KiB });
    feed(syn(1));
    const held: Uint8Array[] = [];
    let heldBytesMax = 0;
    let receivedBytes = 0;
    // A reader that takes one piece at a time; the peer sends whenever the connection is read.
    while (receivedBytes < 8 * KiB * KiB) {
      while (!session.paused) {
        for (const event of feed(data(1, 32 * KiB))) if (event.type === 'data') held.push(event.data);
        receivedBytes += 32 * KiB;
      }
      heldBytesMax = Math.max(heldBytesMax, session.unreadBytes);
      session.consumed(1, held.shift()?.length ?? 0);
    }
    expect(heldBytesMax).toBe(128 * KiB);
  });
});

describe('enforced: what the peer may send', () => {
  const opened = () => {
    const peer = harness({ role: 'server', ...enforced });
    peer.feed(syn(1), syn(3));
    return peer;
  };

  test('64 KiB pass in the session; one byte more ends it', () => {
    const { session, feed, sent } = opened();
    expect(feed(data(1, 64 * KiB))).toHaveLength(1);
    session.consumed(1, 64 * KiB);
    sent();
    feed(data(1, 64 * KiB));
    session.consumed(1, 10);
    expect(feed(data(3, 1)).at(-1)).toMatchObject({
      type: 'fault',
      error: { code: 'SPDY_ERR_SESSION_WINDOW' },
    });
  });

  test('a stream window ends its stream only', () => {
    const { session, feed, sent } = harness({ role: 'server', ...enforced });
    feed(syn(1), syn(3));
    feed(data(1, 40 * KiB));
    // The session has room again, the stream has: 24 KiB + nothing, since less than half was consumed.
    session.consumed(1, 40 * KiB);
    expect(sent()).toEqual([windowUpdate(1, 40 * KiB), windowUpdate(0, 40 * KiB)]);
    feed(data(1, 64 * KiB));
    session.consumed(1, 31 * KiB);
    expect(sent()).toEqual([]);
    session.consumed(1, 2 * KiB);
    expect(sent()).toEqual([windowUpdate(1, 33 * KiB), windowUpdate(0, 33 * KiB)]);
    feed(data(1, 33 * KiB));
    expect(session.unreadBytes).toBe(64 * KiB);
    session.consumed(1, 64 * KiB);
    expect(session.unreadBytes).toBe(0);
  });

  test('beyond the window of the stream alone: FLOW_CONTROL_ERROR, and the session gets its bytes back', () => {
    const { session, feed, sent } = opened();
    feed(data(1, 30 * KiB));
    session.consumed(1, 30 * KiB);
    feed(data(3, 30 * KiB));
    session.consumed(3, 30 * KiB);
    // Of the session 60 KiB were consumed and given back, of each stream 30 KiB, which is less than half a window.
    expect(sent()).toEqual([windowUpdate(0, 60 * KiB)]);
    expect(feed(data(1, 35 * KiB))).toMatchObject([
      { type: 'stream-error', streamId: 1, status: rstStatus.FLOW_CONTROL_ERROR },
    ]);
    expect(sent()).toEqual([
      { type: 'RST_STREAM', streamId: 1, status: rstStatus.FLOW_CONTROL_ERROR },
      windowUpdate(0, 35 * KiB),
    ]);
    expect(session.over).toBe(false);
  });

  test('a larger window is told at the start', () => {
    const { sent, feed } = harness({ role: 'server', ...enforced, receiveWindowBytes: 256 * KiB });
    expect(sent()).toEqual([initialWindow(256 * KiB), windowUpdate(0, 192 * KiB)]);
    expect(feed(syn(1), data(1, 256 * KiB))).toHaveLength(2);
    expect(() => harness({ role: 'server', ...enforced, receiveWindowBytes: 1000 })).toThrow(
      expect.objectContaining({ code: 'SPDY_ERR_OPTION' }),
    );
  });
});

describe('enforced: what we send', () => {
  const opened = () => {
    const peer = harness({ role: 'client', ...enforced });
    peer.session.open(noHeaders);
    peer.session.open(noHeaders);
    peer.feed(reply(1), reply(3));
    peer.sent();
    return peer;
  };

  test('goes as far as the window, waits, goes on, and the FIN stands behind it', () => {
    const { session, feed, sent } = opened();
    expect(session.write(1, new Uint8Array(100 * KiB))).toBe('waiting');
    session.end(1);
    expect(sizes(sent())).toEqual([64 * KiB]);
    expect(session.waitingBytes).toBe(36 * KiB);
    expect(feed(windowUpdate(1, 36 * KiB))).toEqual([]);
    expect(feed(windowUpdate(0, 20 * KiB))).toEqual([]);
    expect(sizes(sent())).toEqual([20 * KiB]);
    expect(feed(windowUpdate(0, 20 * KiB))).toEqual([{ type: 'writable', streamId: 1 }]);
    expect(sent()).toMatchObject([
      { type: 'DATA', fin: false },
      { type: 'DATA', fin: true },
    ]);
  });

  test('an empty FIN needs no window', () => {
    const { session, sent } = opened();
    session.write(1, new Uint8Array(64 * KiB));
    session.end(3);
    expect(sent()).toMatchObject([{ streamId: 1 }, { type: 'DATA', streamId: 3, fin: true }]);
  });

  test('a smaller initial window makes windows negative, and they have to be filled up first', () => {
    const { session, feed, sent } = opened();
    session.write(1, new Uint8Array(60 * KiB));
    sent();
    feed(initialWindow(16 * KiB), windowUpdate(0, 100 * KiB));
    expect(session.write(1, new Uint8Array(10))).toBe('waiting');
    feed(windowUpdate(1, 44 * KiB));
    expect(sizes(sent())).toEqual([]);
    expect(feed(windowUpdate(1, 10))).toEqual([{ type: 'writable', streamId: 1 }]);
    expect(sizes(sent())).toEqual([10]);
    session.write(3, new Uint8Array(17 * KiB));
    expect(sizes(sent())).toEqual([16 * KiB]);
    feed(initialWindow(17 * KiB));
    expect(sizes(sent())).toEqual([KiB]);
  });

  test.each([
    ['a stream window beyond 2^31-1', [windowUpdate(1, 0x7fff_ffff)], rstStatus.FLOW_CONTROL_ERROR],
    ['a WINDOW_UPDATE of 0', [windowUpdate(1, 0)], rstStatus.PROTOCOL_ERROR],
  ] as const)('%s ends the stream', (_, frames, status) => {
    const { session, feed, sent } = opened();
    expect(feed(...frames)).toMatchObject([{ type: 'stream-error', streamId: 1, status }]);
    expect(sent()).toEqual([{ type: 'RST_STREAM', streamId: 1, status }]);
    expect(session.over).toBe(false);
  });

  test.each([
    ['the session window', windowUpdate(0, 0x7fff_ffff)],
    ['the initial window', initialWindow(0x8000_0000)],
  ])('%s beyond 2^31-1 ends the session', (_, frame) => {
    const { session, feed, sent } = opened();
    expect(feed(frame)).toMatchObject([{ type: 'fault', error: { code: 'SPDY_ERR_WINDOW_OVERFLOW' } }]);
    expect(sent()).toMatchObject([{ type: 'GOAWAY' }]);
    expect(session.over).toBe(true);
  });
});

test('20 MB pass from end to end, with a window at most between a fast writer and a slow reader', () => {
  const [writer, reader] = [
    new SpdySession({ role: 'client', ...enforced }),
    new SpdySession({ role: 'server', ...enforced }),
  ];
  const id = writer.open(noHeaders);
  const pieceBytes = 32 * KiB;
  let [writtenBytes, readBytes, heldBytesMax, waitingBytesMax, faults] = [0, 0, 0, 0, 0];
  let waiting = false;
  const told = (side: 'a' | 'b', event: { type: string; data?: Uint8Array }) => {
    if (event.type === 'fault' || event.type === 'stream-error') faults++;
    if (side === 'a' && event.type === 'writable') waiting = false;
    if (side === 'b' && event.type === 'data') readBytes += event.data?.length ?? 0;
  };
  while (readBytes < 20 * KiB * KiB) {
    while (!waiting && writtenBytes < 20 * KiB * KiB) {
      waiting = writer.write(id, new Uint8Array(pieceBytes)) === 'waiting';
      writtenBytes += pieceBytes;
    }
    exchange(writer, reader, told);
    heldBytesMax = Math.max(heldBytesMax, reader.unreadBytes);
    waitingBytesMax = Math.max(waitingBytesMax, writer.waitingBytes);
    reader.consumed(id, 5000);
  }
  expect(faults).toBe(0);
  expect(readBytes).toBe(20 * KiB * KiB);
  expect(heldBytesMax).toBe(64 * KiB);
  expect(waitingBytesMax).toBeLessThanOrEqual(pieceBytes);
});

/** What a window is: a number. The session must send exactly as much as this says. */
class Model {
  readonly streams = new Map<number, { window: number; waiting: number; sent: number }>();
  session = 64 * KiB;
  initial = 64 * KiB;

  flush(): void {
    for (const stream of this.streams.values()) {
      const bytes = Math.max(0, Math.min(stream.waiting, stream.window, this.session));
      stream.waiting -= bytes;
      stream.window -= bytes;
      stream.sent += bytes;
      this.session -= bytes;
    }
  }
}

test('whatever happens, exactly what the windows allow is sent (against a model)', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('open' as const) }),
    fc.record({
      do: fc.constant('write' as const),
      at: fc.nat(),
      bytes: fc.integer({ min: 1, max: 90_000 }),
    }),
    fc.record({
      do: fc.constant('update' as const),
      at: fc.nat(),
      bytes: fc.integer({ min: 1, max: 90_000 }),
    }),
    fc.record({ do: fc.constant('update session' as const), bytes: fc.integer({ min: 1, max: 200_000 }) }),
    fc.record({ do: fc.constant('initial' as const), bytes: fc.nat({ max: 200_000 }) }),
    fc.record({ do: fc.constant('reset' as const), at: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { session, feed, sent } = harness({ role: 'client', ...enforced });
      const model = new Model();
      const sentBytes = new Map<number, number>();
      for (const each of steps) {
        const ids = [...model.streams.keys()];
        const id = 'at' in each && ids.length > 0 ? (ids[each.at % ids.length] as number) : 0;
        const stream = model.streams.get(id);
        if (each.do === 'open') {
          const opened = session.open(noHeaders);
          feed(reply(opened));
          model.streams.set(opened, { window: model.initial, waiting: 0, sent: 0 });
          sentBytes.set(opened, 0);
        } else if (each.do === 'write' && stream !== undefined) {
          session.write(id, new Uint8Array(each.bytes));
          stream.waiting += each.bytes;
        } else if (each.do === 'update' && stream !== undefined) {
          feed(windowUpdate(id, each.bytes));
          stream.window += each.bytes;
        } else if (each.do === 'update session') {
          feed(windowUpdate(0, each.bytes));
          model.session += each.bytes;
        } else if (each.do === 'initial') {
          feed(initialWindow(each.bytes));
          for (const other of model.streams.values()) other.window += each.bytes - model.initial;
          model.initial = each.bytes;
        } else if (each.do === 'reset' && stream !== undefined) {
          session.reset(id);
          model.streams.delete(id);
        }
        model.flush();
        for (const frame of sent()) {
          if (frame.type !== 'DATA') continue;
          sentBytes.set(frame.streamId, (sentBytes.get(frame.streamId) ?? 0) + frame.data.length);
        }
        for (const [streamId, { sent: bytes }] of model.streams) expect(sentBytes.get(streamId)).toBe(bytes);
      }
      const waiting = [...model.streams.values()].reduce((sum, each) => sum + each.waiting, 0);
      expect(session.waitingBytes).toBe(waiting);
    }),
    { numRuns: 500 },
  );
});
