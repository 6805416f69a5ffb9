import type { Host, World } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import { goDuration } from '../kube-apiserver/human-duration.ts';
import type { ClusterView } from './cluster-view.ts';
import type { HealthCheck } from './health.ts';
import type { Log } from './klog.ts';
import { noteDrop, type Scrape } from './scraper.ts';
import type { MetricsStorage } from './storage.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { MetricsServerVersion } from './versions.data.ts';

export interface ScrapeLoopOptions {
  world: World;
  host: Host;
  view: ClusterView;
  scrape: Scrape;
  storage: MetricsStorage;
  version: MetricsServerVersion;
  log: Log;
  resolutionMs: number;
}

export interface ScrapeLoop extends AsyncDisposable {
  readonly checks: { livez: HealthCheck; readyz: HealthCheck };
}

/** How long client-go waits at first before it lists again. */
const LIST_RETRY_MS = 800;

/**
 * Scrapes at once and then on a fixed grid, as Go's Ticker does, until disposed. Before that it waits for the
 * first list of nodes. kubernetes-sigs/metrics-server v0.4.2 pkg/server/server.go.
 */
export function startScrapeLoop(options: ScrapeLoopOptions): ScrapeLoop {
  const { world, resolutionMs } = options;
  const stop = new AbortController();
  const state = { lastStartMs: world.clock.now(), lastOk: true };
  const running = run(options, state, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  // Failures surface at dispose; until then nobody awaits the loop.
  running.catch(() => {});
  return {
    checks: {
      livez: () => {
        const waitMs = world.clock.now() - state.lastStartMs;
        const maxMs = 1.1 * resolutionMs;
        if (waitMs <= maxMs) return undefined;
        const [wait, max] = [goDuration(waitMs), goDuration(maxMs)];
        return `time since last tick (${wait}) was greater than expected metrics resolution (${max})`;
      },
      readyz: () => (state.lastOk ? undefined : "last tick wasn't healthy"),
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('metrics-server is being closed'));
      await running;
    },
  };
}

interface TickState {
  lastStartMs: number;
  lastOk: boolean;
}

async function run(options: ScrapeLoopOptions, state: TickState, signal: AbortSignal): Promise<void> {
  const { world, log, resolutionMs } = options;
  for (;;) {
    const problem = await refresh(options, signal);
    if (problem === undefined) break;
    const message = `k8s.io/client-go/informers/factory.go:134: Failed to watch *v1.Node: ${problem}`;
    log({ severity: 'E', verbosity: 0, source: 'reflector.go:127', message });
    await world.clock.sleep(LIST_RETRY_MS, { signal, label: 'metrics-server lists again' });
  }
  const firstMs = world.clock.now();
  for (let tick = 0; ; ) {
    // Without the apiserver an informer's cache stays as it was, so a failure changes nothing.
    if (tick > 0) await refresh(options, signal);
    await runTick(options, state, signal);
    const elapsed = Math.floor((world.clock.now() - firstMs) / resolutionMs);
    // A Ticker keeps one missed tick; the others are lost.
    const late = elapsed > tick + 1;
    tick = Math.max(tick + 1, elapsed);
    const waitMs = late ? 0 : firstMs + tick * resolutionMs - world.clock.now();
    await world.clock.sleep(waitMs, { signal, label: 'next scrape of metrics-server' });
  }
}

async function runTick(options: ScrapeLoopOptions, state: TickState, signal: AbortSignal): Promise<void> {
  const { world, host, view, scrape, storage, version, log } = options;
  const { sources } = version;
  const info = (source: string, message: string) => log({ severity: 'I', verbosity: 6, source, message });
  state.lastStartMs = world.clock.now();
  info(sources.tickBegins, 'Beginning cycle, scraping metrics...');
  const batch = await scrape(view.nodes, signal);
  const [first, ...more] = [...new Set(batch.errors)];
  if (first !== undefined) {
    const errors = more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;
    const message = `unable to fully scrape metrics: ${errors}`;
    log({ severity: 'E', verbosity: 0, source: sources.tickFailed, message });
  }
  info(sources.tickStores, '...Storing metrics...');
  for (const drop of storage.store(batch)) noteDrop(world, host, log, drop);
  const detail = { nodes: batch.nodes.length, pods: batch.pods.length };
  world.trace.emit({ host: host.name, component: COMPONENT, kind: 'metrics-server.cycle', detail });
  info(sources.tickEnds, '...Cycle complete');
  state.lastOk = first === undefined || batch.nodes.length > 0;
}

/** Lists nodes and pods; says why when that fails. */
async function refresh({ view }: ScrapeLoopOptions, signal: AbortSignal): Promise<string | undefined> {
  try {
    await view.refresh({ signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return goErrorText(error);
  }
}
