import type { Host, World } from '@kubeedge-sim/sim-kit';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import type { Node } from '../kube-apiserver/objects.ts';
import { internalIpOf } from './join-handler.ts';
import type { GoLog } from './log.ts';

/** ConfigMap edge-watcher, `edgenode.labels`. */
const EDGE_LABEL = 'node-role.kubernetes.io/edge';

export interface EdgeNodesOptions {
  store: ObjectStore;
  component: string;
  log: GoLog;
  onChange: () => void;
}

/** The addresses of edges, as EdgeWatcher knows them. */
export interface EdgeNodes extends Disposable {
  readonly addresses: ReadonlySet<string>;
}

/**
 * Follows the nodes with the edge label. They are kept by address alone: a second node with an address that is known
 * changes nothing, and the end of either takes it away. A node whose address changes is not looked at again.
 * zhu733756/edge-watcher 8113f4d pkg/edgewatcher/edgewatcher.go watchEdgeNodes, onEdgeNodeAdd, onEdgeNodeDel
 */
export function watchEdgeNodes(
  world: World,
  host: Host,
  { store, component, log, onChange }: EdgeNodesOptions,
): EdgeNodes {
  const addresses = new Set<string>();
  const isEdge = (node: Node | undefined) => node?.metadata.labels?.[EDGE_LABEL] === '';
  const hasTwin = (name: string, address: string) =>
    store
      .nodes()
      .some((node) => isEdge(node) && node.metadata.name !== name && internalIpOf(node) === address);
  const tell = (node: Node, address: string, change: 'added' | 'deleted') =>
    world.trace.emit({
      host: host.name,
      component,
      kind: 'edge-watcher.node',
      detail: {
        node: node.metadata.name,
        address: world.net.describe(address),
        change,
        ...(hasTwin(node.metadata.name, address) && { duplicate: true }),
      },
    });
  const add = (node: Node) => {
    const { name } = node.metadata;
    const address = internalIpOf(node);
    const event = tell(node, address, 'added');
    log(`Add edge node: ${name} ${address}`, event);
    if (addresses.has(address)) return log(`Added edge node ${name}(${address}) already exist`, event);
    addresses.add(address);
    onChange();
  };
  const remove = (node: Node) => {
    const { name } = node.metadata;
    const address = internalIpOf(node);
    const event = tell(node, address, 'deleted');
    log(`Delete edge node: ${name} ${address}`, event);
    if (!addresses.delete(address)) return log(`Deleted edge node ${name}(${address}) not exist`, event);
    onChange();
  };
  for (const node of store.nodes()) if (isEdge(node)) add(node);
  const subscription = store.subscribe(({ type, object, previous }) => {
    if (object.kind !== 'Node') return;
    const before = previous?.kind === 'Node' && isEdge(previous);
    const now = type !== 'DELETED' && isEdge(object);
    if (now && !before) add(object);
    if (!now && before) remove(object);
  });
  return { addresses, [Symbol.dispose]: () => subscription[Symbol.dispose]() };
}
