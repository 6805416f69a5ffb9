import { Document, isMap, isSeq, type Node } from 'yaml';
import type { Layer } from './layer.ts';
import { says } from './merge.ts';
import type { Path } from './plain.ts';
import type { ResolvedCluster } from './resolve.ts';

/** The whole cluster as a file that needs no other; behind each value stands where it comes from. */
export function showCluster({ layers, complete }: ResolvedCluster): string {
  const document = new Document(complete, { aliasDuplicateObjects: false });
  annotate(document.contents as Node, [], layers);
  return document.toString({ lineWidth: 0 });
}

function annotate(node: Node, path: Path, layers: readonly Layer[]): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) annotate(value as Node, [...path, String(key)], layers);
    // An empty one is a value like any other.
    if (node.items.length > 0) return;
  }
  if (isSeq(node)) node.flow = node.items.length === 0;
  const layer = layers.findLast(({ file }) => says(file, path));
  const origin = ` ${layer?.name ?? 'default'}`;
  // A comment on the line of a list would end it.
  if (isSeq(node) && node.items.length > 0) node.commentBefore = origin;
  else node.comment = origin;
}
