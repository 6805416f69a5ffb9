import { decodeMessage, messageTypeName, messageTypes } from '@kubeedge-sim/wire';
import { bytesText } from './bytes-text.ts';
import { CLOSE, CONTINUATION, type Frame, PING, PONG } from './frames.ts';

/** `>` is to the edge. */
export type Direction = '>' | '<';

interface Recorded {
  readonly direction: Direction;
  /** Undefined for a close frame, and for what is no message. */
  readonly id: number | undefined;
  readonly type: number;
  readonly data: Buffer;
  /** Lengths of the frames it came in. */
  readonly frames: readonly number[];
  readonly text?: string;
}

const LISTED = 16;
const FEW = 3;

/** The messages of one tunnel, both ways, until somebody takes them. */
export class TunnelRecord {
  #messages: Recorded[] = [];
  /** Ids of what was cleared: what comes late belongs to no later case. */
  readonly #gone = new Set<number>();
  readonly #waiting: (() => void)[] = [];
  readonly #barriers = new Set<number>();

  /** Takes the frames of one direction; pings and pongs are nobody's. */
  readonly assemble = (direction: Direction) => {
    let parts: Buffer[] = [];
    return (frame: Frame): void => {
      if (frame.opcode === PING || frame.opcode === PONG) return;
      if (frame.opcode === CLOSE) {
        const reason = frame.payload.subarray(2).toString('latin1');
        const text = frame.payload.length < 2 ? 'close' : `close ${frame.payload.readUInt16BE(0)} ${reason}`;
        this.#add({
          direction,
          id: undefined,
          type: -1,
          data: frame.payload,
          frames: [],
          text: text.trimEnd(),
        });
        return;
      }
      if (frame.opcode !== CONTINUATION) parts = [];
      parts.push(frame.payload);
      if (frame.fin) this.#message(direction, parts.splice(0));
    };
  };

  #message(direction: Direction, parts: readonly Buffer[]): void {
    const frames = parts.map(({ length }) => length);
    const bytes = Buffer.concat(parts);
    try {
      const { connectId, type, data } = decodeMessage(bytes, { bodyBytesMax: null });
      this.#add({ direction, id: connectId, type, data: Buffer.from(data), frames });
    } catch {
      this.#add({
        direction,
        id: undefined,
        type: -1,
        data: bytes,
        frames,
        text: `no message: ${bytesText(bytes)}`,
      });
    }
  }

  #add(message: Recorded): void {
    const isConnect =
      message.direction === '>' &&
      message.type !== messageTypes.DATA &&
      message.type !== messageTypes.REMOVE_CONNECT;
    if (message.id !== undefined && isConnect) this.#gone.delete(message.id);
    if (message.id !== undefined && message.data.includes('barrier=')) this.#barriers.add(message.id);
    this.#messages.push(message);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Messages of everything but barriers. */
  get messages(): readonly Recorded[] {
    return this.#messages.filter(
      ({ id }) => id === undefined || !(this.#barriers.has(id) || this.#gone.has(id)),
    );
  }

  get all(): readonly Recorded[] {
    return this.#messages;
  }

  /** Resolves with whether `seen` came to hold in time. */
  async until(seen: () => boolean, limitMs = 4_000): Promise<boolean> {
    const limit = Date.now() + limitMs;
    while (!seen() && Date.now() < limit) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return seen();
  }

  /** Makes those who wait look again. */
  touch(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Forgets what was before. */
  clear(): void {
    for (const { id } of this.#messages) if (id !== undefined) this.#gone.add(id);
    this.#messages = [];
  }

  /**
   * The lines of what was recorded, by connection. Ids are counted anew, since they go on from case to case. DATA of
   * logs and exec is cut wherever the reader was woken, and so is put together; of metrics it is a message a line.
   * `endsByChance`: what follows the cloud's first REMOVE_CONNECT is left out.
   */
  lines(endsByChance = false): string[] {
    const ids: number[] = [];
    for (const { id } of this.messages) if (id !== undefined && !ids.includes(id)) ids.push(id);
    const lines: string[] = [];
    for (const [index, id] of ids.entries()) {
      const messages = this.messages.filter((message) => message.id === id);
      const connect = messages.find(({ type }) => type < messageTypes.DATA);
      const cuts = connect?.type === messageTypes.METRIC_CONNECT;
      const shown = cuts ? messages : joinData(messages);
      const texts = shown.map((message) => messageText(message, id, index + 1));
      const end = texts.findIndex((line) => line.startsWith('> ') && line.endsWith('REMOVE_CONNECT'));
      lines.push(...shorten(repeated(endsByChance && end >= 0 ? texts.slice(0, end + 1) : texts)));
    }
    const others = this.messages.filter(({ id }) => id === undefined);
    return [...lines, ...others.map(({ direction, text }) => `${direction} ${text ?? ''}`)];
  }
}

function joinData(messages: readonly Recorded[]): Recorded[] {
  const joined: Recorded[] = [];
  let largest = 0;
  for (const message of messages) {
    const last = joined.at(-1);
    if (
      last?.type === messageTypes.DATA &&
      message.type === messageTypes.DATA &&
      last.direction === message.direction
    ) {
      largest = Math.max(largest, message.data.length);
      const data = Buffer.concat([last.data, message.data]);
      joined[joined.length - 1] = {
        ...last,
        data,
        text: largest > 256 ? ' in messages above 256 bytes' : '',
      };
    } else {
      largest = message.data.length;
      joined.push({ ...message, frames: [], text: largest > 256 ? ' in messages above 256 bytes' : '' });
    }
  }
  return joined;
}

function messageText(message: Recorded, id: number, ordinal: number): string {
  const { direction, type, data, frames, text = '' } = message;
  const name = messageTypeName(type) ?? `type ${type}`;
  const isConnect = type < messageTypes.DATA || type > 5;
  const payload =
    isConnect && data.length > 0 ? data.toString('latin1') : data.length > 0 ? bytesText(data) : '';
  const pieces =
    frames.length > 1
      ? ` in ${frames.length} frames${Math.max(...frames) < 1_000 ? '' : ` of ${Math.max(...frames)} bytes at most`}`
      : '';
  const own = payload.replace(`"MessID":${id},`, '"MessID":#,');
  const note = type <= messageTypes.DATA ? text : '';
  return `${direction} #${ordinal} ${name}${own === '' ? '' : ` ${own}`}${pieces}${isConnect ? '' : note}`;
}

/** Messages that repeat themselves without end are counted only so far. */
function repeated(texts: readonly string[]): string[] {
  const lines: string[] = [];
  for (let at = 0; at < texts.length; ) {
    const text = texts[at] ?? '';
    let end = at;
    while (texts[end] === text) end += 1;
    if (text.endsWith('REMOVE_CONNECT') && end - at > FEW) lines.push(`${text}, many times`);
    else lines.push(...texts.slice(at, end));
    at = end;
  }
  return lines;
}

function shorten(texts: readonly string[]): string[] {
  if (texts.length <= LISTED) return [...texts];
  const middle = texts.slice(LISTED / 2, -LISTED / 2);
  const digest = bytesText(Buffer.from(middle.join('\n'), 'latin1'));
  return [
    ...texts.slice(0, LISTED / 2),
    `… ${middle.length} more like these: ${digest}`,
    ...texts.slice(-LISTED / 2),
  ];
}
