import { SpdyError, spdyError } from './errors.ts';
import {
  type ControlFrameType,
  controlFrameNumbers,
  flagClearPersisted,
  flagFin,
  flagUnidirectional,
  frameHeadBytes,
  type SettingsEntry,
  type SpdyFrame,
  spdyVersion,
  uint31Max,
} from './frame.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { decodeHeaderBlock } from './header-block.ts';
import { HeaderInflater } from './header-compression.ts';
import { type FrameLimits, frameLimits } from './limits.ts';

/** A control frame of a type that SPDY/3.1 does not have. The draft (2.2.1) wants it to be ignored. */
export type UnknownFrame = {
  readonly type: 'UNKNOWN';
  readonly frameType: number;
  readonly flags: number;
  readonly bodyBytes: number;
};

/** A frame whose header block is wrong, though the zlib stream is whole: the stream's error, not the session's. */
export type BadHeaders = {
  readonly type: 'BAD_HEADERS';
  readonly frameType: 'SYN_STREAM' | 'SYN_REPLY' | 'HEADERS';
  readonly streamId: number;
  readonly error: SpdyError;
};

/** The session is over; nothing is decoded any more. `streamId` is there when the fault names a stream. */
export type DecodeFault = { readonly type: 'FAULT'; readonly error: SpdyError; readonly streamId?: number };

export type DecodedFrame = SpdyFrame | UnknownFrame | BadHeaders | DecodeFault;

type FrameHead = {
  readonly type: ControlFrameType | 'UNKNOWN';
  readonly frameType: number;
  readonly flags: number;
  readonly bodyBytes: number;
};

