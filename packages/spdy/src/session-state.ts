import { type SpdyError, spdyError } from './errors.ts';
import { ReceiveWindow, SendWindow, windowBytesDefault } from './flow-window.ts';
import { frameBytesMax, goAwayStatus, rstStatus, type SpdyFrame, settingsId } from './frame.ts';
import { FrameEncoder } from './frame-encoder.ts';
import type { SessionEvent } from './session-events.ts';
import type { SessionSettings } from './session-options.ts';
import { SessionStream } from './session-stream.ts';

/** What the sending and the receiving half of a session share: streams, windows, what goes out. Not exported. */
export class SessionState {
  readonly settings: SessionSettings;
  readonly streams = new Map<number, SessionStream>();
  readonly receiveWindow: ReceiveWindow;
  readonly sendWindow = new SendWindow(windowBytesDefault);
  readonly #encoder = new FrameEncoder();
  /** Streams we reset; what still comes for them is passed over. */
  readonly #resetByUs = new Set<number>();
  /** Bytes handed out and not consumed, by stream; a stream may be gone already. */
  readonly #unread = new Map<number, number>();
  output: Uint8Array[] = [];
  events: SessionEvent[] = [];
  unreadBytes = 0;
  nextStreamId: number;
  nextPingId: number;
  lastPeerStreamId = 0;
  /** What the peer's SETTINGS say. */
  peerWindowBytes = windowBytesDefault;
  peerStreamsMax = Number.POSITIVE_INFINITY;
  goAwaySent = false;
  goAwayReceived = false;
  over = false;

  constructor(settings: SessionSettings) {
    this.settings = settings;
    this.nextStreamId = settings.role === 'client' ? 1 : 2;
    this.nextPingId = this.nextStreamId;
    const { enforced, receiveWindowBytes } = settings;
    this.receiveWindow = new ReceiveWindow(receiveWindowBytes);
    if (enforced && receiveWindowBytes > windowBytesDefault) {
      const entries = [{ id: settingsId.INITIAL_WINDOW_SIZE, flags: 0, value: receiveWindowBytes }];
      this.send({ type: 'SETTINGS', clearPersisted: false, entries });
      this.send({ type: 'WINDOW_UPDATE', streamId: 0, deltaBytes: receiveWindowBytes - windowBytesDefault });
    }
  }

  /** Whether the peer opened, or may open, the stream of this id. */
  isPeers(streamId: number): boolean {
    return streamId % 2 !== this.nextStreamId % 2;
  }

  openStreams(whose: 'ours' | 'of the peer'): number {
    let open = 0;
    for (const { ours } of this.streams.values()) if (ours === (whose === 'ours')) open++;
    return open;
  }

  newStream(
    id: number,
    ours: boolean,
    halves: { readonly receiveEnded: boolean; readonly sendEnded: boolean },
  ): SessionStream {
    const windows = { receiveBytes: this.settings.receiveWindowBytes, sendBytes: this.peerWindowBytes };
    const stream = new SessionStream(id, ours, windows, halves);
    this.streams.set(id, stream);
    return stream;
  }

