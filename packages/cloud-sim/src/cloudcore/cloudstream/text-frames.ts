import type { NetSocket } from '@kubeedge-sim/sim-kit';

const FIN_TEXT = 0x81;
const FIN = 0x80;
const MASKED = 0x80;
const SHORT_LENGTH_MAX = 125;
const LENGTH_IN_TWO_BYTES = 126;
const MASK_BYTES = 4;
const OPCODES = { continuation: 0, binary: 2, close: 8, pong: 10 } as const;

/** Where bytes go that are no text message in one frame. */
export interface OtherFrames {
  /** Messages that came together, in order. */
  onTexts: (messages: readonly Buffer[]) => void;
  /** ws's own reader. It gets whole frames, as far as those can be told apart. */
  onOther: (bytes: Buffer) => void;
  /** Longer text messages are left to ws, which refuses them. */
  payloadBytesMax: number;
}

/**
 * Takes text messages of one masked frame, which the tunnel consists of, out of a WebSocket's bytes, and leaves the rest
 * to ws: control frames, fragments, and whatever breaks the protocol. ws reads a message at a time, which for a line of
 * text costs many times what the line is worth.
 */
export class TextFrames {
  readonly #use: OtherFrames;
  /** An unfinished frame, and how many bytes it takes to know more of it. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #neededBytes = 0;
  #isFragmented = false;
  /** Once it is unclear where a frame ends ws reads everything. */
  #isLost = false;

  constructor(use: OtherFrames) {
    this.#use = use;
  }

  push(chunk: Buffer): void {
    if (this.#isLost) {
      this.#use.onOther(chunk);
      return;
    }
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
    // A frame that comes byte by byte is joined once, not with every byte.
    if (this.#restBytes < this.#neededBytes) return;
    const bytes = this.#takeRest();
    let texts: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const frame = frameAt(bytes, at);
      if (typeof frame === 'number') {
        this.#rest = [bytes.subarray(at)];
        this.#restBytes = bytes.length - at;
        this.#neededBytes = frame;
        break;
      }
      if (frame !== 'unclear' && frame.isText && !this.#isFragmented && this.#fits(frame)) {
        texts.push(unmasked(bytes, frame.start, frame.end));
        at = frame.end;
        continue;
      }
      if (texts.length > 0) this.#use.onTexts(texts);
      texts = [];
      if (frame === 'unclear') {
        this.#isLost = true;
        this.#use.onOther(bytes.subarray(at));
        return;
      }
      if (frame.fragment !== undefined) this.#isFragmented = frame.fragment !== 'last';
      this.#use.onOther(bytes.subarray(at, frame.end));
      at = frame.end;
    }
    if (texts.length > 0) this.#use.onTexts(texts);
  }

  #takeRest(): Buffer {
    const [first, ...others] = this.#rest;
    const bytes = first !== undefined && others.length === 0 ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    this.#neededBytes = 0;
    return bytes;
  }

  #fits({ start, end }: Frame): boolean {
    return end - start <= this.#use.payloadBytesMax;
  }

  /** Gives ws what is there of an unfinished frame, and everything from now on. */
  letGo(): void {
    this.#isLost = true;
    if (this.#restBytes > 0) this.#use.onOther(this.#takeRest());
  }
}

interface Frame {
  isText: boolean;
  /** What it is of a message in several frames, if that. */
  fragment: 'first' | 'middle' | 'last' | undefined;
  /** Of the payload; the mask is before it. */
  start: number;
  end: number;
}

/** The frame that begins at `at`; 'unclear' when only ws can tell, how many bytes are needed when it is incomplete. */
function frameAt(bytes: Buffer, at: number): Frame | 'unclear' | number {
  const first = bytes[at] as number;
  const second = bytes[at + 1];
  if (second === undefined) return 2;
  const length = second & 0x7f;
  const start = at + (length <= SHORT_LENGTH_MAX ? 2 : 4) + MASK_BYTES;
  if (second < MASKED || length > LENGTH_IN_TWO_BYTES) return 'unclear';
  if (bytes.length < start) return start - at;
  const end = start + (length <= SHORT_LENGTH_MAX ? length : bytes.readUInt16BE(at + 2));
  if (first === FIN_TEXT)
    return bytes.length < end ? end - at : { isText: true, fragment: undefined, start, end };
  // Reserved bits are in here, too.
  const opcode = first & 0x7f;
  const isControl = opcode >= OPCODES.close && opcode <= OPCODES.pong;
  if (opcode > OPCODES.binary && !isControl) return 'unclear';
  if (bytes.length < end) return end - at;
  return { isText: false, fragment: isControl ? undefined : fragmentOf(first, opcode), start, end };
}

function fragmentOf(first: number, opcode: number): Frame['fragment'] {
  if (opcode === OPCODES.continuation) return first >= FIN ? 'last' : 'middle';
  return first >= FIN ? undefined : 'first';
}

function unmasked(bytes: Buffer, start: number, end: number): Buffer {
  const a = bytes[start - 4] as number;
  const b = bytes[start - 3] as number;
  const c = bytes[start - 2] as number;
  const d = bytes[start - 1] as number;
  let at = start;
  for (; at + 3 < end; at += 4) {
    bytes[at] = (bytes[at] as number) ^ a;
    bytes[at + 1] = (bytes[at + 1] as number) ^ b;
    bytes[at + 2] = (bytes[at + 2] as number) ^ c;
    bytes[at + 3] = (bytes[at + 3] as number) ^ d;
  }
  if (at < end) bytes[at] = (bytes[at] as number) ^ a;
  if (at + 1 < end) bytes[at + 1] = (bytes[at + 1] as number) ^ b;
  if (at + 2 < end) bytes[at + 2] = (bytes[at + 2] as number) ^ c;
  return bytes.subarray(start, end);
}

/** Puts {@link TextFrames} between a socket and the ws WebSocket that reads it. */
export function readTextsOf(
  socket: NetSocket,
  payloadBytesMax: number,
  onTexts: (messages: readonly Buffer[]) => void,
): void {
  const [readByWs] = socket.listeners('data') as ((chunk: Buffer) => void)[];
  if (readByWs === undefined) return;
  const frames = new TextFrames({
    onTexts,
    onOther: (bytes) => readByWs.call(socket, bytes),
    payloadBytesMax,
  });
  socket.removeListener('data', readByWs);
  socket.on('data', (chunk: Buffer) => frames.push(chunk));
  // ws then reads what is left in the socket by itself.
  socket.prependListener('close', () => frames.letGo());
}
