import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiClient, ApiError, type ApiObject, connectApiServer } from '../../src/bridge/api-client.ts';
import { readKubeconfig } from '../../src/twin/kubeconfig.ts';
import { startUp, type UpProcess } from './up-process.ts';

/** Real time: a status goes up every ten seconds. */
const POLL = { timeout: 60_000, interval: 250 };
const PODS = '/api/v1/namespaces/default/pods';
const NODES = '/api/v1/nodes';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const OURS = { labelSelector: 'kubeedge-sim/owner' };

/** What `up --kubeconfig` does to an API server, whichever it is; `kubeconfig` gives the file of one that runs. */
export function testsOfTheBridge(kubeconfig: () => string): void {
  let world: World;
  let client: ApiClient;
  let up: UpProcess;
  const get = async (path: string): Promise<ApiObject | undefined> => {
    try {
      return await client.request('GET', path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  };
  const names = async (path: string, query = {}) =>
    ((await client.request('GET', path, { query })).items ?? []).map(({ metadata }) => metadata.name);
  const statusOf = async (path: string) =>
    (await get(path))?.['status'] as { phase?: string; conditions: Record<string, string>[] } | undefined;
  const start = () => startUp(kubeconfig(), ['--docker', '20.10.24', '--edgecore', 'v1.12.1']);
  const bind = async (name: string) => {
    const containers = [{ name: 'web', image: 'nginx' }];
    const body = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: 'edge-node-1', containers },
    };
    await client.request('POST', PODS, { body });
    await expect.poll(async () => (await statusOf(`${PODS}/${name}`))?.phase, POLL).toBe('Running');
  };

  beforeAll(async () => {
    world = await createLoopbackWorld();
    client = await connectApiServer(world, await readKubeconfig(kubeconfig()));
    up = await start();
  }, 60_000);
  afterAll(async () => {
    await up.kill();
    await world[Symbol.asyncDispose]();
  });

  it('registers the edges, with the marks of the run, and a lease for each', async () => {
    expect(await names(NODES, OURS)).toEqual(['edge-node-1', 'edge-node-2']);
    const { labels, annotations } = (await get(`${NODES}/edge-node-1`))?.metadata ?? {};
    expect(labels).toMatchObject({ 'node-role.kubernetes.io/edge': '' });
    expect(annotations?.['kubeedge-sim/created-by']).toContain(`process ${up.child.pid},`);
    await expect
      .poll(() => names(LEASES, OURS), POLL)
      .toEqual(expect.arrayContaining(['edge-node-1', `kubeedge-sim-${labels?.['kubeedge-sim/owner']}`]));
  });

  it('goes on telling that they are alive', async () => {
    const heartbeat = async () =>
      (await statusOf(`${NODES}/edge-node-1`))?.conditions.find(({ type }) => type === 'Ready')?.[
        'lastHeartbeatTime'
      ];
    const first = await heartbeat();
    await expect.poll(heartbeat, POLL).not.toBe(first);
  }, 60_000);

  it('runs a pod that is bound to one, and ends it when it is deleted', async () => {
    await bind('web');
    await client.request('DELETE', `${PODS}/web`, { body: { kind: 'DeleteOptions', apiVersion: 'v1' } });
    await expect.poll(() => get(`${PODS}/web`), POLL).toBeUndefined();
  }, 60_000);

  it('leaves nothing when it is interrupted', async () => {
    await bind('web');
    expect(await up.interrupt()).toBe(0);
    expect(await names(NODES, OURS)).toEqual([]);
    expect(await names(LEASES, OURS)).toEqual([]);
    expect(await get(`${PODS}/web`)).toBeUndefined();
  }, 60_000);

  it('removes what a crashed run has left, once that is dead', async () => {
    const crashed = await start();
    await bind('web');
    await crashed.kill();
    const lease = (await names(LEASES, OURS)).find((name) => name.startsWith('kubeedge-sim-'));
    // As if its forty seconds were over.
    const body = { spec: { renewTime: '2021-05-01T00:00:00.000000Z' } };
    await client.request('PATCH', `${LEASES}/${lease}`, {
      body,
      contentType: 'application/merge-patch+json',
    });
    up = await start();
    expect(up.text()).toMatch(/^Removed what the dead run .* had left: edge-node-1, edge-node-2\.$/m);
    expect(await get(`${PODS}/web`)).toBeUndefined();
    expect(await up.interrupt()).toBe(0);
    expect(await names(NODES, OURS)).toEqual([]);
  }, 90_000);
}
