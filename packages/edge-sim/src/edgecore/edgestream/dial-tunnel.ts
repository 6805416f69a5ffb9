import { type Certificate, type Host, NetError, TlsError, type World } from '@kubeedge-sim/sim-kit';
import { connectHeaders, connectPath, type Dialect } from '@kubeedge-sim/wire';
import type { EdgecoreLimits } from '../limits.ts';
import { GorillaSocket } from './gorilla-socket.ts';

// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go HandshakeTimeout; it covers the dial,
// too.
const HANDSHAKE_TIMEOUT_MS = 30_000;

export interface DialTunnelOptions {
  world: World;
  host: Host;
  /** The tunnel server, `modules.edgeStream.server`. */
  server: { address: string; port: number };
  certificate: Certificate;
  hostname: string;
  internalIp: string;
  dialect: Dialect;
  limits: EdgecoreLimits;
  signal: AbortSignal;
}

/** An open tunnel, and the connection under it. */
export interface Tunnel {
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
 * Connects and upgrades as kubeedge v1.6.1 edge/pkg/edgestream/edgestream.go TLSClientConnect does.
 * @throws DialError; the signal's reason
 */
export async function dialTunnel(options: DialTunnelOptions, parent: number): Promise<Tunnel> {
  const { world, host, server, certificate, signal } = options;
  const deadlineMs = world.clock.now() + HANDSHAKE_TIMEOUT_MS;
  const socket = await host
    .connect(server, {
      component: 'edgestream',
      parent,
      signal,
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
      // edgestream.go: InsecureSkipVerify, with the edge's own certificate.
      tls: { verify: false, certificate },
    })
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
  const label = `tunnel handshake of ${host.name}`;
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
  options: DialTunnelOptions,
  socket: Awaited<ReturnType<Host['connect']>>,
): Promise<GorillaSocket> {
  const { world, server, dialect, hostname, internalIp, limits } = options;
  const tunnel = new GorillaSocket({
    socket,
    // The connection is encrypted already; to ws it is a plain one.
    url: `ws://${server.address}:${server.port}${connectPath}`,
    headers: [['User-Agent', 'Go-http-client/1.1'], ...connectHeaders(dialect, { hostname, internalIp })],
    rng: world.rng.fork(`ws-mask/${socket.connection}`),
    clock: world.clock,
    limits,
  });
  return new Promise((resolve, reject) => {
    tunnel.once('open', () => {
      tunnel.removeListener('error', reject);
      // Errors of an open tunnel end in 'close'; ws raises them here as well.
      tunnel.on('error', () => {});
      resolve(tunnel);
    });
    tunnel.once('error', reject);
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