/**
 * Turns the bytes of one direction into frames, in whatever pieces they come.
 *
 * DATA is passed on as it arrives: one frame may become several `DATA` entries, of which only the last has `fin`.
 * With the DATA of one stream joined, the result does not depend on how the bytes are cut.
 */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  readonly #inflater: HeaderInflater;
  #head = new GrowingBytes(frameHeadBytes);
  #body: { readonly head: FrameHead; readonly bytes: GrowingBytes } | undefined;
  #data: { readonly streamId: number; readonly fin: boolean; left: number } | undefined;
  #skip: { readonly head: FrameHead; left: number } | undefined;
  #over = false;

  /** @throws SpdyError SPDY_ERR_OPTION */
  constructor(limits: Partial<FrameLimits> = {}) {
    this.#limits = frameLimits('FrameDecoder', limits);
    this.#inflater = new HeaderInflater(this.#limits.headerBlockBytesMax);
  }

  /** True after a FAULT: what is pushed then is dropped. */
  get over(): boolean {
    return this.#over;
  }

  /** Bytes of a frame that is not complete yet. */
  get pendingBytes(): number {
    return this.#head.length + (this.#body?.bytes.length ?? 0);
  }

  /**
   * Takes the next bytes. Never throws: what is wrong with them is the last entry, a FAULT.
   *
   * @returns frames in their order; `data` of a DATA frame is a view on `chunk`
   */
  push(chunk: Uint8Array): DecodedFrame[] {
    const frames: DecodedFrame[] = [];
    let rest = chunk;
    while (rest.length > 0 && !this.#over) rest = this.#step(rest, frames);
    return frames;
  }

  #step(rest: Uint8Array, frames: DecodedFrame[]): Uint8Array {
    if (this.#data !== undefined) return this.#passData(this.#data, rest, frames);
    if (this.#skip !== undefined) return this.#skipBody(this.#skip, rest, frames);
    const { target, wanted } =
      this.#body === undefined
        ? { target: this.#head, wanted: frameHeadBytes }
        : { target: this.#body.bytes, wanted: this.#body.head.bodyBytes };
    const taken = Math.min(wanted - target.length, rest.length);
    target.append(rest.subarray(0, taken));
    if (target.length === wanted) {
      try {
        this.#completed(frames);
      } catch (error) {
        if (!(error instanceof SpdyError)) throw error;
        this.#over = true;
        const streamId = this.#faultyStreamId();
        frames.push({ type: 'FAULT', error, ...(streamId === undefined ? {} : { streamId }) });
      }
    }
    return rest.subarray(taken);
  }

  #completed(frames: DecodedFrame[]): void {
    if (this.#body !== undefined) {
      const { head, bytes } = this.#body;
      frames.push(this.#controlFrame(head, bytes.view()));
      this.#body = undefined;
      this.#head = new GrowingBytes(frameHeadBytes);
      return;
    }
    const bytes = this.#head.view();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const flags = view.getUint8(4);
    const bodyBytes = view.getUint32(4) & 0xff_ffff;
    if ((bytes[0] as number) < 0x80) {
      this.#beginData(view.getUint32(0), (flags & flagFin) !== 0, bodyBytes, frames);
      this.#head = new GrowingBytes(frameHeadBytes);
      return;
    }
    this.#beginControl(view.getUint16(0) & 0x7fff, view.getUint16(2), flags, bodyBytes, frames);
  }

  #beginData(streamId: number, fin: boolean, bodyBytes: number, frames: DecodedFrame[]): void {
    if (streamId === 0) throw spdyError('SPDY_ERR_STREAM_ZERO', { type: 'DATA' });
    tooLarge('DATA', bodyBytes, this.#limits.dataFrameBytesMax, 'dataFrameBytesMax');
    if (bodyBytes === 0) frames.push({ type: 'DATA', streamId, fin, data: new Uint8Array(0) });
    else this.#data = { streamId, fin, left: bodyBytes };
  }

  #beginControl(
    version: number,
    frameType: number,
    flags: number,
    bodyBytes: number,
    frames: DecodedFrame[],
  ): void {
    const type = controlFrameTypes.get(frameType) ?? 'UNKNOWN';
    const head: FrameHead = { type, frameType, flags, bodyBytes };
    if (version !== spdyVersion) throw spdyError('SPDY_ERR_VERSION', { found: version });
    if (type === 'UNKNOWN') {
      this.#head = new GrowingBytes(frameHeadBytes);
      if (bodyBytes === 0) frames.push({ ...head, type });
      else this.#skip = { head, left: bodyBytes };
      return;
    }
    const [bytesMin, bytesExact] = bodyLengths[type];
    if (bytesExact ? bodyBytes !== bytesMin : bodyBytes < bytesMin) {
      const expected = `${bytesMin}${bytesExact ? '' : ' or more'}`;
      throw spdyError('SPDY_ERR_FRAME_LENGTH', { type, found: bodyBytes, expected });
    }
    tooLarge(type, bodyBytes, this.#limits.controlFrameBytesMax, 'controlFrameBytesMax');
    // spdystream ends the session for flags here, too (moby/spdystream v0.5.0 spdy/read.go).
    if (flags !== 0 && noFlags.has(type)) throw spdyError('SPDY_ERR_FRAME_FLAGS', { type, found: flags });
    this.#body = { head, bytes: new GrowingBytes(Math.min(bodyBytes, bodyStartBytes)) };
  }

  #controlFrame(head: FrameHead, body: Uint8Array): DecodedFrame {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const id = view.getUint32(0) & uint31Max;
    const fin = (head.flags & flagFin) !== 0;
    switch (head.type) {
      case 'SYN_STREAM':
        return this.#headersFrame(head.type, id, body.subarray(10), (headers) => ({
          type: 'SYN_STREAM',
          streamId: id,
          associatedStreamId: view.getUint32(4) & uint31Max,
          priority: view.getUint8(8) >> 5,
          slot: view.getUint8(9),
          fin,
          unidirectional: (head.flags & flagUnidirectional) !== 0,
          headers,
        }));
      case 'SYN_REPLY':
      case 'HEADERS': {
        const { type } = head;
        return this.#headersFrame(type, id, body.subarray(4), (headers) => ({
          type,
          streamId: id,
          fin,
          headers,
        }));
      }
      case 'RST_STREAM': {
        const status = view.getUint32(4);
        if (id === 0) throw spdyError('SPDY_ERR_STREAM_ZERO', { type: head.type });
        if (status === 0) throw spdyError('SPDY_ERR_STATUS_ZERO', { streamId: id });
        return { type: 'RST_STREAM', streamId: id, status };
      }
      case 'SETTINGS':
        return {
          type: 'SETTINGS',
          clearPersisted: (head.flags & flagClearPersisted) !== 0,
          entries: settingsEntries(view),
        };
      case 'PING':
        return { type: 'PING', id: view.getUint32(0) };
      case 'GOAWAY':
        return { type: 'GOAWAY', lastGoodStreamId: id, status: view.getUint32(4) };
      case 'WINDOW_UPDATE':
        return { type: 'WINDOW_UPDATE', streamId: id, deltaBytes: view.getUint32(4) & uint31Max };
      case 'UNKNOWN':
        return { ...head, type: 'UNKNOWN' };
    }
  }

  #headersFrame(
    frameType: BadHeaders['frameType'],
    streamId: number,
    compressed: Uint8Array,
    frame: (headers: ReturnType<typeof decodeHeaderBlock>) => SpdyFrame,
  ): DecodedFrame {
    const block = this.#inflater.inflate(compressed, frameType);
    if (streamId === 0) throw spdyError('SPDY_ERR_STREAM_ZERO', { type: frameType });
    try {
      return frame(decodeHeaderBlock(block, this.#limits.headerNamesMax));
    } catch (error) {
      if (!(error instanceof SpdyError)) throw error;
      return { type: 'BAD_HEADERS', frameType, streamId, error };
    }
  }

  #passData(
    data: { readonly streamId: number; readonly fin: boolean; left: number },
    rest: Uint8Array,
    frames: DecodedFrame[],
  ): Uint8Array {
    const piece = rest.subarray(0, data.left);
    data.left -= piece.length;
    const last = data.left === 0;
    frames.push({ type: 'DATA', streamId: data.streamId, fin: last && data.fin, data: piece });
    if (last) this.#data = undefined;
    return rest.subarray(piece.length);
  }

  #skipBody(
    skip: { readonly head: FrameHead; left: number },
    rest: Uint8Array,
    frames: DecodedFrame[],
  ): Uint8Array {
    const bytes = Math.min(skip.left, rest.length);
    skip.left -= bytes;
    if (skip.left === 0) {
      frames.push({ ...skip.head, type: 'UNKNOWN' });
      this.#skip = undefined;
    }
    return rest.subarray(bytes);
  }

  #faultyStreamId(): number | undefined {
    const body = this.#body?.bytes.view();
    if (body === undefined || body.length < 4 || this.#body?.head.type === 'SETTINGS') return undefined;
    const streamId = new DataView(body.buffer, body.byteOffset).getUint32(0) & uint31Max;
    return streamId === 0 ? undefined : streamId;
  }
}

