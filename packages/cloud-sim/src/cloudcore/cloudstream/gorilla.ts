import type { NetSocket } from '@kubeedge-sim/sim-kit';
import { messageLength, type TunnelMessage, writeMessage } from '@kubeedge-sim/wire';
import { WebSocket, WebSocketServer } from 'ws';
import type { CloudcoreRelease } from '../release.ts';
import { firstHeader, type GoRequest, type Hijackable, headerHasToken } from './go-request.ts';

// How gorilla/websocket v1.4.0 (vendored by kubeedge v1.6.1), and v1.5.0 (v1.18.0), differ from ws where a peer or a log
// reader sees it.

const badHandshake = 'websocket: the client is not using the websocket protocol: ';

/**
 * Why gorilla refuses an upgrade, in its order; undefined when it does not. server.go Upgrade,
 * checkSameOrigin
 */
export function upgradeRefusal(request: GoRequest): { status: number; reason: string } | undefined {
  if (!headerHasToken(request, 'Connection', 'upgrade')) {
    return { status: 400, reason: `${badHandshake}'upgrade' token not found in 'Connection' header` };
  }
  if (!headerHasToken(request, 'Upgrade', 'websocket')) {
    return { status: 400, reason: `${badHandshake}'websocket' token not found in 'Upgrade' header` };
  }
  if (!headerHasToken(request, 'Sec-Websocket-Version', '13')) {
    const reason = "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header";
    return { status: 400, reason };
  }
  if (!isSameOrigin(request)) {
    return { status: 403, reason: 'websocket: request origin not allowed by Upgrader.CheckOrigin' };
  }
  if (firstHeader(request, 'Sec-Websocket-Key') === '') {
    const reason = "websocket: not a websocket handshake: `Sec-WebSocket-Key' header is missing or blank";
    return { status: 400, reason };
  }
  if (request.hijackable === undefined) {
    return { status: 500, reason: 'websocket: response does not implement http.Hijacker' };
  }
  return undefined;
}

function isSameOrigin(request: GoRequest): boolean {
  const origin = request.header.get('Origin')?.[0];
  if (origin === undefined) return true;
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^/?#]*)/i.exec(origin)?.[1] ?? '';
  return host.toLowerCase() === request.host.toLowerCase();
}

/** A read that failed, with what gorilla answers on the wire (nothing when the peer is gone). */
export interface ReadFailure {
  /** Go's error text. */
  readonly text: string;
  /** Whether it was our own bound on a message. */
  readonly isTooLong?: boolean;
  /** The close frame to send; code 1005 is an empty one. */
  readonly answer?: { readonly code: number; readonly reason: string };
}

/**
 * ws's WebSocket with the answer to a close frame or a protocol error left to us: gorilla echoes the code
 * without the reason, and names what was wrong.
 */
export class GorillaSocket extends WebSocket {
  /** Called once, when no further message can be read. */
  onReadFailure: (failure: ReadFailure) => void = () => {};
  /** Called before a close frame is written. */
  beforeClose: () => void = () => {};

  /**
   * ws itself calls this, before its `error` event or on a close frame: with code and reason, with nothing
   * for an empty frame, with the code alone after a protocol error (ws 8.23 lib/websocket.js
   * receiverOnConclude, receiverOnError).
   */
  override close(code?: number, reason?: string | Buffer): void {
    if (code !== undefined && reason === undefined) return;
    const closeCode = code ?? 1005;
    const text = closeText(closeCode, reason?.toString() ?? '');
    this.onReadFailure({ text, answer: { code: closeCode, reason: '' } });
  }

  /** Writes the close frame of a {@link ReadFailure}. */
  answer({ code, reason }: { code: number; reason: string }): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.beforeClose();
    if (code === 1005) super.close();
    else super.close(code, reason);
  }
}

/** With so much unread by the peer, a ping is left unanswered. */
const UNREAD_BYTES_MAX = 64 * 1024;

/**
 * Answers pings as long as the peer reads; ws would pile up the answers. gorilla/websocket v1.4.0 conn.go SetPingHandler
 * gives up on an answer that cannot be written within a second, and goes on.
 */
export function answerPings(webSocket: GorillaSocket, socket: NetSocket): void {
  webSocket.on('ping', (data: Buffer) => {
    if (socket.writableLength <= UNREAD_BYTES_MAX) webSocket.pong(data, false);
  });
}

/** A server that only turns connections into sockets; it neither listens nor keeps track of them. */
export function createUpgrader(maxPayloadBytes: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    // Text messages of the tunnel are not UTF-8 from connect id 128 on; gorilla does not look.
    skipUTF8Validation: true,
    maxPayload: maxPayloadBytes,
    handleProtocols: () => false,
    WebSocket: GorillaSocket,
  });
}

/**
 * Takes the connection over. The caller has checked the request with {@link upgradeRefusal}; `use` is not
 * called when ws is stricter than gorilla (a Sec-WebSocket-Key that is not 16 bytes of base64) and has
 * answered 400 itself.
 */
export function upgrade(
  upgrader: WebSocketServer,
  { message, socket, head }: Hijackable,
  use: (socket: GorillaSocket) => void,
): void {
  Object.assign(message.headers, { upgrade: 'websocket', 'sec-websocket-version': '13' });
  delete message.headers['sec-websocket-protocol'];
  // The upgrader makes nothing but GorillaSockets.
  upgrader.handleUpgrade(message, socket, head, (webSocket) => use(webSocket as GorillaSocket));
}

