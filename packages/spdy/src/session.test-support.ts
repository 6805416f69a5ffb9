// Test support only: a session, and a peer that writes and reads its frames without any rules of its own.
import { join } from './fixture.test-support.ts';
import {
  type DecodedFrame,
  FrameDecoder,
  FrameEncoder,
  type SessionEvent,
  type SessionOptions,
  type SpdyFrame,
  SpdySession,
} from './index.ts';

export type Harness = {
  readonly session: SpdySession;
  /** Frames from the peer. */
  feed(...frames: SpdyFrame[]): SessionEvent[];
  /** What the session has sent since. */
  sent(): DecodedFrame[];
};

export function harness(options: SessionOptions): Harness {
  const session = new SpdySession(options);
  const encoder = new FrameEncoder();
  const decoder = new FrameDecoder();
  return {
    session,
    feed: (...frames) => session.receive(join(frames.map((frame) => encoder.encode(frame)))),
    sent: () => decoder.push(join(session.takeOutput())),
  };
}

export const noHeaders = new Map<string, string[]>();

export function data(streamId: number, bytes: number, fin = false): SpdyFrame {
  return { type: 'DATA', streamId, fin, data: new Uint8Array(bytes) };
}

export function reply(streamId: number, fin = false): SpdyFrame {
  return { type: 'SYN_REPLY', streamId, fin, headers: noHeaders };
}

export function windowUpdate(streamId: number, deltaBytes: number): SpdyFrame {
  return { type: 'WINDOW_UPDATE', streamId, deltaBytes };
}

export function initialWindow(value: number): SpdyFrame {
  return { type: 'SETTINGS', clearPersisted: false, entries: [{ id: 7, flags: 0, value }] };
}

/** Passes bytes both ways until nobody has any; what each side was told is handed over. */
export function exchange(
  a: SpdySession,
  b: SpdySession,
  told: (side: 'a' | 'b', event: SessionEvent) => void = () => {},
): void {
  for (;;) {
    const [toB, toA] = [join(a.takeOutput()), join(b.takeOutput())];
    if (toB.length === 0 && toA.length === 0) return;
    for (const event of b.receive(toB)) told('b', event);
    for (const event of a.receive(toA)) told('a', event);
  }
}
