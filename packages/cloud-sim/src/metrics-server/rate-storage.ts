import type { LogLine } from './klog.ts';
import type { Batch, ContainerPoint, Drop, MetricsPoint, PodPoint } from './points.ts';
import {
  type DuplicateWords,
  type Measured,
  type MeasuredPod,
  type MetricsStorage,
  withoutDuplicates,
} from './storage.ts';

export interface RateStorageTraits {
  /** A node that has started anew since loses its earlier point. */
  nodeRestarts: boolean;
  /** Which pods are answered for: those all of whose containers have a rate, or those of which one has. */
  pods: 'complete' | 'partial';
  /** A start that lies before the earlier point's is an error. */
  checksStart: boolean;
  /** Undefined where the round has none any more. */
  duplicate: DuplicateWords | undefined;
  words: RateWords;
}

export interface RateWords {
  olderNode(name: string, times: { previousNs: bigint; atNs: bigint }): LogLine;
  olderContainer(
    container: { name: string; pod: string },
    times: { previousNs: bigint; atNs: bigint },
  ): LogLine;
  skippedNode(name: string, error: string): LogLine;
  skippedContainer(container: { name: string; pod: string }, error: string): LogLine;
  /** Told when it changes which of nodes and pods are there; undefined where nobody is told. */
  readiness?(ready: { nodes: boolean; pods: boolean }): LogLine;
}

/** A container that has run for less gives no rate worth having. */
const FRESH_MIN_NS = 10_000_000_000n;

type Containers = Map<string, ContainerPoint>;

/**
 * Answers with the difference between the last two points. A point that brings no news leaves the earlier one
 * where it was; a container that started lately counts from its start.
 * kubernetes-sigs/metrics-server v0.5.0, v0.5.2, v0.6.4, v0.9.0 pkg/storage/{node,pod,types,storage}.go.
 */
export function createRateStorage(traits: RateStorageTraits, resolutionMs: number): MetricsStorage {
  const { words } = traits;
  const resolutionNs = BigInt(Math.round(resolutionMs * 1e6));
  let nodes = { last: new Map<string, MetricsPoint>(), previous: new Map<string, MetricsPoint>() };
  let pods = { last: new Map<string, Containers>(), previous: new Map<string, Containers>() };
  let told = { nodes: false, pods: false };
  const ready = () => ({ nodes: nodes.previous.size > 0, pods: pods.previous.size > 0 });

  function storeNodes({ nodes: points }: Batch, lines: LogLine[]): void {
    const last = new Map<string, MetricsPoint>();
    const previous = new Map<string, MetricsPoint>();
    for (const point of points) {
      last.set(point.name, point);
      const before = nodes.last.get(point.name);
      if (before === undefined) continue;
      if (traits.nodeRestarts && time(point.startNs) >= time(before.atNs)) continue;
      const older = (earlier: MetricsPoint) =>
        lines.push(words.olderNode(point.name, between(earlier, point)));
      const kept = previousOf(point, before, nodes.previous.get(point.name), older);
      if (kept !== undefined) previous.set(point.name, kept);
    }
    nodes = { last, previous };
  }

  function storePods({ pods: points }: Batch, lines: LogLine[]): void {
    const last = new Map<string, Containers>();
    const previous = new Map<string, Containers>();
    for (const point of points) {
      const pod = `${point.namespace}/${point.name}`;
      const kept = previousContainers(point, pod, lines);
      last.set(pod, new Map(point.containers.map((container) => [container.name, container])));
      if (kept.size > 0) previous.set(pod, kept);
    }
    pods = { last, previous };
  }

  function previousContainers({ containers }: PodPoint, pod: string, lines: LogLine[]): Containers {
    const kept: Containers = new Map();
    for (const container of containers) {
      const { name, startNs } = container;
      const age = time(container.atNs) - time(startNs);
      if (age > 0n && age < resolutionNs && age >= FRESH_MIN_NS) {
        kept.set(name, { ...container, atNs: time(startNs), cpu: 0n });
        continue;
      }
      const before = pods.last.get(pod)?.get(name);
      // A container that started since is another one.
      if (before === undefined || time(startNs) >= time(before.atNs)) continue;
      const older = (earlier: MetricsPoint) =>
        lines.push(words.olderContainer({ name, pod }, between(earlier, container)));
      const earlier = pods.previous.get(pod)?.get(name);
      const chosen = previousOf(container, before, earlier, older);
      if (chosen !== undefined) kept.set(name, { ...chosen, name });
    }
    return kept;
  }

  return {
    store(received) {
      const { batch, drops } =
        traits.duplicate === undefined
          ? { batch: received, drops: [] }
          : withoutDuplicates(received, traits.duplicate);
      const lines: LogLine[] = [];
      storeNodes(batch, lines);
      storePods(batch, lines);
      const now = ready();
      const line = words.readiness?.(now);
      if (line !== undefined && (now.nodes !== told.nodes || now.pods !== told.pods)) lines.push(line);
      told = now;
      return { drops, lines };
    },
    node(name, note) {
      const [last, previous] = [nodes.last.get(name), nodes.previous.get(name)];
      if (last === undefined || previous === undefined) return undefined;
      const usage = rate(last, previous, traits.checksStart);
      if (typeof usage !== 'string') return usage;
      note({ what: 'node', name, reason: usage, log: words.skippedNode(name, usage) });
      return undefined;
    },
    pod(namespace, name, note) {
      const pod = `${namespace}/${name}`;
      const [last, previous] = [pods.last.get(pod), pods.previous.get(pod)];
      if (last === undefined || previous === undefined) return undefined;
      return measurePod(pod, { last, previous }, traits, note);
    },
    get ready() {
      return ready();
    },
  };
}

