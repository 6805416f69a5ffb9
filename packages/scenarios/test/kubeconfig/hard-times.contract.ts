import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, ApiError, type ApiObject, connectApiServer } from '../../src/bridge/api-client.ts';
import { readKubeconfig } from '../../src/twin/kubeconfig.ts';
import { failure, startUnrulyBalancer, type UnrulyBalancer } from './unruly-balancer.ts';
import { startUp, type UpProcess } from './up-process.ts';

/** Real time: a status goes up every ten seconds. */
const POLL = { timeout: 60_000, interval: 100 };
const PODS = '/api/v1/namespaces/default/pods';
const NODE = '/api/v1/nodes/edge-node-1';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const FORCED = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 };

export interface HardTimesOptions {
  /** The file of an API server that runs. */
  kubeconfig(): string;
  /** Of the edges and cloudcore. */
  tag: string;
  /** Makes the server forget what was before. */
  forget(): Promise<void>;
}

/** What `up --kubeconfig` does when an API server, whichever it is, does not do what it is asked. */
export function testsOfHardTimes({ kubeconfig, tag, forget }: HardTimesOptions): void {
  let folder: string;
  let world: World;
  let client: ApiClient;
  let balancer: UnrulyBalancer;
  let up: UpProcess;
  const get = async (path: string) => {
    try {
      return await client.request('GET', path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  };
  const phase = async (name: string) =>
    ((await get(`${PODS}/${name}`))?.['status'] as { phase?: string } | undefined)?.phase;
  const bind = (name: string) => {
    const spec = { nodeName: 'edge-node-1', containers: [{ name: 'web', image: 'nginx' }] };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
    return client.request('POST', PODS, { body });
  };
  const heartbeat = async () => {
    const { conditions = [] } = ((await get(NODE))?.['status'] ?? {}) as {
      conditions?: { type: string; lastHeartbeatTime: string }[];
    };
    return conditions.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
  };
  const runLease = async () => {
    const { items = [] } = await client.request('GET', LEASES, {
      query: { labelSelector: 'kubeedge-sim/owner' },
    });
    const lease = items.find(({ metadata }) => metadata.name.startsWith('kubeedge-sim-'));
    return (lease?.['spec'] as { renewTime: string } | undefined)?.renewTime;
  };
  /** The pods that the edge itself knows of. */
  const atTheEdge = async () => {
    const [, edged = ''] = /^edge-node-1 .* edged (\S+)$/m.exec(up.text()) ?? [];
    const { items } = (await (await fetch(`${edged}/pods`)).json()) as { items: ApiObject[] | null };
    return (items ?? []).map(({ metadata }) => metadata.name);
  };
  /** How often a line of what `up` has printed since `from` is so. */
  const count = (pattern: RegExp, from: number) =>
    up
      .text()
      .slice(from)
      .split('\n')
      .filter((line) => pattern.test(line)).length;
  const back = /^http:\S+ is back$/;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-hard-'));
    world = await createLoopbackWorld();
    const access = await readKubeconfig(kubeconfig());
    client = await connectApiServer(world, access);
    balancer = await startUnrulyBalancer(access, join(folder, 'kubeconfig'));
  }, 60_000);
  afterEach(() => {
    balancer.answer = () => undefined;
    balancer.watchFrom = undefined;
  });
  afterAll(async () => {
    await up.kill();
    await balancer[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('begins at a server that has too much to do, and asks again when it is told to', async () => {
    const refused = new Map<string, number>();
    type Asked = Parameters<UnrulyBalancer['answer']>[0];
    const keyOf = ({ method, path, selector, isWatch }: Asked) =>
      `${isWatch ? 'WATCH' : method} ${path} ${selector}`;
    balancer.answer = (request) => {
      if (refused.has(keyOf(request))) return undefined;
      refused.set(keyOf(request), Date.now());
      return failure(429, 'Too many requests, please try again later.', { 'retry-after': '1' });
    };
    up = await startUp(join(folder, 'kubeconfig'), ['--docker', '20.10.24', '--edgecore', tag]);
    expect(await heartbeat()).toBeDefined();
    expect([...refused.keys()]).toEqual(
      expect.arrayContaining(['POST /api/v1/nodes null', 'WATCH /api/v1/pods spec.nodeName=edge-node-1']),
    );
    for (const [key, atMs] of refused) {
      const again = balancer.passed.find((each) => keyOf(each) === key && each.status !== 429);
      // Both nodes are registered by the same request, one of which is not refused.
      if (again !== undefined && !key.startsWith('POST /api/v1/nodes'))
        expect(again.atMs - atMs, key).toBeGreaterThanOrEqual(990);
    }
  }, 90_000);

  it('writes the status of a pod again that met conflicts', async () => {
    let conflicts = 0;
    balancer.answer = ({ method, path }) => {
      if (path !== `${PODS}/met-conflicts/status` || conflicts === 7) return undefined;
      conflicts++;
      return failure(409, `Operation cannot be fulfilled on pods: the object has been modified (${method})`);
    };
    await bind('met-conflicts');
    await expect.poll(() => phase('met-conflicts'), POLL).toBe('Running');
    expect(conflicts).toBe(7);
    await client.request('DELETE', `${PODS}/met-conflicts`, { body: FORCED });
  }, 90_000);

  describe('when the server is away', () => {
    it('takes up what was bound and deleted meanwhile, and goes on telling that all are alive', async () => {
      await bind('from-before');
      await expect.poll(() => phase('from-before'), POLL).toBe('Running');
      const from = up.text().length;
      await balancer.down();
      await expect.poll(() => up.text().slice(from), POLL).toMatch(/asking again until it is back/);
      await client.request('DELETE', `${PODS}/from-before`, { body: FORCED });
      await bind('from-meanwhile');
      const before = [await heartbeat(), await runLease()];
      await balancer.up();
      await expect.poll(() => count(back, from), POLL).toBe(1);
      await expect.poll(() => phase('from-meanwhile'), POLL).toBe('Running');
      await expect.poll(atTheEdge, POLL).toEqual(['from-meanwhile']);
      await expect.poll(heartbeat, POLL).not.toBe(before[0]);
      await expect.poll(runLease, POLL).not.toBe(before[1]);
      expect(count(/asking again until it is back/, from)).toBe(1);
    }, 120_000);
  });

  describe('when a watch ends', () => {
    const watches = (from: number) =>
      balancer.passed.slice(from).filter(({ isWatch, path }) => isWatch && path === '/api/v1/nodes');

    it('lists anew where the server has forgotten what was before: 410 Gone in mid-stream', async () => {
      await forget();
      balancer.watchFrom = '1';
      // The watches of before break with the connections.
      await balancer.down();
      await balancer.up();
      await expect.poll(() => balancer.errorEvents.map(({ code }) => code), POLL).toContain(410);
      await bind('after-the-loss');
      await expect.poll(() => phase('after-the-loss'), POLL).toBe('Running');
      const tries = watches(0).length;
      balancer.watchFrom = undefined;
      await expect.poll(() => watches(0).length, POLL).toBeGreaterThan(tries);
      await client.request('DELETE', `${PODS}/after-the-loss`, { body: FORCED });
      await expect.poll(atTheEdge, POLL).not.toContain('after-the-loss');
    }, 120_000);

    it.each([
      ['at once and every time', ''],
      [
        'with an error of the server',
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcd is compacted' } })}\n`,
      ],
    ])(
      'asks again once a second, when it ends %s',
      async (_how, body) => {
        const from = balancer.passed.length;
        balancer.answer = ({ isWatch }) => (isWatch ? { status: 200, body } : undefined);
        await balancer.down();
        await balancer.up();
        await expect.poll(() => watches(from).length, POLL).toBeGreaterThan(4);
        const times = watches(from).map(({ atMs }) => atMs);
        expect(times.slice(1).map((atMs, at) => atMs - (times[at] ?? 0) >= 950)).not.toContain(false);
        await bind('seen-by-lists');
        await expect.poll(atTheEdge, POLL).toContain('seen-by-lists');
        await client.request('DELETE', `${PODS}/seen-by-lists`, { body: FORCED });
        await expect.poll(atTheEdge, POLL).not.toContain('seen-by-lists');
      },
      120_000,
    );
  });

  describe('says once what is refused, with what to do, and goes on when it is not any more', () => {
    it.each([
      [401, 'Unauthorized', /401 Unauthorized\. Nobody is known there by what \S+ has: .* Get a new one\./],
      [403, 'nodes "edge-node-1" is forbidden', /403 nodes "edge-node-1" is forbidden\. The user needs /],
    ])(
      '%d',
      async (status, message, words) => {
        const from = up.text().length;
        balancer.answer = ({ isWatch }) => (isWatch ? undefined : failure(status, message));
        await expect.poll(() => count(words, from), POLL).toBe(1);
        const refused = balancer.passed.length;
        // Two more heartbeats of both nodes.
        await expect.poll(() => balancer.passed.length, POLL).toBeGreaterThan(refused + 4);
        balancer.answer = () => undefined;
        const before = await heartbeat();
        await expect.poll(heartbeat, POLL).not.toBe(before);
        await expect.poll(() => count(back, from), POLL).toBe(1);
        expect(count(words, from)).toBe(1);
      },
      120_000,
    );
  });

  it('leaves nothing in the end', async () => {
    expect(await up.interrupt()).toBe(0);
    expect(await get(NODE)).toBeUndefined();
    expect(await runLease()).toBeUndefined();
    expect((await client.request('GET', PODS)).items).toEqual([]);
  }, 60_000);
}
