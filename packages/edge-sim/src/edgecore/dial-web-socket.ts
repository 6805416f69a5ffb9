import { type Host, NetError, type TlsClientOptions, TlsError, type World } from '@kubeedge-sim/sim-kit';
import { GorillaSocket, type GorillaSocketOptions } from './edgestream/gorilla-socket.ts';

export interface DialWebSocketOptions {
  world: World;
  host: Host;
  server: { address: string; port: number };
  path: string;
  /** The request's headers beside User-Agent and those of the upgrade. */
  headers: readonly (readonly [name: string, value: string])[];
  tls: TlsClientOptions;
  /** The module that dials. */
  component: string;
  /** What is dialled, in one word. */
  what: string;
  /** For the dial and the handshakes together, in milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Default: edgecore's default ones. */
  limits?: GorillaSocketOptions['limits'];
}

/** An open WebSocket, and the connection under it. */
export interface WebSocketConnection {
  socket: GorillaSocket;
  /**
   * Why the connection broke, in Go's words; undefined while it has not, and when its end was a plain one.
   */
  brokenBy(): string | undefined;
}

/** A failed dial in the words of Go. */
export class DialError extends Error {
  override readonly name = 'DialError';
}

/**
 * Connects and upgrades as gorilla/websocket's Dialer does with TLS.
 * @throws DialError; the signal's reason
 */
export async function dialWebSocket(
  options: DialWebSocketOptions,
  parent: number | undefined,
): Promise<WebSocketConnection> {
  const { world, host, server, tls, component, what, timeoutMs, signal } = options;
  const deadlineMs = world.clock.now() + timeoutMs;
  const socket = await host
    .connect(server, { component, parent, signal, timeoutMs, tls })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw new DialError(connectErrorText(error), { cause: error });
    });
  let broken: string | undefined;
  const hangUp = (why: string) => {
    broken = why;
    socket.destroy();
  };
  const path = `${socket.localAddress}:${socket.localPort}->${socket.remoteAddress}:${socket.remotePort}`;
  const readError = (why: string) => world.net.describe(`read tcp ${path}: ${why}`);
  socket.on('error', (error: { code?: string }) => {
    if (error.code === 'ECONNRESET') broken ??= readError('read: connection reset by peer');
  });
  const label = `${what} handshake of ${host.name}`;
  const late = () => hangUp(readError('i/o timeout'));
  using _timer = world.clock.setTimeout(late, deadlineMs - world.clock.now(), label);
  const abort = () => hangUp('aborted');
  signal.addEventListener('abort', abort, { once: true });
  try {
    return { socket: await upgrade(options, socket), brokenBy: () => broken };
  } catch (error) {
    signal.throwIfAborted();
    throw new DialError(broken ?? upgradeErrorText(error), { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function upgrade(
  { world, server, path, headers, limits }: DialWebSocketOptions,
  socket: Awaited<ReturnType<Host['connect']>>,
): Promise<GorillaSocket> {
  const webSocket = new GorillaSocket({
    socket,
    // The connection is encrypted already; to ws it is a plain one.
    url: `ws://${server.address}:${server.port}${path}`,
    headers: [['User-Agent', 'Go-http-client/1.1'], ...headers],
    rng: world.rng.fork(`ws-mask/${socket.connection}`),
    clock: world.clock,
    ...(limits && { limits }),
  });
  return new Promise((resolve, reject) => {
    webSocket.once('open', () => {
      webSocket.removeListener('error', reject);
      // Errors of an open connection end in 'close'; ws raises them here as well.
      webSocket.on('error', () => {});
      resolve(webSocket);
    });
    webSocket.once('error', reject);
  });
}

function connectErrorText(error: unknown): string {
  if (error instanceof NetError) return error.goText;
  // Go prints a server's refusal as the alert it received: every rejected certificate is "bad certificate".
  if (error instanceof TlsError) {
    return error.by === 'client' ? error.message : 'remote error: tls: bad certificate';
  }
  throw error;
}

// gorilla/websocket v1.4.0 client.go: any answer but 101 is ErrBadHandshake, none at all is
// io.ErrUnexpectedEOF.
function upgradeErrorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /server response|upgrade header|Sec-WebSocket/i.test(text)
    ? 'websocket: bad handshake'
    : 'unexpected EOF';
}
