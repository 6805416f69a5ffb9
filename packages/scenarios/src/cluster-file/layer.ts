import type { ClusterFile } from './cluster-file.ts';
import { formatPath, type Path } from './plain.ts';

/** One of the files that a cluster is put together from. */
export interface Layer {
  /** What the origin of a value is called: a preset, a file, an option. */
  name: string;
  file: ClusterFile;
  /** Where a value stands, for a person: `cluster.yaml:3:5 edges.edge-node-1`. */
  place(path: Path): string;
}

/** A layer that is no text: places are paths. */
export const layerOf = (name: string, file: ClusterFile): Layer => ({
  name,
  file,
  place: (path) => `${name}: ${formatPath(path)}`,
});
