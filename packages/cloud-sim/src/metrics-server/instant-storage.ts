import type { Batch, NodePoint, PodPoint } from './points.ts';
import { type DuplicateWords, type MetricsStorage, withoutDuplicates } from './storage.ts';

export interface InstantStorageTraits {
  duplicate: DuplicateWords;
  /** Two points of one name: the later one is dropped, or the whole round is. */
  onDuplicate: 'drops-the-later' | 'drops-the-round';
}

/** What cAdvisor averages CPU over, at most; the kubelet does not say. */
const WINDOW_NS = 30_000_000_000n;

/**
 * Answers with the last round's points as they are.
 * kubernetes-sigs/metrics-server v0.3.0 pkg/provider/sinkprov.go, v0.4.2 pkg/storage/storage.go.
 */
export function createInstantStorage(traits: InstantStorageTraits): MetricsStorage {
  let nodes = new Map<string, NodePoint>();
  let pods = new Map<string, PodPoint>();
  const keep = (batch: Batch) => {
    nodes = new Map(batch.nodes.map((point) => [point.name, point]));
    pods = new Map(batch.pods.map((point) => [`${point.namespace}/${point.name}`, point]));
  };
  return {
    store(received) {
      const { batch, drops } = withoutDuplicates(received, traits.duplicate);
      const [first] = drops;
      if (first === undefined || traits.onDuplicate === 'drops-the-later') {
        keep(batch);
        return { drops };
      }
      return { drops: [], error: `duplicate ${first.what} ${first.name} received` };
    },
    node(name) {
      const point = nodes.get(name);
      return point && { ...point, windowNs: WINDOW_NS };
    },
    pod(namespace, name) {
      const point = pods.get(`${namespace}/${name}`);
      if (point === undefined) return undefined;
      const { containers } = point;
      const earliest = containers.reduce<bigint | undefined>((least, { atNs = 0n }) => {
        return least === undefined || atNs < least ? atNs : least;
      }, undefined);
      // A container without a time has Go's zero time, which is earlier than any other.
      const isZero = earliest === undefined || containers.some(({ atNs }) => atNs === undefined);
      return { ...(!isZero && { atNs: earliest }), windowNs: WINDOW_NS, containers };
    },
    get ready() {
      return { nodes: nodes.size > 0, pods: pods.size > 0 };
    },
  };
}