  send(frame: SpdyFrame): void {
    this.output.push(this.#encoder.encode(frame));
  }

  sendReset(streamId: number, status: number): void {
    this.#resetByUs.add(streamId);
    if (this.#resetByUs.size > this.settings.streamsMax) {
      const [oldest = streamId] = this.#resetByUs;
      this.#resetByUs.delete(oldest);
    }
    this.send({ type: 'RST_STREAM', streamId, status });
  }

  wasResetByUs(streamId: number): boolean {
    return this.#resetByUs.has(streamId);
  }

  sendWindowUpdate(streamId: number, deltaBytes: number): void {
    if (deltaBytes > 0) this.send({ type: 'WINDOW_UPDATE', streamId, deltaBytes });
  }

  goAway(status: number): void {
    if (this.goAwaySent || this.over) return;
    this.goAwaySent = true;
    this.send({ type: 'GOAWAY', lastGoodStreamId: this.lastPeerStreamId, status });
  }

  fault(error: SpdyError): void {
    this.goAway(goAwayStatus.PROTOCOL_ERROR);
    this.over = true;
    this.streams.clear();
    this.events.push({ type: 'fault', error });
  }

  streamError(streamId: number, status: number, why: string, error?: SpdyError): void {
    this.sendReset(streamId, status);
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.forget(stream);
    this.events.push({
      type: 'stream-error',
      streamId,
      status,
      why,
      ...(error === undefined ? {} : { error }),
    });
  }

  receiveEnd(stream: SessionStream): void {
    stream.receiveEnded = true;
    this.events.push({ type: 'end', streamId: stream.id });
    this.forgetIfClosed(stream);
  }

  forgetIfClosed(stream: SessionStream): void {
    if (stream.receiveEnded && stream.sendEnded) this.streams.delete(stream.id);
  }

  /** Forgets a stream that was reset, and what of it is unread. */
  forget(stream: SessionStream): void {
    this.streams.delete(stream.id);
    this.consumed(stream.id, Number.POSITIVE_INFINITY);
  }

  delivered(streamId: number, data: Uint8Array): void {
    this.#unread.set(streamId, (this.#unread.get(streamId) ?? 0) + data.length);
    this.unreadBytes += data.length;
    this.events.push({ type: 'data', streamId, data });
  }

  consumed(streamId: number, bytes: number): void {
    const unread = this.#unread.get(streamId) ?? 0;
    const done = Math.min(bytes, unread);
    if (done <= 0) return;
    if (done === unread) this.#unread.delete(streamId);
    else this.#unread.set(streamId, unread - done);
    this.unreadBytes -= done;
    if (!this.settings.enforced || this.over) return;
    const stream = this.streams.get(streamId);
    if (stream !== undefined && !stream.receiveEnded) {
      this.sendWindowUpdate(streamId, stream.receiveWindow.consume(done));
    }
    this.sendWindowUpdate(0, this.receiveWindow.consume(done));
  }

  flushAll(): void {
    for (const stream of this.streams.values()) this.flushAndTell(stream);
  }

  flushAndTell(stream: SessionStream): void {
    if (stream.waiting.length === 0) return;
    this.flush(stream);
    if (stream.waiting.length === 0) this.events.push({ type: 'writable', streamId: stream.id });
  }

  /** Sends what waits, as far as both windows go, and the FIN behind it. */
  flush(stream: SessionStream): void {
    for (let first = stream.waiting[0]; first !== undefined; first = stream.waiting[0]) {
      const bytes = Math.min(first.length, stream.sendWindow.left, this.sendWindow.left, frameBytesMax);
      if (bytes <= 0) return;
      this.send({ type: 'DATA', streamId: stream.id, fin: false, data: first.subarray(0, bytes) });
      stream.sendWindow.take(bytes);
      this.sendWindow.take(bytes);
      if (bytes === first.length) stream.waiting.shift();
      else stream.waiting[0] = first.subarray(bytes);
    }
    if (!stream.endAsked || stream.sendEnded) return;
    this.send({ type: 'DATA', streamId: stream.id, fin: true, data: new Uint8Array(0) });
    stream.sendEnded = true;
    this.forgetIfClosed(stream);
  }

  /** A frame for a stream that is not open. */
  notOpen(streamId: number, what: string): void {
    if (this.wasResetByUs(streamId)) return;
    const isPeers = this.isPeers(streamId);
    const wasOpen = isPeers ? streamId <= this.lastPeerStreamId : streamId < this.nextStreamId;
    // 2.2.2: not after our GOAWAY, which may have crossed the SYN_STREAM of this one.
    if (!wasOpen && isPeers && this.goAwaySent) return;
    const status = wasOpen ? rstStatus.PROTOCOL_ERROR : rstStatus.INVALID_STREAM;
    this.streamError(streamId, status, `${what} on a stream that is ${wasOpen ? 'closed' : 'not open'}`);
  }

  windowOverflow(type: string, found: number): void {
    this.fault(spdyError('SPDY_ERR_WINDOW_OVERFLOW', { type, found }));
  }
}