/** Go's zero time lies long before the epoch. */
const time = (ns: bigint | undefined): bigint => ns ?? -62_135_596_800_000_000_000n;

const between = (earlier: MetricsPoint, point: MetricsPoint) => ({
  previousNs: time(earlier.atNs),
  atNs: time(point.atNs),
});

/** The point to count from: the last one, or the one before it when there is no news. */
function previousOf(
  point: MetricsPoint,
  before: MetricsPoint,
  earlier: MetricsPoint | undefined,
  older: (earlier: MetricsPoint) => void,
): MetricsPoint | undefined {
  if (time(point.atNs) > time(before.atNs)) return before;
  if (earlier === undefined) return undefined;
  if (time(earlier.atNs) < time(point.atNs)) return earlier;
  older(earlier);
  return undefined;
}

function measurePod(
  pod: string,
  { last, previous }: { last: Containers; previous: Containers },
  traits: RateStorageTraits,
  note: (drop: Drop) => void,
): MeasuredPod | undefined {
  const containers: MeasuredPod['containers'] = [];
  let earliest: Measured | undefined;
  for (const [name, point] of last) {
    const before = previous.get(name);
    if (before === undefined) {
      if (traits.pods === 'partial') continue;
      return undefined;
    }
    const usage = rate(point, before, traits.checksStart);
    if (typeof usage === 'string') {
      const log = traits.words.skippedContainer({ name, pod }, usage);
      note({ what: 'container', name: `${pod}/${name}`, reason: usage, log });
      continue;
    }
    containers.push({ name, cpu: usage.cpu, memoryBytes: usage.memoryBytes });
    if (earliest === undefined || time(usage.atNs) < time(earliest.atNs)) earliest = usage;
  }
  const { atNs, windowNs = 0n } = earliest ?? {};
  return { ...(atNs !== undefined && { atNs }), windowNs, containers };
}

/** Seconds as Go's Duration.Seconds makes them: whole ones and the rest apart, which may round otherwise. */
const goSeconds = (ns: bigint) => Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9;

/** Nanocores between two points, or why there are none. */
function rate(last: MetricsPoint, previous: MetricsPoint, checksStart: boolean): Measured | string {
  if (checksStart && time(last.startNs) < time(previous.startNs)) {
    return 'unexpected decrease in startTime of node/container';
  }
  if (last.cpu < previous.cpu) return 'unexpected decrease in cumulative CPU usage value';
  const windowNs = time(last.atNs) - time(previous.atNs);
  const cpu = BigInt(Math.trunc(Number(last.cpu - previous.cpu) / goSeconds(windowNs)));
  const { atNs, memoryBytes } = last;
  return { ...(atNs !== undefined && { atNs }), windowNs, cpu, memoryBytes };
}
