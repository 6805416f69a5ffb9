import { spdyError } from './errors.ts';
import {
  type DataFrame,
  type GoAwayFrame,
  type HeadersFrame,
  type RstStreamFrame,
  rstStatus,
  type SettingsFrame,
  type SynReplyFrame,
  type SynStreamFrame,
  settingsId,
  uint31Max,
  type WindowUpdateFrame,
} from './frame.ts';
import type { BadHeaders, DecodedFrame, DecodeFault } from './frame-decoder.ts';
import type { SessionState } from './session-state.ts';
import type { SessionStream } from './session-stream.ts';

/** What each frame of the peer's does to a session (Draft 3.1; sections are cited where the rule is). Not exported. */
export class SessionReceiver {
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
  }

  received(frame: DecodedFrame): void {
    const state = this.#state;
    switch (frame.type) {
      case 'SYN_STREAM':
        this.#synStream(frame);
        break;
      case 'SYN_REPLY':
        this.#synReply(frame);
        break;
      case 'HEADERS':
        this.#headers(frame);
        break;
      case 'DATA':
        this.#data(frame);
        break;
      case 'RST_STREAM':
        this.#rstStream(frame);
        break;
      case 'SETTINGS':
        this.#settings(frame);
        break;
      case 'PING':
        // Ids of our parity are our own; an answer to a ping that we never sent is passed over (2.6.5).
        if (frame.id % 2 !== state.nextPingId % 2) state.send(frame);
        else if (frame.id < state.nextPingId) state.events.push({ type: 'pong', id: frame.id });
        break;
      case 'GOAWAY':
        this.#goAway(frame);
        break;
      case 'WINDOW_UPDATE':
        if (state.settings.enforced) this.#windowUpdate(frame);
        break;
      case 'BAD_HEADERS':
        this.#badHeaders(frame);
        break;
      case 'FAULT':
        this.#fault(frame);
        break;
      case 'UNKNOWN':
        break;
    }
  }

  #synStream(frame: SynStreamFrame): void {
    const state = this.#state;
    const { streamId, headers, priority, associatedStreamId, unidirectional } = frame;
    if (!this.#takesStreamId(streamId)) return;
    const { streamsMax } = state.settings;
    if (state.openStreams('of the peer') >= streamsMax) {
      state.streamError(streamId, rstStatus.REFUSED_STREAM, `${streamsMax} streams of the peer's are open`);
      return;
    }
    const stream = state.newStream(streamId, false, { receiveEnded: false, sendEnded: unidirectional });
    state.events.push({ type: 'stream', streamId, headers, priority, associatedStreamId, unidirectional });
    if (frame.fin) state.receiveEnd(stream);
  }

  /** Whether a SYN_STREAM with this id opens a stream (2.3.2); if not, all that there is to say has been said. */
  #takesStreamId(streamId: number): boolean {
    const state = this.#state;
    if (!state.isPeers(streamId) || streamId < state.lastPeerStreamId) {
      const isClient = state.settings.role === 'server';
      state.fault(
        spdyError('SPDY_ERR_STREAM_ID', {
          found: streamId,
          role: isClient ? 'client' : 'server',
          expected: `${isClient ? 'odd' : 'even'} ids above ${state.lastPeerStreamId}`,
        }),
      );
      return false;
    }
    if (streamId === state.lastPeerStreamId) {
      state.streamError(streamId, rstStatus.PROTOCOL_ERROR, 'a second SYN_STREAM with this id');
      return false;
    }
    // After our GOAWAY new streams are passed over (2.6.6), and do not count as seen.
    if (state.goAwaySent) return false;
    state.lastPeerStreamId = streamId;
    return true;
  }

  #synReply({ streamId, headers, fin }: SynReplyFrame): void {
    const state = this.#state;
    const stream = state.streams.get(streamId);
    if (stream === undefined || !stream.ours) {
      state.notOpen(streamId, 'a SYN_REPLY');
    } else if (stream.replied) {
      state.streamError(streamId, rstStatus.STREAM_IN_USE, 'a second SYN_REPLY');
    } else {
      stream.replied = true;
      state.events.push({ type: 'reply', streamId, headers });
      if (fin) state.receiveEnd(stream);
    }
  }

  #headers({ streamId, headers, fin }: HeadersFrame): void {
    const state = this.#state;
    const stream = state.streams.get(streamId);
    if (stream === undefined) {
      state.notOpen(streamId, 'HEADERS');
    } else if (stream.receiveEnded) {
      state.streamError(streamId, rstStatus.STREAM_ALREADY_CLOSED, 'HEADERS after a FIN');
    } else {
      state.events.push({ type: 'headers', streamId, headers });
      if (fin) state.receiveEnd(stream);
    }
  }

  #data({ streamId, data, fin }: DataFrame): void {
    const state = this.#state;
    const { enforced } = state.settings;
    const tooMany = enforced ? state.receiveWindow.take(data.length) : 0;
    if (tooMany > 0) {
      state.fault(spdyError('SPDY_ERR_SESSION_WINDOW', { found: tooMany }));
      return;
    }
    const stream = this.#streamForData(streamId, data.length);
    if (stream === undefined) {
      // What is dropped was consumed, as far as the session window goes.
      if (enforced) state.sendWindowUpdate(0, state.receiveWindow.consume(data.length));
      return;
    }
    if (data.length > 0) state.delivered(streamId, data);
    if (fin) state.receiveEnd(stream);
  }

  #streamForData(streamId: number, bytes: number): SessionStream | undefined {
    const state = this.#state;
    const stream = state.streams.get(streamId);
    if (stream === undefined) {
      state.notOpen(streamId, 'DATA');
    } else if (stream.receiveEnded) {
      state.streamError(streamId, rstStatus.STREAM_ALREADY_CLOSED, 'DATA after a FIN');
    } else if (stream.ours && !stream.replied) {
      state.streamError(streamId, rstStatus.PROTOCOL_ERROR, 'DATA before the SYN_REPLY');
    } else if (state.settings.enforced && stream.receiveWindow.take(bytes) > 0) {
      state.streamError(streamId, rstStatus.FLOW_CONTROL_ERROR, 'DATA beyond the window of the stream');
    } else {
      return stream;
    }
    return undefined;
  }

  #rstStream({ streamId, status }: RstStreamFrame): void {
    const stream = this.#state.streams.get(streamId);
    // A reset is never answered (2.4.2).
    if (stream === undefined) return;
    this.#state.forget(stream);
    this.#state.events.push({ type: 'reset', streamId, status });
  }

  #settings({ entries }: SettingsFrame): void {
    const state = this.#state;
    const seen = new Set<number>();
    for (const { id, value } of entries) {
      // Of two values for one id the first counts (2.6.4).
      if (seen.has(id)) continue;
      seen.add(id);
      if (id === settingsId.MAX_CONCURRENT_STREAMS) state.peerStreamsMax = value;
      if (id === settingsId.INITIAL_WINDOW_SIZE) this.#resizePeerWindows(value);
    }
    if (!state.over) state.events.push({ type: 'settings', entries });
  }

  /** All windows of streams move by the difference and may become negative; that of the session stays (2.6.8). */
  #resizePeerWindows(bytes: number): void {
    const state = this.#state;
    const delta = bytes - state.peerWindowBytes;
    state.peerWindowBytes = bytes;
    if (!state.settings.enforced) return;
    let largest = bytes;
    for (const { sendWindow } of state.streams.values()) {
      sendWindow.add(delta);
      largest = Math.max(largest, sendWindow.left);
    }
    if (largest > uint31Max) state.windowOverflow('SETTINGS', largest);
    else state.flushAll();
  }

  #windowUpdate({ streamId, deltaBytes }: WindowUpdateFrame): void {
    const state = this.#state;
    if (streamId === 0) {
      if (state.sendWindow.add(deltaBytes)) state.flushAll();
      else state.windowOverflow('WINDOW_UPDATE', state.sendWindow.left);
      return;
    }
    const stream = state.streams.get(streamId);
    // It may have crossed our FIN or reset.
    if (stream === undefined) return;
    if (deltaBytes === 0) {
      state.streamError(streamId, rstStatus.PROTOCOL_ERROR, 'a WINDOW_UPDATE of 0 bytes');
    } else if (stream.sendWindow.add(deltaBytes)) {
      state.flushAndTell(stream);
    } else {
      state.streamError(streamId, rstStatus.FLOW_CONTROL_ERROR, 'a window beyond 2^31-1 bytes');
    }
  }

  #goAway({ lastGoodStreamId, status }: GoAwayFrame): void {
    const state = this.#state;
    state.goAwayReceived = true;
    state.events.push({ type: 'goaway', lastGoodStreamId, status });
    for (const stream of state.streams.values()) {
      if (!stream.ours || stream.id <= lastGoodStreamId) continue;
      state.forget(stream);
      state.events.push({ type: 'reset', streamId: stream.id, status: rstStatus.REFUSED_STREAM });
    }
  }

  #badHeaders({ frameType, streamId, error }: BadHeaders): void {
    if (frameType === 'SYN_STREAM' && !this.#takesStreamId(streamId)) return;
    const why = `a ${frameType} with a bad header block`;
    this.#state.streamError(streamId, rstStatus.PROTOCOL_ERROR, why, error);
  }

  #fault({ error, streamId }: DecodeFault): void {
    // Without its block the shared zlib state is lost, so that this reset is always followed by a GOAWAY (2.6.3).
    if (error.code === 'SPDY_ERR_HEADER_BLOCK_TOO_LARGE' && streamId !== undefined) {
      this.#state.sendReset(streamId, rstStatus.FRAME_TOO_LARGE);
    }
    this.#state.fault(error);
  }
}
