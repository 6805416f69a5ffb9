import {
  type Certificate,
  createHttpClient,
  type Host,
  type HttpClient,
  type World,
} from '@kubeedge-sim/sim-kit';
import { connectPath, type Dialect } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import { DialError } from '../dial-web-socket.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';
import type { EdgecoreRelease } from '../release.ts';
import { dialTunnel } from './dial-tunnel.ts';
import { serveTunnelSession } from './tunnel-session.ts';

// kubeedge v1.6.1 edge/pkg/edgestream/edgestream.go Start: a two-second ticker; a tick that came while a
// tunnel was open is kept, so the redial after a drop is at once and the next ones stay on the grid.
const DIAL_PERIOD_MS = 2_000;

// golang/go go1.14 src/net/http/transport.go DefaultTransport: http.Client's own. It keeps 100 connections, of which 2 to
// one host; with 100 to edged, a burst of requests costs no burst of dials.
const KEPT_CONNECTIONS = { idlePerTarget: 100, idleMs: 90_000 };

export interface EdgestreamOptions {
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
  log: ComponentLog;
  traits: NonNullable<EdgecoreRelease['edgestream']>;
  /** Called when a goroutine is left behind that nothing will end. */
  onLeak?: () => void;
  reachLimit: ReachLimit;
  /** Ends the process as a Go panic does. */
  panic: (message: string) => void;
}

/** Keeps a tunnel to cloudcore until the process ends. */
export async function runEdgestream(options: EdgestreamOptions): Promise<void> {
  const { world, log, signal, host } = options;
  using client = createHttpClient({ host, trace: world.trace, ...KEPT_CONNECTIONS });
  const startMs = world.clock.now();
  let lastTick = 0;
  for (;;) {
    // The ticker's channel holds one tick: either one is there already, or we wait for the next of the grid.
    const ticksPassed = Math.floor((world.clock.now() - startMs) / DIAL_PERIOD_MS);
    if (ticksPassed <= lastTick) {
      const nextMs = startMs + (ticksPassed + 1) * DIAL_PERIOD_MS - world.clock.now();
      await world.clock.sleep(nextMs, { signal, label: `edgestream redial of ${host.name}` });
    }
    lastTick = Math.floor((world.clock.now() - startMs) / DIAL_PERIOD_MS);
    const error = await connect(options, client);
    signal.throwIfAborted();
    log.error('edgestream.go:95', `TLSClientConnect error ${error}`);
  }
}

/** Dials once and serves the tunnel; resolves with the reason of its end. */
async function connect(options: EdgestreamOptions, client: HttpClient): Promise<string> {
  const { world, host, log, server, signal } = options;
  const url = `wss://${world.net.describe(server.address)}:${server.port}${connectPath}`;
  const emit = (state: 'dialling' | 'open' | 'closed' | 'failed', error?: string) =>
    world.trace.emit({
      host: host.name,
      component: 'edgestream',
      kind: 'edgestream.tunnel',
      detail: { state, url, ...(error === undefined ? {} : { error }) },
    });
  log.info('edgestream.go:102', 'Start a new tunnel stream connection ...');
  const dialled = await dialTunnel(options, emit('dialling')).catch((error: unknown) => {
    if (error instanceof DialError) return error;
    throw error;
  });
  if (dialled instanceof DialError) {
    log.error('edgestream.go:114', `dial ${url} error ${dialled.message}`);
    emit('failed', dialled.message);
    return dialled.message;
  }
  const { socket } = dialled;
  const parent = emit('open');
  const terminate = () => socket.terminate();
  if (signal.aborted) terminate();
  signal.addEventListener('abort', terminate, { once: true });
  const reason = await serveTunnelSession({ ...options, client, tunnel: dialled, parent });
  signal.removeEventListener('abort', terminate);
  emit('closed', reason);
  return reason;
}
