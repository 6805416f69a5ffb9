/** One WebSocket frame as it was on the wire. */
export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export const TEXT = 1;
export const CONTINUATION = 0;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Cuts a stream into frames; it takes whatever it is given and judges nothing. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#take();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #take(): Frame | undefined {
    const bytes = this.#rest;
    const [first, second] = bytes;
    if (first === undefined || second === undefined) return undefined;
    const masked = (second & 0x80) !== 0;
    let length = second & 0x7f;
    let at = 2;
    if (length === 126) {
      if (bytes.length < 4) return undefined;
      length = bytes.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return undefined;
      length = Number(bytes.readBigUInt64BE(2));
      at = 10;
    }
    const from = at + (masked ? 4 : 0);
    if (bytes.length < from + length) return undefined;
    const payload = Buffer.from(bytes.subarray(from, from + length));
    if (masked)
      for (let i = 0; i < length; i += 1) payload[i] = (payload[i] ?? 0) ^ (bytes[at + (i & 3)] ?? 0);
    this.#rest = bytes.subarray(from + length);
    return { fin: (first & 0x80) !== 0, opcode: first & 0x0f, masked, payload };
  }
}

/** A frame's bytes; masked with zeros where asked, which leaves the payload readable. */
export function frameBytes(
  payload: Uint8Array,
  { opcode = TEXT, fin = true, masked = false }: Partial<Omit<Frame, 'payload'>> = {},
): Buffer {
  const { length } = payload;
  const bit = masked ? 0x80 : 0;
  let head: Buffer;
  if (length < 126) head = Buffer.from([0, bit | length]);
  else if (length < 65_536) {
    head = Buffer.from([0, bit | 126, 0, 0]);
    head.writeUInt16BE(length, 2);
  } else {
    head = Buffer.from([0, bit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  head[0] = (fin ? 0x80 : 0) | opcode;
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}
