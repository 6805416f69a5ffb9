import {
  type AnyTraceEvent,
  type Endpoint,
  formatKlog,
  httpRequest,
  NetError,
  type TraceEvent,
  type World,
} from '@kubeedge-sim/sim-kit';
import { INTERRUPTED, runKubectl } from '../kubectl/index.ts';
import type { Cluster, CommandResult } from './cluster.ts';
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
      const options = { server: apiserver, tls: { verify: false }, signal: patience.signal };
      return describe(await runKubectl(world, hosts.cloud, args, options));
    },
    async curl(node, url) {
      using patience = startPatience(world);
      return describe(await curl(hosts, node, url, patience.signal));
    },
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

function startPatience(world: World): Disposable & { signal: AbortSignal } {
  const control = new AbortController();
  const timer = world.clock.setTimeout(() => control.abort(), PATIENCE_MS, 'patience with a command');
  return { signal: control.signal, [Symbol.dispose]: () => timer.cancel() };
}

async function curl(
  hosts: ClusterHosts,
  node: string,
  url: string,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { hostname, port, pathname, search } = new URL(url);
  const target = { address: hostname, port: Number(port === '' ? 80 : port) };
  try {
    const response = await httpRequest(hosts.find(node), {
      target,
      path: `${pathname}${search}`,
      headers: { host: `${hostname}:${target.port}`, 'user-agent': 'curl/7.58.0', accept: '*/*' },
      component: 'curl',
      signal,
    });
    return { stdout: await response.text(), stderr: '', exitCode: 0 };
  } catch (error) {
    if (signal.aborted) return { stdout: '', stderr: '^C\n', exitCode: INTERRUPTED };
    if (!(error instanceof NetError)) throw error;
    const stderr = `curl: (7) Failed to connect to ${hostname} port ${target.port}: Connection refused`;
    return { stdout: '', stderr, exitCode: 7 };
  }
}
