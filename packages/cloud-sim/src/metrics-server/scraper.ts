import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { Node } from '../kube-apiserver/objects.ts';
import type { Log } from './klog.ts';
import { type KubeletClient, ScrapeError } from './kubelet-client.ts';
import { type Batch, type Decoded, DecodeError, type Drop, EndlessDecode } from './points.ts';
import { type DuplicateWords, withoutDuplicates } from './storage.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { MetricsServerVersion } from './version.ts';

export interface ScraperOptions {
  world: World;
  host: Host;
  version: MetricsServerVersion;
  client: KubeletClient;
  log: Log;
  timeoutMs: number;
  /** --node-selector as given; which nodes it means is for the caller. */
  nodeSelector: string;
}

/** How a release goes about a round. */
export interface ScraperTraits {
  /** Most milliseconds of delay a node adds, and most of all. */
  jitterPerNodeMs: number;
  jitterMaxMs: number;
  /** A node's delay is taken from the time it has. */
  jitterCountsAsTime: boolean;
  notReady: 'skipped' | 'scraped';
  /** Where points of one name are found out here, and not when they are stored. */
  duplicate?: DuplicateWords;
}

/** One round over all nodes: what they gave, and the errors in the order in which they came. */
export type Scrape = (nodes: readonly Node[], signal: AbortSignal) => Promise<Batch & { errors: string[] }>;

/**
 * kubernetes-sigs/metrics-server v0.3.7 pkg/sources/manager.go; v0.4.2, v0.9.0 pkg/scraper/scraper.go.
 */
export function createScraper(options: ScraperOptions): Scrape {
  const { world, host, version, log } = options;
  const { voice, scraper } = version;
  const jitter = world.rng.fork('metrics-server/jitter');
  return async (all, signal) => {
    const result: Batch & { errors: string[] } = { nodes: [], pods: [], errors: [] };
    const nodes = wanted(all, options, result.errors);
    log(
      voice.scraping(
        nodes.map(({ metadata }) => metadata.name),
        options.nodeSelector,
      ),
    );
    const startedAtMs = world.clock.now();
    // rand.Intn excludes its bound.
    const delayMaxMs = Math.min(scraper.jitterPerNodeMs * nodes.length, scraper.jitterMaxMs) - 1;
    // All are waited for, also when they are called off: none may outlive the server.
    const scrapes = await Promise.allSettled(
      nodes.map(async (node) => {
        const { name } = node.metadata;
        const delayMs = jitter.int(0, delayMaxMs);
        await world.clock.sleep(delayMs, { signal, label: `scrape of ${name}` });
        const timeoutMs = options.timeoutMs - (scraper.jitterCountsAsTime ? delayMs : 0);
        log(voice.scrapingOne(name));
        const { batch, error } = await collect(node, options, { signal, timeoutMs });
        result.nodes.push(...batch.nodes);
        result.pods.push(...batch.pods);
        if (error !== undefined) result.errors.push(error);
      }),
    );
    for (const scrape of scrapes) if (scrape.status === 'rejected') throw scrape.reason;
    const { batch, drops } =
      scraper.duplicate === undefined
        ? { batch: result, drops: [] }
        : withoutDuplicates(result, scraper.duplicate);
    for (const drop of drops) noteDrop(world, host, log, drop);
    const durationMs = world.clock.now() - startedAtMs;
    log(voice.scraped({ durationMs, nodes: batch.nodes.length, pods: batch.pods.length }));
    return { ...batch, errors: result.errors };
  };
}

/** Nodes to ask; those that the release leaves out are told of, all in one error. */
function wanted(
  nodes: readonly Node[],
  { version, client, host, world }: ScraperOptions,
  errors: string[],
): Node[] {
  if (version.scraper.notReady === 'scraped') return [...nodes];
  const skipped: string[] = [];
  const ready = nodes.filter((node) => {
    const { name } = node.metadata;
    try {
      if (!isReady(node)) throw new ScrapeError(`node ${name} is not ready`);
      client.target(node);
      return true;
    } catch (error) {
      if (!(error instanceof ScrapeError)) throw error;
      const problem = version.voice.problem({ node: name, error: error.message });
      skipped.push(problem);
      const detail = { node: name, outcome: 'skipped', pods: 0, error: world.net.describe(problem) } as const;
      world.trace.emit({ host: host.name, component: COMPONENT, kind: 'metrics-server.scraped', detail });
      return false;
    }
  });
  if (skipped.length > 0) errors.push(aggregate(skipped));
  return ready;
}

