import type { ClientRequest } from 'node:http';
import { type Clock, type NetSocket, Outbox, type Rng } from '@kubeedge-sim/sim-kit';
import type { TunnelMessage } from '@kubeedge-sim/wire';
import { WebSocket } from 'ws';
import { frameData, frameMessage } from './gorilla-frames.ts';

export interface GorillaSocketOptions {
  socket: NetSocket;
  url: string;
  /** The request's headers beside those of the upgrade itself. */
  headers: readonly (readonly [name: string, value: string])[];
  rng: Rng;
  clock: Clock;
}

/**
 * A client WebSocket with the habits of gorilla/websocket v1.4.0 where those of `ws` differ and a peer can
 * tell.
 */
export class GorillaSocket extends WebSocket {
  readonly #socket: NetSocket;
  readonly #mask: () => number;
  readonly #outbox: Outbox;

  constructor({ socket, url, headers, rng, clock }: GorillaSocketOptions) {
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
      // Text frames carry varints and cut characters; gorilla does not check them either, nor does it limit
      // them.
      skipUTF8Validation: true,
      maxPayload: 0,
      generateMask: (mask) => void mask.writeUInt32LE(newMask()),
    });
    this.#socket = socket;
    this.#mask = newMask;
    this.#outbox = new Outbox(clock, socket);
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
    this.#outbox.write(frameMessage(message, this.#mask));
    return true;
  }

  /** Sends a DATA message for each piece, with `ending` behind it; false when it cannot. */
  sendData(connectId: number, pieces: readonly Uint8Array[], ending: Uint8Array): boolean {
    if (this.readyState !== WebSocket.OPEN) return false;
    this.#outbox.write(frameData(connectId, pieces, ending, this.#mask));
    return true;
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
