import type { World } from '@kubeedge-sim/sim-kit';
import { type ApiClient, ApiError, type ApiObject } from './api-client.ts';

/** Everything that a run makes has this label, with the id of the run. */
export const OWNER_LABEL = 'kubeedge-sim/owner';
/** And says in this annotation who made it, and when. */
export const CREATED_BY = 'kubeedge-sim/created-by';
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
export const NODES = '/api/v1/nodes';

/** A run is taken for dead so long after its lease was last renewed; four times its period, as of a kubelet. */
const LEASE_SECONDS = 40;
const RENEW_PERIOD_MS = 10_000;

/** What one run of the command has put into a cluster. */
export interface Ownership {
  readonly id: string;
  /** Who it was: user, host, process, time. */
  readonly createdBy: string;
}

/** The run that has made something, and what of it is there. */
export interface FoundRun {
  id: string;
  createdBy: string;
  alive: boolean;
  /** Names of its nodes. */
  nodes: string[];
}

/** Marks for the metadata of an object. */
export const marksOf = ({ id, createdBy }: Ownership) => ({
  labels: { [OWNER_LABEL]: id },
  annotations: { [CREATED_BY]: createdBy },
});

/** The name of the lease by which others see that a run is alive. */
const runLease = (id: string) => `kubeedge-sim-${id}`;

/** metav1.MicroTime. */
export const microTime = (atMs: number) => new Date(atMs).toISOString().replace('Z', '000Z');

/** Keeps a run's lease fresh until it is disposed. @throws ApiError when the lease cannot be made */
export async function holdRunLease(
  world: World,
  client: ApiClient,
  owner: Ownership,
): Promise<AsyncDisposable> {
  const name = runLease(owner.id);
  const renewTime = () => microTime(world.clock.now());
  const spec = {
    holderIdentity: owner.createdBy,
    leaseDurationSeconds: LEASE_SECONDS,
    acquireTime: renewTime(),
  };
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, ...marksOf(owner) },
  };
  const create = () =>
    client.request('POST', LEASES, { body: { ...lease, spec: { ...spec, renewTime: renewTime() } } });
  await create();
  const renew = async () => {
    const body = { spec: { renewTime: renewTime() } };
    try {
      await client.request('PATCH', `${LEASES}/${name}`, {
        body,
        contentType: 'application/merge-patch+json',
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // A server that lost it is given a new one; one that is away is asked again at the next period.
      if (error.status === 404) await create().catch(ignoreApiErrors);
    }
  };
  let renewing: Promise<void> | undefined;
  const timer = world.clock.setInterval(
    () => {
      // A server that does not answer is not asked once more for each period that it takes.
      renewing ??= renew().finally(() => {
        renewing = undefined;
      });
    },
    RENEW_PERIOD_MS,
    `lease ${name}`,
  );
  return {
    async [Symbol.asyncDispose]() {
      timer.cancel();
      await renewing;
      await deleteIfThere(client, `${LEASES}/${name}`);
    },
  };
}

function ignoreApiErrors(error: unknown): void {
  if (!(error instanceof ApiError)) throw error;
}

/**
 * The runs that have left a mark on the cluster, by the marks of its nodes and leases.
 * @throws ApiError
 */
export async function findRuns(client: ApiClient, nowMs: number): Promise<FoundRun[]> {
  const query = { labelSelector: OWNER_LABEL };
  const nodes = await client.request('GET', NODES, { query });
  const leases = await client.request('GET', LEASES, { query });
  const runs = new Map<string, FoundRun>();
  const runOf = ({ metadata: { labels = {}, annotations = {} } }: ApiObject): FoundRun => {
    const id = labels[OWNER_LABEL] ?? '';
    const known = runs.get(id);
    if (known !== undefined) return known;
    const found = { id, createdBy: annotations[CREATED_BY] ?? 'nobody knows who', alive: false, nodes: [] };
    runs.set(id, found);
    return found;
  };
  for (const node of nodes.items ?? []) runOf(node).nodes.push(node.metadata.name);
  for (const lease of leases.items ?? []) {
    const run = runOf(lease);
    if (lease.metadata.name === runLease(run.id)) run.alive = isFresh(lease, nowMs);
  }
  return [...runs.values()];
}

function isFresh({ spec }: ApiObject, nowMs: number): boolean {
  const { renewTime = '', leaseDurationSeconds = 0 } = spec as {
    renewTime?: string;
    leaseDurationSeconds?: number;
  };
  return Date.parse(renewTime) + leaseDurationSeconds * 1_000 > nowMs;
}

/**
 * Removes what a run has made: the pods bound to its nodes, the nodes, the leases. Objects without the run's mark are left
 * alone, but for those pods. Returns the names of the nodes.
 * @throws ApiError
 */
export async function removeRun(client: ApiClient, id: string): Promise<string[]> {
  const query = { labelSelector: `${OWNER_LABEL}=${id}` };
  const names: string[] = [];
  for (const node of (await client.request('GET', NODES, { query })).items ?? []) {
    const { name, uid } = node.metadata;
    await removePods(client, name);
    await deleteIfThere(client, `${NODES}/${name}`, uid);
    // One that the scheduler put there meanwhile.
    await removePods(client, name);
    names.push(name);
  }
  // The run's own lease goes last: while it is there, the rest can be found.
  const leases = (await client.request('GET', LEASES, { query })).items ?? [];
  const isRuns = ({ metadata }: ApiObject) => metadata.name === runLease(id);
  for (const { metadata } of leases.toSorted((a, b) => Number(isRuns(a)) - Number(isRuns(b))))
    await deleteIfThere(client, `${LEASES}/${metadata.name}`, metadata.uid);
  return names;
}

async function removePods(client: ApiClient, node: string): Promise<void> {
  const query = { fieldSelector: `spec.nodeName=${node}` };
  for (const { metadata } of (await client.request('GET', '/api/v1/pods', { query })).items ?? [])
    await deleteIfThere(
      client,
      `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`,
      metadata.uid,
    );
}

/** Deletes without grace, and only what has that uid. */
export async function deleteIfThere(client: ApiClient, path: string, uid?: string): Promise<void> {
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    gracePeriodSeconds: 0,
    ...(uid !== undefined && { preconditions: { uid } }),
  };
  try {
    await client.request('DELETE', path, { body });
  } catch (error) {
    // Gone, or another of that name.
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
  }
}
