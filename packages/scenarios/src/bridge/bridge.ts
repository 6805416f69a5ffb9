import { type Lease, type Node, type ObjectStore, type Pod, resourceTypes } from '@kubeedge-sim/cloud-sim';
import type { World } from '@kubeedge-sim/sim-kit';
import { type ApiClient, ApiError, type ApiObject } from './api-client.ts';
import { mirror } from './mirror.ts';
import { deleteIfThere, holdRunLease, LEASES, marksOf, NODES, OWNER_LABEL, type Ownership } from './owner.ts';
import { createTrouble, type Trouble } from './trouble.ts';
import { createWriter, isForbidden } from './writer.ts';

export interface BridgeOptions {
  world: World;
  client: ApiClient;
  /** What cloudcore reads and writes. */
  store: ObjectStore;
  owner: Ownership;
  /** The names of our nodes. */
  nodes: readonly string[];
  /** Whether cloudcore's release patches a status (v1.12.0 and later) or puts the whole object. */
  patches: boolean;
  /** What the nodes are registered with, beside what the edges say. */
  taints: readonly { key: string; value?: string; effect: string }[];
  /** For a person: what the server refuses, that it is away, that it is back. */
  report(line: string): void;
  /** What to do about it, in a sentence. */
  remedy(error: ApiError): string;
}

/** Disposing it stops the mirroring; what it made stays for `removeRun`. */
export interface Bridge extends AsyncDisposable {
  /** Resolves when all nodes are registered at the server; rejects with the ApiError of one that is refused. */
  readonly registered: Promise<void>;
}

const STRATEGIC = 'application/strategic-merge-patch+json';
const podPath = (namespace: string, name: string) => `/api/v1/namespaces/${namespace}/pods/${name}`;

