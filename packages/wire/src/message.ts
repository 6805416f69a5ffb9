import { wireError } from './errors.ts';
import { messageTypeName } from './message-type.ts';
import { decodeUvarint, uvarintLength, writeUvarint } from './uvarint.ts';

/**
 * One tunnel message: the content of one WebSocket **text** message, although it is often not UTF-8.
 *
 * `connectId` is Go's uint64; here it is a number up to 2^53-1. `type` is one of `messageTypes`, or any other
 * number a peer made up. `data` is raw bytes. kubeedge v1.6.1 pkg/stream/message.go Message
 */
export type TunnelMessage = {
  readonly connectId: number;
  readonly type: number;
  readonly data: Uint8Array;
};

/** Options of {@link decodeMessage}. */
export type DecodeMessageOptions = {
  /** The cap on `data` in bytes (take it from a dialect); null or absent means no cap. */
  readonly bodyBytesMax?: number | null;
};

/**
 * Encodes uvarint(connectId) + uvarint(type) + data.
 *
 * kubeedge v1.6.1 pkg/stream/message.go (*Message).Bytes. No release caps what it sends.
 *
 * @returns a new array that shares nothing with `message.data`
 * @throws WireError WIRE_ERR_CONNECT_ID_RANGE, WIRE_ERR_MESSAGE_TYPE_RANGE
 */
export function encodeMessage(message: TunnelMessage): Uint8Array {
  const bytes = new Uint8Array(messageLength(message));
  writeMessage(message, bytes, 0);
  return bytes;
}

/**
 * How many bytes {@link encodeMessage} gives.
 *
 * @throws WireError WIRE_ERR_CONNECT_ID_RANGE, WIRE_ERR_MESSAGE_TYPE_RANGE
 */
export function messageLength({ connectId, type, data }: TunnelMessage): number {
  if (!isUnsigned(connectId)) throw wireError('WIRE_ERR_CONNECT_ID_RANGE', { found: connectId });
  if (!isUnsigned(type)) throw wireError('WIRE_ERR_MESSAGE_TYPE_RANGE', { found: type });
  return uvarintLength(connectId) + uvarintLength(type) + data.length;
}

/** Writes what {@link encodeMessage} gives into `target`, which must have room for {@link messageLength} bytes. */
export function writeMessage(message: TunnelMessage, target: Uint8Array, offset: number): void {
  const { connectId, type, data } = message;
  const start = writeUvarint(type, target, writeUvarint(connectId, target, offset));
  target.set(data, start);
}

/**
 * Decodes one WebSocket message. An unknown type is not an error: upstream reads it and then ignores it.
 *
 * With a cap the data is cut without any error. The cap counts the data only, the two varints come on top:
 * kubeedge v1.9.4 pkg/stream/message.go ReadMessageFromTunnel wraps only the last read in io.LimitReader
 * (the same in v1.12.0 and v1.23.1).
 *
 * @returns a message whose `data` is a view into `bytes`
 * @throws WireError WIRE_ERR_TRUNCATED_VARINT, WIRE_ERR_VARINT_OVERFLOW, WIRE_ERR_CONNECT_ID_RANGE,
 *   WIRE_ERR_MESSAGE_TYPE_RANGE, WIRE_ERR_BODY_BYTES_MAX
 */
export function decodeMessage(bytes: Uint8Array, options: DecodeMessageOptions = {}): TunnelMessage {
  const bodyBytesMax = options.bodyBytesMax ?? null;
  if (bodyBytesMax !== null && !isUnsigned(bodyBytesMax)) {
    throw wireError('WIRE_ERR_BODY_BYTES_MAX', { found: bodyBytesMax });
  }
  const { value: connectId, end: typeAt } = readUnsigned(bytes, 0, connectIdErrors);
  const { value: type, end: start } = readUnsigned(bytes, typeAt, typeErrors);
  const end = bodyBytesMax === null ? bytes.length : Math.min(bytes.length, start + bodyBytesMax);
  return { connectId, type, data: bytes.subarray(start, end) };
}

const connectIdErrors = {
  what: 'the connectID of a tunnel message',
  code: 'WIRE_ERR_CONNECT_ID_RANGE',
} as const;
const typeErrors = { what: 'the type of a tunnel message', code: 'WIRE_ERR_MESSAGE_TYPE_RANGE' } as const;

/** As many bytes of a varint as fit a 32-bit integer. */
const shortBytesMax = 4;

/** Reads an integer from 0 to 2^53-1; `end` is the offset after it. */
function readUnsigned(
  bytes: Uint8Array,
  offset: number,
  { what, code }: typeof connectIdErrors | typeof typeErrors,
): { value: number; end: number } {
  // Nearly all are short, and bigints are dear.
  let small = 0;
  for (let read = 0; read < shortBytesMax; read += 1) {
    const byte = bytes[offset + read];
    if (byte === undefined) break;
    small |= (byte & 0x7f) << (7 * read);
    if (byte < 0x80) return { value: small, end: offset + read + 1 };
  }
  const read = decodeUvarint(bytes, offset, what);
  const value = Number(read.value);
  if (!isUnsigned(value)) throw wireError(code, { found: String(read.value) });
  return { value, end: offset + read.bytesRead };
}

/** One line for traces: id, type name and data length, never the data itself. */
export function describeMessage(message: TunnelMessage): string {
  const name = messageTypeName(message.type);
  const type = name === 'UNKNOWN' ? `UNKNOWN(${message.type})` : name;
  return `connectID ${message.connectId} ${type} ${message.data.length} B`;
}

function isUnsigned(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
