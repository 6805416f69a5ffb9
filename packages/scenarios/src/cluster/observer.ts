import { ADMIN, simToken } from '@kubeedge-sim/cloud-sim';
import {
  type AnyTraceEvent,
  type Endpoint,
  formatKlog,
  type Host,
  httpRequest,
  NetError,
  type TraceEvent,
  type World,
} from '@kubeedge-sim/sim-kit';
import { INTERRUPTED, runKubectl } from '../kubectl/index.ts';
import type { Cluster, CommandResult, CurlOptions } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import type { ClusterHosts } from './hosts.ts';

/** The looking half of a {@link Cluster}: it works over the world's net and trace only, whatever process serves. */
export function createObserver(
  world: World,
  hosts: ClusterHosts,
  description: ClusterDescription,
  apiserver: Endpoint,
): Pick<Cluster, 'host' | 'kubectl' | 'curl' | 'log' | 'events' | 'until' | 'scrapes'> {
  const describe = (result: CommandResult): CommandResult => ({
    ...result,
    stdout: world.net.describe(result.stdout),
    stderr: world.net.describe(result.stderr),
  });

  function until(what: string, condition: () => boolean, limitMs: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const subscription = world.trace.subscribe(() => {
      if (condition()) resolve(true);
    });
    const timer = world.clock.setTimeout(() => resolve(false), limitMs, what);
    const wait = world.waiting(what);
    return promise.finally(() => {
      subscription[Symbol.dispose]();
      timer.cancel();
      wait[Symbol.dispose]();
    });
  }

  return {
    until,
    host: (node) => hosts.find(node),
    events: () => world.trace.events,
    async kubectl(args) {
      using patience = startPatience(world);
      const token = simToken(world, ADMIN);
      const options = { server: apiserver, tls: { verify: false }, token, signal: patience.signal };
      return describe(await runKubectl(world, hosts.cloud, args, options));
    },
    curl: async (node, url, options) => describe(await curl(world, hosts.find(node), url, options)),
    log(node, component, verbosity) {
      return world.trace.events
        .filter((event): event is TraceEvent<'log'> & AnyTraceEvent => event.kind === 'log')
        .filter(
          ({ host, component: by, detail }) =>
            host === node && by === component && detail.verbosity <= verbosity,
        )
        .map(formatKlog);
    },
    async scrapes(count) {
      // One outside scrapes when it likes, and nobody here is told.
      if (description.metricsServer.external === true) return;
      const nodes = description.edges.length + 1;
      let asked = 0;
      let done = 0;
      // A round counts when all of its scrapes began after now: one under way may still bring old answers.
      using _rounds = world.trace.subscribe((event) => {
        if (event.kind === 'metrics-server.scrape') asked++;
        if (event.kind !== 'metrics-server.cycle') return;
        if (asked >= nodes) done++;
        asked = 0;
      });
      const limitMs = (count + 2) * SCRAPE_LIMIT_MS;
      if (await until(`${count} scrapes of metrics-server`, () => done >= count, limitMs)) return;
      throw new Error(`metrics-server did not finish ${count} scrapes within ${limitMs} ms`);
    },
  };
}

/** Longest time a round of scrapes may take: the largest resolution in use and its timeout. */
const SCRAPE_LIMIT_MS = 120_000;

// Neither kubectl nor curl gives up by itself: whoever runs it presses Ctrl-C.
const PATIENCE_MS = 120_000;

function startPatience(
  world: World,
  limitMs = PATIENCE_MS,
  reason?: Error,
): Disposable & { signal: AbortSignal } {
  const control = new AbortController();
  const timer = world.clock.setTimeout(() => control.abort(reason), limitMs, 'patience with a command');
  return { signal: control.signal, [Symbol.dispose]: () => timer.cancel() };
}

async function curl(
  world: World,
  host: Host,
  url: string,
  { maxTimeSeconds, withStatus = false, withToken = false }: CurlOptions = {},
): Promise<CommandResult> {
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const secure = protocol === 'https:';
  const target = { address: hostname, port: Number(port === '' ? (secure ? 443 : 80) : port) };
  const limitMs = (maxTimeSeconds ?? 0) * 1_000;
  using patience = limitMs > 0 ? startPatience(world, limitMs, new TooLate()) : startPatience(world);
  let connected = false;
  const dialler: Pick<Host, 'connect'> = {
    async connect(...args) {
      const socket = await host.connect(...args);
      connected = true;
      return socket;
    },
  };
  try {
    const response = await httpRequest(dialler, {
      target,
      path: `${pathname}${search}`,
      headers: {
        host: `${hostname}:${target.port}`,
        'user-agent': 'curl/7.58.0',
        accept: '*/*',
        ...(withToken && { authorization: `Bearer ${simToken(world, ADMIN)}` }),
      },
      component: 'curl',
      signal: patience.signal,
      ...(secure && { tls: { verify: false } }),
    });
    const body = await response.text();
    const status = withStatus ? `\nHTTP ${response.status}, ${Buffer.byteLength(body)} bytes` : '';
    return { stdout: `${body}${status}`, stderr: '', exitCode: 0 };
  } catch (error) {
    const failed = (exitCode: number, text: string) => ({
      stdout: '',
      stderr: `curl: (${exitCode}) ${text}`,
      exitCode,
    });
    if (error instanceof TooLate) {
      return connected
        ? failed(28, `Operation timed out after ${limitMs} milliseconds with 0 bytes received`)
        : failed(28, `Connection timed out after ${limitMs} milliseconds`);
    }
    if (patience.signal.aborted) return { stdout: '', stderr: '^C\n', exitCode: INTERRUPTED };
    if (!(error instanceof NetError)) throw error;
    const { text, exitCode } = curlFailures[error.code];
    return failed(exitCode, `Failed to connect to ${hostname} port ${target.port}: ${text}`);
  }
}

// curl 7.58 lib/connect.c, include/curl/curl.h: what it says of a dial, and its exit code.
const curlFailures: Record<NetError['code'], { text: string; exitCode: number }> = {
  ECONNREFUSED: { text: 'Connection refused', exitCode: 7 },
  EHOSTUNREACH: { text: 'No route to host', exitCode: 7 },
  ENETUNREACH: { text: 'Network is unreachable', exitCode: 7 },
  ENOTFOUND: { text: 'Could not resolve host', exitCode: 6 },
  ETIMEDOUT: { text: 'Connection timed out', exitCode: 7 },
  ECONNRESET: { text: 'Connection reset by peer', exitCode: 56 },
  EPIPE: { text: 'Broken pipe', exitCode: 55 },
};

/** curl's own `--max-time` is over. */
class TooLate extends Error {}