const FIN_TEXT = 0x81;

/** A tunnel message as text in one frame, as a server sends it: unmasked. */
export function textFrame(message: TunnelMessage): Buffer {
  const length = messageLength(message);
  const headBytes = length <= 125 ? 2 : length <= 0xffff ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = FIN_TEXT;
  if (headBytes === 2) frame[1] = length;
  else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  writeMessage(message, frame, headBytes);
  return frame;
}

/** Tells `use` about the end of reading, whichever way it comes. `socket` is the one below `webSocket`. */
export function watchReads(
  { gorilla }: Pick<CloudcoreRelease, 'gorilla'>,
  webSocket: GorillaSocket,
  socket: NetSocket,
  use: (failure: ReadFailure) => void,
): void {
  let failed = false;
  const once = (failure: ReadFailure) => {
    if (failed) return;
    failed = true;
    use(failure);
  };
  webSocket.onReadFailure = once;
  webSocket.on('error', (error: Error & { code?: string }) => {
    const failure = protocolFailure(gorilla, error);
    if (failure !== undefined) once(failure);
  });
  socket.once('error', (error: Error & { code?: string }) => {
    if (error.code === 'ECONNRESET')
      once({ text: `read tcp ${addresses(socket)}: read: connection reset by peer` });
  });
  // gorilla conn.go: an EOF between frames is an "unexpected EOF".
  webSocket.once('close', () => once({ text: closeText(1006, 'unexpected EOF') }));
}

/** `local->remote`, as Go's net.OpError prints them. */
function addresses(socket: NetSocket): string {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return `${localAddress}:${localPort}->${remoteAddress}:${remotePort}`;
}

type Version = CloudcoreRelease['gorilla'];

// gorilla conn.go advanceFrame, by ws's error code. v1.5.0 collects what is wrong with the first two bytes; ws tells the
// first of it.
const protocolErrors: Readonly<Record<string, Readonly<Record<Version, string>>>> = {
  WS_ERR_EXPECTED_MASK: { '1.4': 'incorrect mask flag', '1.5': 'bad MASK' },
  WS_ERR_UNEXPECTED_RSV_1: { '1.4': 'unexpected reserved bits 0x40', '1.5': 'RSV1 set' },
  // ws does not tell which of the two bits; 0x20 is RSV2.
  WS_ERR_UNEXPECTED_RSV_2_3: { '1.4': 'unexpected reserved bits 0x20', '1.5': 'RSV2 set' },
  WS_ERR_EXPECTED_FIN: { '1.4': 'control frame not final', '1.5': 'FIN not set on control' },
  WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH: {
    '1.4': 'control frame length > 125',
    '1.5': 'len > 125 for control',
  },
  WS_ERR_INVALID_UTF8: {
    '1.4': 'invalid utf8 payload in close frame',
    '1.5': 'invalid utf8 payload in close frame',
  },
};

function protocolFailure(version: Version, error: Error & { code?: string }): ReadFailure | undefined {
  const reason = reasonOf(version, error);
  if (reason !== undefined) return { text: `websocket: ${reason}`, answer: { code: 1002, reason } };
  // Our own bound, worded as gorilla's SetReadLimit would, which upstream does not use.
  if (error.code?.startsWith('WS_ERR_')) {
    return { text: 'websocket: read limit exceeded', isTooLong: true, answer: { code: 1009, reason: '' } };
  }
  return undefined;
}

function reasonOf(version: Version, error: Error & { code?: string }): string | undefined {
  if (error.code === 'WS_ERR_INVALID_OPCODE') return opcodeReason(version, error);
  if (error.code === 'WS_ERR_INVALID_CLOSE_CODE') {
    const code = /invalid status code (\d+)/.exec(error.message)?.[1] ?? '';
    return version === '1.4' ? 'invalid close code' : `bad close code ${code}`;
  }
  return protocolErrors[error.code ?? '']?.[version];
}

function opcodeReason(version: Version, error: Error): string {
  const opcode = Number(/invalid opcode (\d+)/.exec(error.message)?.[1]);
  const after = version === '1.4' ? 'final message frame' : 'FIN';
  if (opcode === 0) return `continuation after ${after}`;
  if (opcode <= 2) return version === '1.4' ? `message start before ${after}` : 'data before FIN';
  return `${version === '1.4' ? 'unknown' : 'bad'} opcode ${opcode}`;
}

// gorilla conn.go (*CloseError).Error
const closeNames: Readonly<Record<number, string>> = {
  1000: ' (normal)',
  1001: ' (going away)',
  1002: ' (protocol error)',
  1003: ' (unsupported data)',
  1005: ' (no status)',
  1006: ' (abnormal closure)',
  1007: ' (invalid payload data)',
  1008: ' (policy violation)',
  1009: ' (message too big)',
  1010: ' (mandatory extension missing)',
  1011: ' (internal server error)',
  1015: ' (TLS handshake error)',
};

function closeText(code: number, reason: string): string {
  return `websocket: close ${code}${closeNames[code] ?? ''}${reason === '' ? '' : `: ${reason}`}`;
}
