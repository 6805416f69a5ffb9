import type { Batch, Drop, NodePoint, PodPoint } from './points.ts';

/** The last round's points. A round replaces everything, so what it lacks has no metrics any more. */
export interface MetricsStorage {
  /** Keeps the batch and tells what it left out: of two points of one name the first counts. */
  store(batch: Batch): Drop[];
  node(name: string): NodePoint | undefined;
  pod(namespace: string, name: string): PodPoint | undefined;
}

/** kubernetes-sigs/metrics-server v0.4.2 pkg/storage/storage.go. */
export function createStorage(sources: { duplicateNode: string; duplicatePod: string }): MetricsStorage {
  let nodes = new Map<string, NodePoint>();
  let pods = new Map<string, PodPoint>();
  return {
    store(batch) {
      nodes = new Map();
      pods = new Map();
      const drops: Drop[] = [];
      for (const point of batch.nodes) {
        if (nodes.has(point.name)) drops.push(duplicate('node', point.name, sources.duplicateNode));
        else nodes.set(point.name, point);
      }
      for (const point of batch.pods) {
        const key = `${point.namespace}/${point.name}`;
        if (pods.has(key)) drops.push(duplicate('pod', key, sources.duplicatePod));
        else pods.set(key, point);
      }
      return drops;
    },
    node: (name) => nodes.get(name),
    pod: (namespace, name) => pods.get(`${namespace}/${name}`),
  };
}

function duplicate(what: 'node' | 'pod', name: string, source: string): Drop {
  const message = `duplicate ${what} ${name} received`;
  return { what, name, reason: 'duplicate', log: { message, source, verbosity: 0, severity: 'E' } };
}
