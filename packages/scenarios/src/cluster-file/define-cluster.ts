import type { ClusterFile } from './cluster-file.ts';
import { clusterOf } from './resolve.ts';

/**
 * A cluster file in TypeScript: checks it and returns it, e.g. for `startSimulation({ cluster })`. It may extend presets.
 * @throws UsageError with the path of everything that is wrong
 */
export function defineCluster(file: ClusterFile): ClusterFile {
  clusterOf(file);
  return file;
}
