import { spdyError } from './errors.ts';
import {
  type ControlFrameType,
  controlFrameNumbers,
  flagClearPersisted,
  flagFin,
  flagUnidirectional,
  frameBytesMax,
  frameHeadBytes,
  type SpdyFrame,
  type SpdyHeaders,
  spdyVersion,
  uint31Max,
} from './frame.ts';
import { encodeHeaderBlock } from './header-block.ts';
import { HeaderDeflater } from './header-compression.ts';

/**
 * Turns the frames that one side sends into bytes. Header blocks share one zlib stream, so each session has an
 * encoder of its own, and whatever it returns has to be sent, in that order.
 */
export class FrameEncoder {
  readonly #deflater = new HeaderDeflater();

  /** @throws SpdyError SPDY_ERR_ENCODE when a field does not fit its place; the encoder stays usable */
  encode(frame: SpdyFrame): Uint8Array {
    switch (frame.type) {
      case 'DATA':
        return encodeData(frame.streamId, frame.fin, frame.data);
      case 'SYN_STREAM': {
        const { type, streamId, associatedStreamId, priority, slot, fin, unidirectional } = frame;
        checked(type, 'streamId', streamId, 1, uint31Max);
        checked(type, 'associatedStreamId', associatedStreamId, 0, uint31Max);
        checked(type, 'priority', priority, 0, 7);
        checked(type, 'slot', slot, 0, 0xff);
        const flags = (fin ? flagFin : 0) | (unidirectional ? flagUnidirectional : 0);
        return this.#withHeaders(type, flags, 10, frame.headers, (view) => {
          view.setUint32(0, streamId);
          view.setUint32(4, associatedStreamId);
          view.setUint8(8, priority << 5);
          view.setUint8(9, slot);
        });
      }
      case 'SYN_REPLY':
      case 'HEADERS': {
        const { type, streamId, fin } = frame;
        checked(type, 'streamId', streamId, 1, uint31Max);
        return this.#withHeaders(type, fin ? flagFin : 0, 4, frame.headers, (view) =>
          view.setUint32(0, streamId),
        );
      }
      case 'RST_STREAM':
        checked(frame.type, 'streamId', frame.streamId, 1, uint31Max);
        checked(frame.type, 'status', frame.status, 1, 0xffff_ffff);
        return numbers(frame.type, 0, [frame.streamId, frame.status]);
      case 'SETTINGS':
        return encodeSettings(frame.type, frame.clearPersisted, frame.entries);
      case 'PING':
        checked(frame.type, 'id', frame.id, 0, 0xffff_ffff);
        return numbers(frame.type, 0, [frame.id]);
      case 'GOAWAY':
        checked(frame.type, 'lastGoodStreamId', frame.lastGoodStreamId, 0, uint31Max);
        checked(frame.type, 'status', frame.status, 0, 0xffff_ffff);
        return numbers(frame.type, 0, [frame.lastGoodStreamId, frame.status]);
      case 'WINDOW_UPDATE':
        checked(frame.type, 'streamId', frame.streamId, 0, uint31Max);
        checked(frame.type, 'deltaBytes', frame.deltaBytes, 0, uint31Max);
        return numbers(frame.type, 0, [frame.streamId, frame.deltaBytes]);
    }
  }

  #withHeaders(
    type: ControlFrameType,
    flags: number,
    fieldBytes: number,
    headers: SpdyHeaders,
    setFields: (view: DataView) => void,
  ): Uint8Array {
    // The block is made before it is deflated: a header that cannot be encoded must not touch the zlib stream.
    const compressed = this.#deflater.deflate(encodeHeaderBlock(headers));
    const frame = controlFrame(type, flags, fieldBytes + compressed.length);
    setFields(new DataView(frame.buffer, frameHeadBytes));
    frame.set(compressed, frameHeadBytes + fieldBytes);
    return frame;
  }
}

/** A DATA frame; it needs no encoder, since it is not compressed. At most 2^24 - 1 bytes. */
export function encodeData(streamId: number, fin: boolean, data: Uint8Array): Uint8Array {
  checked('DATA', 'streamId', streamId, 1, uint31Max);
  checked('DATA', 'its length', data.length, 0, frameBytesMax);
  const frame = new Uint8Array(frameHeadBytes + data.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, streamId);
  view.setUint32(4, ((fin ? flagFin : 0) << 24) | data.length);
  frame.set(data, frameHeadBytes);
  return frame;
}

function encodeSettings(
  type: ControlFrameType,
  clearPersisted: boolean,
  entries: readonly { readonly id: number; readonly flags: number; readonly value: number }[],
): Uint8Array {
  const fields = [entries.length];
  for (const { id, flags, value } of entries) {
    checked(type, 'id', id, 0, 0xff_ffff);
    checked(type, 'flags', flags, 0, 0xff);
    checked(type, 'value', value, 0, 0xffff_ffff);
    fields.push(((flags << 24) | id) >>> 0, value);
  }
  return numbers(type, clearPersisted ? flagClearPersisted : 0, fields);
}

function numbers(type: ControlFrameType, flags: number, fields: readonly number[]): Uint8Array {
  const frame = controlFrame(type, flags, fields.length * 4);
  const view = new DataView(frame.buffer, frameHeadBytes);
  fields.forEach((field, index) => {
    view.setUint32(index * 4, field);
  });
  return frame;
}

function controlFrame(type: ControlFrameType, flags: number, bodyBytes: number): Uint8Array {
  checked(type, 'its length', bodyBytes, 0, frameBytesMax);
  const frame = new Uint8Array(frameHeadBytes + bodyBytes);
  const view = new DataView(frame.buffer);
  view.setUint16(0, 0x8000 | spdyVersion);
  view.setUint16(2, controlFrameNumbers[type]);
  view.setUint32(4, (flags << 24) | bodyBytes);
  return frame;
}

function checked(type: string, field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw spdyError('SPDY_ERR_ENCODE', {
    type,
    field,
    found: value,
    expected: `an integer from ${min} to ${max}`,
  });
}
