import {
  encodeMessage,
  messageLength,
  messageTypes,
  type TunnelMessage,
  writeMessage,
} from '@kubeedge-sim/wire';

// gorilla/websocket v1.4.0 conn.go: the default write buffer is 4096 bytes plus room for the largest header,
// so 4096 bytes of payload go into a frame; only when more follow is the full buffer flushed as a fragment.
const FRAME_PAYLOAD_BYTES_MAX = 4_096;

const TEXT = 1;
const CONTINUATION = 0;
const FIN = 0x80;
const MASKED = 0x80;
/** From here on the length stands in two bytes of its own; a frame's payload needs no more than two. */
const SHORT_LENGTH_MAX = 125;
const MASK_BYTES = 4;

/** One text message in a client's frames, as gorilla/websocket v1.4.0 writes it. `mask` gives 32 random bits. */
export function frameMessage(message: TunnelMessage, mask: () => number): Buffer {
  const length = messageLength(message);
  if (length > FRAME_PAYLOAD_BYTES_MAX) return frameText(encodeMessage(message), mask);
  const target = Buffer.allocUnsafe(framedLength(length));
  const begin = writeHead(target, 0, FIN | TEXT, length);
  writeMessage(message, target, begin);
  maskPayload(target, begin, length, mask());
  return target;
}

/** As {@link frameMessage}, of a message that is bytes already. */
export function frameText(payload: Uint8Array, mask: () => number): Buffer {
  const target = Buffer.allocUnsafe(framedLength(payload.length));
  writeFrames(payload, target, 0, mask);
  return target;
}

/**
 * A DATA message for each piece, with `ending` behind it, framed as {@link frameMessage} does, all in one: a write per
 * message costs far more than the message.
 */
export function frameData(
  connectId: number,
  pieces: readonly Uint8Array[],
  ending: Uint8Array,
  mask: () => number,
): Buffer {
  const start = encodeMessage({ connectId, type: messageTypes.DATA, data: new Uint8Array() });
  const extraBytes = start.length + ending.length;
  let bytes = 0;
  for (const piece of pieces) bytes += framedLength(piece.length + extraBytes);
  const target = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const piece of pieces) {
    const payloadBytes = piece.length + extraBytes;
    if (payloadBytes > FRAME_PAYLOAD_BYTES_MAX) {
      at = writeFrames(Buffer.concat([start, piece, ending]), target, at, mask);
      continue;
    }
    const begin = writeHead(target, at, FIN | TEXT, payloadBytes);
    target.set(start, begin);
    target.set(piece, begin + start.length);
    target.set(ending, begin + payloadBytes - ending.length);
    at = maskPayload(target, begin, payloadBytes, mask());
  }
  return target;
}

function framedLength(payloadBytes: number): number {
  let bytes = 0;
  for (let rest = payloadBytes; ; rest -= FRAME_PAYLOAD_BYTES_MAX) {
    const part = Math.min(rest, FRAME_PAYLOAD_BYTES_MAX);
    bytes += headLength(part) + part;
    if (part === rest) return bytes;
  }
}

const headLength = (payloadBytes: number) => (payloadBytes > SHORT_LENGTH_MAX ? 4 : 2) + MASK_BYTES;

function writeFrames(payload: Uint8Array, target: Buffer, offset: number, mask: () => number): number {
  let at = offset;
  for (let start = 0; start < payload.length; start += FRAME_PAYLOAD_BYTES_MAX) {
    const part = payload.subarray(start, start + FRAME_PAYLOAD_BYTES_MAX);
    const isLast = start + part.length === payload.length;
    const first = (isLast ? FIN : 0) | (start === 0 ? TEXT : CONTINUATION);
    const begin = writeHead(target, at, first, part.length);
    target.set(part, begin);
    at = maskPayload(target, begin, part.length, mask());
  }
  return at;
}

/** Writes all but the mask; returns where the payload begins. */
function writeHead(target: Buffer, at: number, first: number, payloadBytes: number): number {
  target[at] = first;
  if (payloadBytes <= SHORT_LENGTH_MAX) {
    target[at + 1] = MASKED | payloadBytes;
  } else {
    target[at + 1] = MASKED | 126;
    target[at + 2] = payloadBytes >> 8;
    target[at + 3] = payloadBytes & 0xff;
  }
  return at + headLength(payloadBytes);
}

/** Writes the mask before the payload and applies it; returns the end of the payload. */
function maskPayload(target: Buffer, start: number, payloadBytes: number, mask: number): number {
  const [a, b, c, d] = [mask & 0xff, (mask >> 8) & 0xff, (mask >> 16) & 0xff, mask >>> 24];
  target[start - 4] = a;
  target[start - 3] = b;
  target[start - 2] = c;
  target[start - 1] = d;
  const end = start + payloadBytes;
  let at = start;
  for (; at + 3 < end; at += 4) {
    target[at] = (target[at] as number) ^ a;
    target[at + 1] = (target[at + 1] as number) ^ b;
    target[at + 2] = (target[at + 2] as number) ^ c;
    target[at + 3] = (target[at + 3] as number) ^ d;
  }
  if (at < end) target[at] = (target[at] as number) ^ a;
  if (at + 1 < end) target[at + 1] = (target[at + 1] as number) ^ b;
  if (at + 2 < end) target[at + 2] = (target[at + 2] as number) ^ c;
  return end;
}