const bodyStartBytes = 256;

const controlFrameTypes: ReadonlyMap<number, ControlFrameType> = new Map(
  Object.entries(controlFrameNumbers).map(([name, number]) => [number, name as ControlFrameType]),
);

/** The length of each body in bytes, and whether it is always that. */
const bodyLengths: Readonly<Record<ControlFrameType, readonly [bytes: number, exact: boolean]>> = {
  SYN_STREAM: [10, false],
  SYN_REPLY: [4, false],
  RST_STREAM: [8, true],
  SETTINGS: [4, false],
  PING: [4, true],
  GOAWAY: [8, true],
  HEADERS: [4, false],
  WINDOW_UPDATE: [8, true],
};

const noFlags: ReadonlySet<ControlFrameType> = new Set(['PING', 'GOAWAY', 'WINDOW_UPDATE']);

function settingsEntries(view: DataView): SettingsEntry[] {
  const announced = view.getUint32(0);
  if (view.byteLength !== 4 + 8 * announced) {
    throw spdyError('SPDY_ERR_FRAME_LENGTH', {
      type: 'SETTINGS',
      found: view.byteLength,
      expected: `4 + 8 * ${announced}, as it announces that many entries`,
    });
  }
  return Array.from({ length: announced }, (_, index) => ({
    flags: view.getUint8(4 + 8 * index),
    id: view.getUint32(4 + 8 * index) & 0xff_ffff,
    value: view.getUint32(8 + 8 * index),
  }));
}

function tooLarge(type: string, found: number, limit: number, option: string): void {
  if (found > limit) throw spdyError('SPDY_ERR_FRAME_TOO_LARGE', { type, found, limit, option });
}