const isReady = ({ status }: Node) =>
  status.conditions.find(({ type }) => type === 'Ready')?.status === 'True';

/** Several errors in one, as k8s.io/apimachinery pkg/util/errors prints them. */
export function aggregate(errors: readonly string[]): string {
  const [first = '', ...more] = [...new Set(errors)];
  return more.length === 0 ? first : `[${[first, ...more].join(', ')}]`;
}

async function collect(
  node: Node,
  options: ScraperOptions,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<{ batch: Batch; error?: string }> {
  const { world, host, version, log } = options;
  const { name } = node.metadata;
  const emitter = { host: host.name, component: COMPONENT };
  let eventId: number | undefined;
  let address: string | undefined;
  const failed = (error: string, timedOut: boolean) => {
    const where = { node: name, ...(address !== undefined && { address }), ready: isReady(node) };
    const said = version.voice.failed({ ...where, error, timedOut, timeoutMs: options.timeoutMs });
    if ('error' in said) return said.error;
    log(said.line, eventId);
    return undefined;
  };
  const deadline = new AbortController();
  const timer = world.clock.setTimeout(() => deadline.abort(), timeoutMs, `scrape timeout of ${name}`);
  try {
    const target = options.client.target(node);
    const { port, url } = target;
    address = target.address;
    const scrape = { node: name, address: world.net.describe(address), port, url: world.net.describe(url) };
    eventId = world.trace.emit({ ...emitter, kind: 'metrics-server.scrape', detail: scrape });
    const asked = { node: name, address, askedAtMs: world.clock.now() };
    const body = await options.client.get(target, {
      signal: AbortSignal.any([signal, deadline.signal]),
      parent: eventId,
    });
    const { nodes, pods, drops, errors = [] } = await decode(body, { url, signal, eventId, asked }, options);
    for (const drop of drops) noteDrop(world, host, log, drop, eventId);
    const answeredAs = nodes.find((point) => point.name !== name)?.name;
    const detail = {
      node: name,
      outcome: 'ok',
      pods: pods.length,
      ...(answeredAs !== undefined && { answeredAs }),
    } as const;
    world.trace.emit({ ...emitter, kind: 'metrics-server.scraped', parent: eventId, detail });
    const error = errors.length === 0 ? undefined : failed(aggregate(errors), false);
    return { batch: { nodes, pods }, ...(error !== undefined && { error }) };
  } catch (cause) {
    // The server is being closed: there is nobody left to tell.
    if (signal.aborted || !(cause instanceof ScrapeError)) throw cause;
    const problem = version.voice.problem({
      node: name,
      error: cause.message,
      ...(address !== undefined && { address }),
    });
    const detail = { node: name, outcome: 'error', pods: 0, error: world.net.describe(problem) } as const;
    world.trace.emit({ ...emitter, kind: 'metrics-server.scraped', parent: eventId, detail });
    const error = failed(problem, cause.timedOut);
    return { batch: { nodes: [], pods: [] }, ...(error !== undefined && { error }) };
  } finally {
    timer.cancel();
  }
}

interface Answer {
  url: string;
  signal: AbortSignal;
  eventId: number;
  asked: Parameters<MetricsServerVersion['decode']>[1];
}

/** @throws ScrapeError in the words of the release */
async function decode(
  body: string,
  answer: Answer,
  { world, host, version }: ScraperOptions,
): Promise<Decoded> {
  const { url, signal, eventId, asked } = answer;
  try {
    return version.decode(body, asked);
  } catch (cause) {
    if (cause instanceof DecodeError) {
      throw new ScrapeError(version.client.words.unreadable({ url, body, error: cause.message }));
    }
    if (!(cause instanceof EndlessDecode)) throw cause;
    const detail = { node: asked.node, outcome: 'stuck', pods: 0, error: cause.message } as const;
    const emitter = { host: host.name, component: COMPONENT, parent: eventId };
    world.trace.emit({ ...emitter, kind: 'metrics-server.scraped', detail });
    // The real goroutine never comes back, and the round waits for it.
    return await new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }
}

/** Records what was left out, and the log line about it. */
export function noteDrop(world: World, host: Host, log: Log, drop: Drop, parent?: number): void {
  const { what, name, reason, at } = drop;
  const event = world.trace.emit({
    host: host.name,
    component: COMPONENT,
    kind: 'metrics-server.drop',
    parent,
    detail: { what, name, reason, ...(at !== undefined && { at }) },
  });
  if (drop.log !== undefined) log(drop.log, event);
}
