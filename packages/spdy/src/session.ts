import { spdyError } from './errors.ts';
import { frameBytesMax, goAwayStatus, rstStatus, type SpdyHeaders, uint31Max } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';
import type { SessionEvent } from './session-events.ts';
import { type SessionOptions, sessionSettings } from './session-options.ts';
import { SessionReceiver } from './session-receiver.ts';
import { SessionState } from './session-state.ts';

/**
 * What became of bytes that were to be sent: all are in the output (`sent`), some wait for the peer's window and a
 * `writable` event will follow (`waiting`), or the stream takes none any more and they were dropped (`gone`).
 */
export type WriteResult = 'sent' | 'waiting' | 'gone';

const noHeaders: SpdyHeaders = new Map();

/**
 * One end of a SPDY/3.1 session (Draft 3.1), without a connection and without a clock: bytes in by `receive`, bytes
 * out by `takeOutput`, which is to be asked after every call.
 *
 * Its memory is bounded by: one control frame, what `write` was given and answered `waiting`, the open streams
 * (`streamsMax` of the peer's), and the output until it is taken. Received DATA is handed on at once.
 */
export class SpdySession {
  readonly #state: SessionState;
  readonly #receiver: SessionReceiver;
  readonly #decoder: FrameDecoder;

  /** @throws SpdyError SPDY_ERR_OPTION */
  constructor(options: SessionOptions) {
    const settings = sessionSettings(options);
    this.#state = new SessionState(settings);
    this.#receiver = new SessionReceiver(this.#state);
    this.#decoder = new FrameDecoder(settings.limits);
  }

  /** True after a fault or `close`: nothing is received or sent any more. */
  get over(): boolean {
    return this.#state.over;
  }

  /** True while so much is unread that the connection must not be read from. */
  get paused(): boolean {
    return this.#state.unreadBytes >= this.#state.settings.unreadBytesMax;
  }

  /** Whether `open` would open a stream. */
  get canOpen(): boolean {
    return this.#whyNoStream() === undefined;
  }

  /** Bytes handed out in `data` events and not consumed yet. */
  get unreadBytes(): number {
    return this.#state.unreadBytes;
  }

