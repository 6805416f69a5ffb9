import type { ClientRequest } from 'node:http';
import { type Clock, type NetSocket, Outbox, type Rng } from '@kubeedge-sim/sim-kit';
import type { TunnelMessage } from '@kubeedge-sim/wire';
import { WebSocket } from 'ws';
import { type EdgecoreLimits, edgecoreLimitsDefault } from '../limits.ts';
import { frameData, frameMessage, frameText } from './gorilla-frames.ts';

export interface GorillaSocketOptions {
  socket: NetSocket;
  url: string;
  /** The request's headers beside those of the upgrade itself. */
  headers: readonly (readonly [name: string, value: string])[];
  rng: Rng;
  clock: Clock;
  /** Default: the default ones. */
  limits?: Pick<EdgecoreLimits, 'messageBytes' | 'sessionWaitingBytes'>;
}

/** With so much unread by the peer, a ping is left unanswered. */
const UNREAD_BYTES_MAX = 64 * 1024;

/** What ws says of a message that is longer than it may be, or in too many pieces. */
const TOO_LONG = ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_TOO_MANY_BUFFERED_PARTS'];

/**
 * A client WebSocket with the habits of gorilla/websocket v1.4.0 where those of `ws` differ and a peer can
 * tell.
 */
export class GorillaSocket extends WebSocket {
  /** Called when the peer has reached a limit, and the connection ends for it. */
  onLimit: (limit: 'messageBytes' | 'sessionWaitingBytes') => void = () => {};
  readonly #socket: NetSocket;
  readonly #mask: () => number;
  readonly #outbox: Outbox;
  readonly #waitingBytesMax: number;

  constructor(options: GorillaSocketOptions) {
    const { socket, url, headers, rng, clock, limits = edgecoreLimitsDefault } = options;
    // rand.Uint32, as conn.go newMaskKey.
    const newMask = () => rng.next() * 0x1_0000_0000;
    super(url, {
      createConnection: () => socket,
      headers: Object.fromEntries(headers),
      finishRequest: (request: ClientRequest) => {
        orderHeaders(request);
        request.end();
      },
      perMessageDeflate: false,
      // Text frames carry varints and cut characters; gorilla does not check them either.
      skipUTF8Validation: true,
      maxPayload: limits.messageBytes,
      // gorilla/websocket v1.4.0 conn.go SetPingHandler gives up on a pong that cannot be written within a second, and
      // goes on; ws would pile them up.
      autoPong: false,
      generateMask: (mask) => void mask.writeUInt32LE(newMask()),
    });
    this.#socket = socket;
    this.#mask = newMask;
    this.#outbox = new Outbox(clock, socket);
    this.#waitingBytesMax = limits.sessionWaitingBytes;
    this.on('ping', (data) => {
      if (socket.writableLength <= UNREAD_BYTES_MAX) this.pong(data);
    });
    this.on('error', (error: Error & { code?: string }) => {
      if (TOO_LONG.includes(error.code ?? '')) this.onLimit('messageBytes');
    });
  }

  /**
   * Answers the peer's close frame with its code alone and hangs up without waiting for the peer to do so.
   * Source: gorilla/websocket v1.4.0 conn.go SetCloseHandler; kubeedge v1.6.1 edge/pkg/edgestream/tunnel.go
   * Close.
   */
  override close(code?: number): void {
    this.#outbox.flush();
    super.close(code);
    this.#socket.destroySoon();
  }

  /** Sends a text message, nothing of another message between its frames; false when it cannot. */
  sendMessage(message: TunnelMessage): boolean {
    if (this.readyState !== WebSocket.OPEN) return false;
    this.#write(frameMessage(message, this.#mask));
    return true;
  }

  /** As {@link sendMessage}, of any text. */
  sendText(text: string): boolean {
    if (this.readyState !== WebSocket.OPEN) return false;
    this.#write(frameText(Buffer.from(text), this.#mask));
    return true;
  }

  /** Sends a DATA message for each piece, with `ending` behind it; false when it cannot. */
  sendData(connectId: number, pieces: readonly Uint8Array[], ending: Uint8Array): boolean {
    if (this.readyState !== WebSocket.OPEN) return false;
    this.#write(frameData(connectId, pieces, ending, this.#mask));
    return true;
  }

  #write(frames: Uint8Array): void {
    this.#outbox.write(frames);
    if (this.#socket.writableLength <= this.#waitingBytesMax) return;
    this.onLimit('sessionWaitingBytes');
    this.terminate();
  }

  /** Resolves when the peer reads again; undefined when it does, or is gone. */
  drained(): Promise<void> | undefined {
    return this.#outbox.drained();
  }
}

/**
 * Go writes Host and User-Agent first and the others by name (golang/go go1.14 src/net/http/request.go
 * write).
 */
function orderHeaders(request: ClientRequest): void {
  const first = ['Host', 'User-Agent'];
  const names = request.getRawHeaderNames();
  const ordered = [...first, ...names.filter((name) => !first.includes(name)).sort()];
  const values = ordered.map((name) => [name, request.getHeader(name)] as const);
  for (const name of names) request.removeHeader(name);
  for (const [name, value] of values) if (value !== undefined) request.setHeader(name, value);
}

// gorilla/websocket v1.4.0 conn.go CloseError.Error.
const CLOSE_NAMES: Readonly<Record<number, string>> = {
  1000: 'normal',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no status',
  1006: 'abnormal closure',
  1007: 'invalid payload data',
  1008: 'policy violation',
  1009: 'message too big',
  1010: 'mandatory extension missing',
  1011: 'internal server error',
  1015: 'TLS handshake error',
};

/**
 * The end of a connection in gorilla's words; without a close frame it is 1006 with io.ErrUnexpectedEOF's
 * text.
 */
export function closeErrorText(code: number, reason: string): string {
  const name = CLOSE_NAMES[code];
  const text = code === 1006 ? 'unexpected EOF' : reason;
  return `websocket: close ${code}${name === undefined ? '' : ` (${name})`}${text === '' ? '' : `: ${text}`}`;
}
