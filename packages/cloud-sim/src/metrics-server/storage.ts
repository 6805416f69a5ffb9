import type { LogLine } from './klog.ts';
import type { Batch, Drop } from './points.ts';
import { structured } from './structured-log.ts';

/** What is answered for a node: `cpu` in nanocores. */
export interface Measured {
  atNs?: bigint;
  windowNs: bigint;
  cpu: bigint;
  memoryBytes: bigint;
}

/** What is answered for a pod. */
export interface MeasuredPod {
  atNs?: bigint;
  windowNs: bigint;
  containers: { name: string; cpu: bigint; memoryBytes: bigint }[];
}

/** The points of the last rounds. What the last round lacks has no metrics any more. */
export interface MetricsStorage {
  /** Keeps the batch and tells what it left out. `error`: nothing of it was kept. */
  store(batch: Batch): { drops: Drop[]; lines?: LogLine[]; error?: string };
  /** `note` hears of what cannot be answered for. */
  node(name: string, note: (drop: Drop) => void): Measured | undefined;
  pod(namespace: string, name: string, note: (drop: Drop) => void): MeasuredPod | undefined;
  /** Whether there is anything to answer with. */
  readonly ready: { nodes: boolean; pods: boolean };
}

/** Says that a name came twice. */
export type DuplicateWords = (what: 'node' | 'pod', name: string) => LogLine;

/** Of two points of one name the first counts. */
export function withoutDuplicates(batch: Batch, words: DuplicateWords): { batch: Batch; drops: Drop[] } {
  const drops: Drop[] = [];
  const once = <T>(what: 'node' | 'pod', points: readonly T[], nameOf: (point: T) => string): T[] => {
    const seen = new Set<string>();
    return points.filter((point) => {
      const name = nameOf(point);
      if (!seen.has(name)) return seen.add(name);
      drops.push({ what, name, reason: 'duplicate', log: words(what, name) });
      return false;
    });
  };
  return {
    batch: {
      nodes: once('node', batch.nodes, ({ name }) => name),
      pods: once('pod', batch.pods, ({ namespace, name }) => `${namespace}/${name}`),
    },
    drops,
  };
}

interface DuplicateSources {
  node: string;
  pod: string;
}

/** kubernetes-sigs/metrics-server v0.4.2 pkg/storage/storage.go. */
export function duplicateWords(sources: DuplicateSources): DuplicateWords {
  return (what, name) => ({
    message: `duplicate ${what} ${name} received`,
    source: sources[what],
    verbosity: 0,
    severity: 'E',
  });
}

/** kubernetes-sigs/metrics-server v0.5.2 pkg/storage/{node,pod}.go; v0.6.4 pkg/scraper/scraper.go. */
export function structuredDuplicateWords(sources: DuplicateSources): DuplicateWords {
  return (what, name) => ({
    message: structured(`Got duplicate ${what} point`, { [what]: name }),
    source: sources[what],
    verbosity: 0,
    severity: 'E',
  });
}
