import type { Host, World } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Log } from './klog.ts';
import { aggregate, noteDrop, type Scrape } from './scraper.ts';
import type { MetricsStorage } from './storage.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { MetricsServerVersion } from './version.ts';

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

/** What health checks go by. */
export interface RoundState {
  /** When the last round began, undefined before the first. */
  readonly lastStartMs: number | undefined;
  /** The last round stored something, or nothing went wrong. */
  readonly lastOk: boolean;
  /** Nodes and pods have been listed. */
  readonly synced: boolean;
}

export interface ScrapeLoop extends AsyncDisposable {
  readonly state: RoundState;
}

/** How long client-go waits at first before it lists again. */
const LIST_RETRY_MS = 800;

/**
 * Scrapes on a fixed grid, as Go's Ticker does, until disposed; before that it waits for the first lists.
 * kubernetes-sigs/metrics-server v0.3.0 pkg/manager/manager.go, v0.4.2, v0.9.0 pkg/server/server.go.
 */
export function startScrapeLoop(options: ScrapeLoopOptions): ScrapeLoop {
  const stop = new AbortController();
  const state: Writable<RoundState> = {
    lastStartMs: undefined,
    lastOk: options.version.health.lastOkAtFirst,
    synced: false,
  };
  const running = run(options, state, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  // Failures surface at dispose; until then nobody awaits the loop.
  running.catch(() => {});
  return {
    state,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('metrics-server is being closed'));
      await running;
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

async function run(
  options: ScrapeLoopOptions,
  state: Writable<RoundState>,
  signal: AbortSignal,
): Promise<void> {
  const { world, version, log, resolutionMs } = options;
  for (;;) {
    const problem = await refresh(options, signal);
    if (problem === undefined) break;
    const message = `k8s.io/client-go/informers/factory.go:134: Failed to watch *v1.Node: ${problem}`;
    log({ severity: 'E', verbosity: 0, source: 'reflector.go:127', message });
    await world.clock.sleep(LIST_RETRY_MS, { signal, label: 'metrics-server lists again' });
  }
  state.synced = true;
  const firstMs = world.clock.now();
  const label = 'next scrape of metrics-server';
  let tick = 0;
  if (version.firstScrape === 'after-one-interval') {
    tick = 1;
    await world.clock.sleep(resolutionMs, { signal, label });
  }
  for (;;) {
    // Without the apiserver an informer's cache stays as it was, so a failure changes nothing.
    if (tick > 0) await refresh(options, signal);
    await runTick(options, state, signal);
    const elapsed = Math.floor((world.clock.now() - firstMs) / resolutionMs);
    // A Ticker keeps one missed tick; the others are lost.
    const late = elapsed > tick + 1;
    tick = Math.max(tick + 1, elapsed);
    const waitMs = late ? 0 : firstMs + tick * resolutionMs - world.clock.now();
    await world.clock.sleep(waitMs, { signal, label });
  }
}

async function runTick(
  options: ScrapeLoopOptions,
  state: Writable<RoundState>,
  signal: AbortSignal,
): Promise<void> {
  const { world, host, view, scrape, storage, version, log } = options;
  const { voice } = version;
  state.lastStartMs = world.clock.now();
  log(voice.begins);
  const batch = await scrape(view.nodes, signal);
  const failed = batch.errors.length > 0;
  if (failed && voice.roundFailed !== undefined) log(voice.roundFailed(aggregate(batch.errors)));
  log(voice.stores);
  const { drops, lines = [], error } = storage.store(batch);
  if (error !== undefined && voice.notSaved !== undefined) log(voice.notSaved(error));
  for (const drop of drops) noteDrop(world, host, log, drop);
  for (const line of lines) log(line);
  const detail = {
    nodes: batch.nodes.length,
    pods: batch.pods.length,
    ...(error !== undefined && { error }),
  };
  world.trace.emit({ host: host.name, component: COMPONENT, kind: 'metrics-server.cycle', detail });
  log(voice.ends);
  state.lastOk = error === undefined && (!failed || batch.nodes.length > 0);
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