  /** Bytes given to `write` that wait for the peer's windows. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { waiting } of this.#state.streams.values()) {
      for (const piece of waiting) bytes += piece.length;
    }
    return bytes;
  }

  /** Ids of the streams that are open in one direction at least, in the order they were opened. */
  get openStreamIds(): number[] {
    return [...this.#state.streams.keys()];
  }

  /** The bytes to write to the connection, one frame an entry; they are forgotten here. */
  takeOutput(): Uint8Array[] {
    const { output } = this.#state;
    this.#state.output = [];
    return output;
  }

  /** Takes the next bytes of the connection. Never throws: hostile bytes are a `stream-error` or a `fault`. */
  receive(bytes: Uint8Array): SessionEvent[] {
    const state = this.#state;
    if (state.over) return [];
    for (const frame of this.#decoder.push(bytes)) {
      if (!state.over) this.#receiver.received(frame);
    }
    const { events } = state;
    state.events = [];
    return events;
  }

  /**
   * Opens a stream.
   *
   * @returns its id
   * @throws SpdyError SPDY_ERR_NO_MORE_STREAMS after a GOAWAY of either side, beyond the peer's limit or without ids
   */
  open(
    headers: SpdyHeaders,
    how: { fin?: boolean; unidirectional?: boolean; priority?: number } = {},
  ): number {
    const state = this.#state;
    const refused = this.#whyNoStream();
    if (refused !== undefined) throw spdyError('SPDY_ERR_NO_MORE_STREAMS', { found: refused });
    const { fin = false, unidirectional = false, priority = 0 } = how;
    const streamId = state.nextStreamId;
    const frame = { type: 'SYN_STREAM', streamId, associatedStreamId: 0, priority, slot: 0 } as const;
    state.send({ ...frame, fin, unidirectional, headers });
    state.nextStreamId += 2;
    state.forgetIfClosed(state.newStream(streamId, true, { receiveEnded: unidirectional, sendEnded: fin }));
    return streamId;
  }

  /** Accepts a stream of the peer's; once. Does nothing on a stream that is gone. */
  reply(streamId: number, headers: SpdyHeaders = noHeaders): void {
    const stream = this.#openStream(streamId);
    if (stream === undefined || stream.ours || stream.replied) return;
    stream.replied = true;
    this.#state.send({ type: 'SYN_REPLY', streamId, fin: false, headers });
  }

  /** Sends more headers on an open stream. Does nothing on a stream that takes none. */
  sendHeaders(streamId: number, headers: SpdyHeaders): void {
    const stream = this.#openStream(streamId);
    if (stream === undefined || stream.endAsked) return;
    this.#state.send({ type: 'HEADERS', streamId, fin: false, headers });
  }

  /**
   * Sends bytes on a stream: one DATA frame, as spdystream's Write does, or as many as the windows ask for. Bytes that
   * wait are not copied; leave them alone.
   */
  write(streamId: number, data: Uint8Array): WriteResult {
    const stream = this.#openStream(streamId);
    if (stream === undefined || stream.endAsked) return 'gone';
    if (this.#state.settings.enforced && data.length > 0) {
      stream.waiting.push(data);
      this.#state.flush(stream);
      return stream.waiting.length === 0 ? 'sent' : 'waiting';
    }
    let rest = data;
    do {
      this.#state.send({ type: 'DATA', streamId, fin: false, data: rest.subarray(0, frameBytesMax) });
      rest = rest.subarray(frameBytesMax);
    } while (rest.length > 0);
    return 'sent';
  }

  /** Says that nothing more will be sent on a stream: an empty DATA with FIN, behind what still waits. */
  end(streamId: number): void {
    const stream = this.#openStream(streamId);
    if (stream === undefined || stream.endAsked) return;
    stream.endAsked = true;
    this.#state.flush(stream);
  }

  /** Ends a stream in both directions. What of it is unread counts as consumed. */
  reset(streamId: number, status: number = rstStatus.CANCEL): void {
    const stream = this.#openStream(streamId);
    if (stream === undefined) return;
    this.#state.sendReset(streamId, status);
    this.#state.forget(stream);
  }

  /** Says that bytes of a `data` event are done with, which makes room for more. More than is unread counts as all. */
  consumed(streamId: number, bytes: number): void {
    this.#state.consumed(streamId, bytes);
  }

  /** Asks the peer for an answer. @returns the id its `pong` will have */
  ping(): number {
    const state = this.#state;
    const id = state.nextPingId;
    state.nextPingId += 2;
    if (!state.over) state.send({ type: 'PING', id });
    return id;
  }

  /** Takes no more streams of the peer's; those that are open go on. */
  goAway(status: number = goAwayStatus.OK): void {
    this.#state.goAway(status);
  }

  /**
   * Ends the session as Kubernetes does: a reset for each stream that we have not ended, then a GOAWAY. Send the
   * output, then close the connection. apimachinery v0.19.3 pkg/util/httpstream/spdy/connection.go Close, and
   * spdystream stream.go resetStream.
   */
  close(): void {
    const state = this.#state;
    if (state.over) return;
    for (const stream of state.streams.values()) {
      if (!stream.sendEnded) state.sendReset(stream.id, rstStatus.CANCEL);
      state.forget(stream);
    }
    state.goAway(goAwayStatus.OK);
    state.over = true;
  }

  #openStream(streamId: number) {
    return this.#state.over ? undefined : this.#state.streams.get(streamId);
  }

  #whyNoStream(): string | undefined {
    const state = this.#state;
    if (state.over) return 'the session is over';
    if (state.goAwaySent || state.goAwayReceived) return 'a GOAWAY was exchanged';
    if (state.nextStreamId > uint31Max) return 'all ids are used';
    if (state.openStreams('ours') < state.peerStreamsMax) return undefined;
    return `the peer allows ${state.peerStreamsMax} at a time`;
  }
}
