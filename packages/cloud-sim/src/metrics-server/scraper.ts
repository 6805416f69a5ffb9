import type { Host, World } from '@kubeedge-sim/sim-kit';
import { goDuration } from '../kube-apiserver/human-duration.ts';
import type { Node } from '../kube-apiserver/objects.ts';
import type { Log } from './klog.ts';
import { type KubeletClient, ScrapeError } from './kubelet-client.ts';
import { type Batch, DecodeError, type Drop } from './points.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { MetricsServerVersion } from './versions.data.ts';

export interface ScraperOptions {
  world: World;
  host: Host;
  version: MetricsServerVersion;
  client: KubeletClient;
  log: Log;
  timeoutMs: number;
}

/** One round over all nodes: what they gave, and the errors in the order in which they came. */
export type Scrape = (nodes: readonly Node[], signal: AbortSignal) => Promise<Batch & { errors: string[] }>;

/** kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/scraper.go. */
export function createScraper(options: ScraperOptions): Scrape {
  const { world, version, log } = options;
  const jitter = world.rng.fork('metrics-server/jitter');
  return async (nodes, signal) => {
    log({
      severity: 'I',
      verbosity: 1,
      source: version.sources.scraping,
      message: `Scraping metrics from ${nodes.length} nodes`,
    });
    const startedAtMs = world.clock.now();
    // rand.Intn excludes its bound.
    const delayMaxMs = Math.min(version.jitterPerNodeMs * nodes.length, version.jitterMaxMs) - 1;
    const result: Batch & { errors: string[] } = { nodes: [], pods: [], errors: [] };
    await Promise.all(
      nodes.map(async (node) => {
        const delayMs = jitter.int(0, delayMaxMs);
        await world.clock.sleep(delayMs, { signal, label: `scrape of ${node.metadata.name}` });
        const { batch, error } = await collect(node, options, {
          signal,
          timeoutMs: options.timeoutMs - delayMs,
        });
        result.nodes.push(...batch.nodes);
        result.pods.push(...batch.pods);
        if (error !== undefined) {
          result.errors.push(`unable to fully scrape metrics from node ${node.metadata.name}: ${error}`);
        }
      }),
    );
    const time = goDuration(world.clock.now() - startedAtMs);
    log({
      severity: 'I',
      verbosity: 1,
      source: version.sources.scraped,
      message: `ScrapeMetrics: time: ${time}, nodes: ${result.nodes.length}, pods: ${result.pods.length}`,
    });
    return result;
  };
}

async function collect(
  node: Node,
  options: ScraperOptions,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<{ batch: Batch; error?: string }> {
  const { world, host, client, version, log } = options;
  const { name } = node.metadata;
  const emitter = { host: host.name, component: COMPONENT };
  const deadline = new AbortController();
  const timer = world.clock.setTimeout(() => deadline.abort(), timeoutMs, `scrape timeout of ${name}`);
  let eventId: number | undefined;
  try {
    const target = client.target(node);
    const { address, port, url } = target;
    const scrape = { node: name, address: world.net.describe(address), port, url: world.net.describe(url) };
    eventId = world.trace.emit({ ...emitter, kind: 'metrics-server.scrape', detail: scrape });
    const text = await client.get(target, {
      signal: AbortSignal.any([signal, deadline.signal]),
      parent: eventId,
    });
    const { nodes, pods, drops } = version.decode(text);
    for (const drop of drops) noteDrop(world, host, log, drop, eventId);
    const detail = { node: name, outcome: 'ok', pods: pods.length } as const;
    world.trace.emit({ ...emitter, kind: 'metrics-server.scraped', parent: eventId, detail });
    return { batch: { nodes, pods } };
  } catch (cause) {
    // The server is being closed: there is nobody left to tell.
    if (signal.aborted) throw cause;
    if (!(cause instanceof ScrapeError || cause instanceof DecodeError)) throw cause;
    const problem =
      cause instanceof DecodeError ? `failed to parse output. Error: ${cause.message}` : cause.message;
    const error = `unable to fetch metrics from node ${name}: ${problem}`;
    const detail = { node: name, outcome: 'error', pods: 0, error: world.net.describe(error) } as const;
    world.trace.emit({ ...emitter, kind: 'metrics-server.scraped', parent: eventId, detail });
    return { batch: { nodes: [], pods: [] }, error };
  } finally {
    timer.cancel();
  }
}

/** Records what was left out, and the log line about it. */
export function noteDrop(world: World, host: Host, log: Log, drop: Drop, parent?: number): void {
  const { what, name, reason } = drop;
  const event = world.trace.emit({
    host: host.name,
    component: COMPONENT,
    kind: 'metrics-server.drop',
    parent,
    detail: { what, name, reason },
  });
  if (drop.log !== undefined) log(drop.log, event);
}