/**
 * Mirrors the store of our cloudcore and a real API server. Down come the pods bound to our nodes, and what others write into
 * our nodes; up go registrations, node statuses, leases, pod statuses, and the deletion of pods that have ended.
 * @throws ApiError when the pods cannot be listed and watched
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { world, client, store, owner, nodes, patches, report, remedy } = options;
  const leases = store.of(resourceTypes.leases);
  const ours = new Set(nodes);
  const { promise: registered, resolve: allRegistered, reject: refuse } = Promise.withResolvers<void>();
  // Whoever does not wait for it is told by `report`.
  registered.catch(() => {});
  /** Uids of our nodes at the server. */
  const uids = new Map<string, string>();
  /** What the server has of a pod's status, by uid, as text. */
  const statuses = new Map<string, string>();
  /** Set while a change of the store is the server's own. */
  let fromServer = false;
  const apply = (change: () => void) => {
    fromServer = true;
    change();
    fromServer = false;
  };
  let isRegistering = true;
  const troubles = createTrouble(client.server, { report, remedy });
  const refused = (key: string, error: ApiError) => {
    if (isRegistering && key.startsWith('node ')) refuse(error);
    else report(error.message);
  };
  const trouble: Trouble = {
    begin(key, error) {
      // Who may not register a node is told so by what ends the run.
      if (isRegistering && isForbidden(error)) refused(key, error);
      else troubles.begin(key, error);
    },
    end: troubles.end,
  };
  const writer = createWriter(world, trouble, refused);

  async function writeNode(name: string): Promise<void> {
    const node = store.node(name);
    if (node === undefined) return;
    if (!uids.has(name)) return register(node);
    const { conditions, addresses, capacity, allocatable, daemonEndpoints, nodeInfo } = node.status;
    const status = { conditions, addresses, capacity, allocatable, daemonEndpoints, nodeInfo };
    // edgecontroller passes on the kubelet's patch; before, it gets the Node and updates its status.
    if (patches)
      await client.request('PATCH', `${NODES}/${name}/status`, { body: { status }, contentType: STRATEGIC });
    else
      await update(`${NODES}/${name}`, (found) => ({
        ...found,
        status: { ...(found['status'] as object), ...status },
      }));
  }

  /** A GET and a PUT of the status, as edgecontroller has it. */
  async function update(path: string, change: (found: ApiObject) => object): Promise<void> {
    const found = await client.request('GET', path);
    await client.request('PUT', `${path}/status`, { body: change(found) });
  }

  async function register(node: Node): Promise<void> {
    const { name, labels } = node.metadata;
    const marks = marksOf(owner);
    const body = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, ...marks, labels: { ...labels, ...marks.labels } },
      spec: options.taints.length === 0 ? {} : { taints: options.taints },
      status: node.status,
    };
    const created = await client.request('POST', NODES, { body }).catch((error: unknown) => {
      // Ours, of a write whose answer was lost; anybody else's is refused before a run begins.
      if (error instanceof ApiError && error.status === 409) return client.request('GET', `${NODES}/${name}`);
      throw error;
    });
    if (created.metadata.labels?.[OWNER_LABEL] !== owner.id)
      return refused(
        `node ${name}`,
        new ApiError(409, `POST ${NODES}: a node ${name} of somebody else has come meanwhile`),
      );
    takeNode(created);
    if (uids.size < ours.size) return;
    isRegistering = false;
    allRegistered();
  }

  async function writeLease(name: string): Promise<void> {
    const lease = leases.get(name, 'kube-node-lease');
    if (lease === undefined || !uids.has(name)) return;
    const { spec } = lease;
    const contentType = 'application/merge-patch+json';
    try {
      await client.request('PATCH', `${LEASES}/${name}`, { body: { spec }, contentType });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid: uids.get(name) }];
      const metadata = { name, ...marksOf(owner), ownerReferences };
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
      await client.request('POST', LEASES, { body });
    }
  }

  async function writePod(namespace: string, name: string, uid: string): Promise<void> {
    const pod = store.pod(namespace, name);
    if (pod?.metadata.uid !== uid) return;
    const { status } = pod;
    if (statuses.get(uid) === JSON.stringify(status)) return;
    const path = podPath(namespace, name);
    try {
      if (patches)
        await client.request('PATCH', `${path}/status`, {
          body: { metadata: { uid }, status },
          contentType: STRATEGIC,
        });
      else
        await update(path, (found) =>
          found.metadata.uid === uid
            ? { ...found, status: { ...(found['status'] as object), ...status } }
            : found,
        );
    } catch (error) {
      // Gone, or another of its name; the watch tells.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
      if (error.status === 409 && (await uidOf(path)) === uid) throw error;
    }
  }

  async function uidOf(path: string): Promise<string | undefined> {
    const found = await client.request('GET', path).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    return found?.metadata.uid;
  }

  function takeNode(object: ApiObject): void {
    const { metadata, spec } = object as unknown as Node;
    uids.set(metadata.name, metadata.uid);
    const known = store.node(metadata.name);
    // The edge knows its status better than the server does.
    if (known !== undefined) apply(() => store.put({ ...known, metadata, spec }));
  }

  function takePod(object: ApiObject): void {
    const pod = { kind: 'Pod', apiVersion: 'v1', ...object } as unknown as Pod;
    const { namespace, name, uid } = pod.metadata;
    const known = store.pod(namespace, name);
    const before = statuses.get(uid);
    statuses.set(uid, JSON.stringify(pod.status));
    // A status of ours that is still under way is newer.
    const unwritten =
      known?.metadata.uid === uid && before !== undefined && JSON.stringify(known.status) !== before;
    apply(() => store.put(unwritten ? { ...pod, status: known.status } : pod));
  }

  const deletePod = (pod: Pod) => {
    const { namespace, name, uid } = pod.metadata;
    writer.put(`pod ${namespace}/${name}`, () => deleteIfThere(client, podPath(namespace, name), uid));
  };

  const subscriptions = [
    store.subscribe(({ type, object }) => {
      if (fromServer) return;
      const { name, uid } = object.metadata;
      if (object.kind === 'Node') {
        if (type !== 'DELETED' && ours.has(name)) writer.put(`node ${name}`, () => writeNode(name));
      } else if (ours.has(object.spec.nodeName ?? '')) {
        const { namespace } = object.metadata;
        if (type === 'DELETED') deletePod(object);
        else writer.put(`pod ${namespace}/${name}`, () => writePod(namespace, name, uid));
      }
    }),
    leases.subscribe(({ type, object }: { type: string; object: Lease }) => {
      const { name } = object.metadata;
      if (type !== 'DELETED' && ours.has(name)) writer.put(`lease ${name}`, () => writeLease(name));
    }),
  ];

  const parts: AsyncDisposable[] = [];
  const follow = (
    path: string,
    query: Readonly<Record<string, string>>,
    onPut: (object: ApiObject) => void,
    onDelete: (object: ApiObject) => void,
  ) => mirror({ world, client, path, query, onPut, onDelete, trouble });
  const stop = async () => {
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
    await writer.stop();
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    parts.push(await holdRunLease(world, client, owner));
    parts.push(
      await follow(NODES, { labelSelector: `${OWNER_LABEL}=${owner.id}` }, takeNode, ({ metadata }) => {
        // Somebody has deleted it: it comes back as the release has it, when edgecore registers again.
        uids.delete(metadata.name);
        apply(() => store.deleteNode(metadata.name));
      }),
    );
    for (const node of nodes) {
      const query = { fieldSelector: `spec.nodeName=${node}` };
      parts.push(
        await follow('/api/v1/pods', query, takePod, ({ metadata: { namespace = '', name, uid = '' } }) => {
          statuses.delete(uid);
          if (store.pod(namespace, name)?.metadata.uid === uid) apply(() => store.deletePod(namespace, name));
        }),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { registered, [Symbol.asyncDispose]: stop };
}
