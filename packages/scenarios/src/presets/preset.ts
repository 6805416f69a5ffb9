import type { ClusterFile } from '../cluster-file/cluster-file.ts';
import type { Text } from '../text.ts';

/** A cluster as somebody sets it up by a guide or an installer: a cluster file with a name, and where it was read. */
export interface Preset {
  name: string;
  title: Text;
  /** What was read where: repository, tag, path. */
  sources: readonly { what: string; where: string }[];
  cluster: ClusterFile;
}
