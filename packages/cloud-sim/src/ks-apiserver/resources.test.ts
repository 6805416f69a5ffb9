import {
  createHttpServer,
  createMemoryWorld,
  type Host,
  listenHttp,
  type World,
} from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { edgeNode, edgePod, masterNode } from '../kube-apiserver/cluster.test-support.ts';
import { type KubeApiserver, startKubeApiserver } from '../kube-apiserver/kube-apiserver.ts';
import { ask } from './ks-apiserver.test-support.ts';
import { type KsApiserverOptions, startKsApiserver } from './ks-apiserver.ts';

const ROOT = '/kapis/resources.kubesphere.io/v1alpha3';
const EDGES = `labelSelector=${encodeURIComponent('node-role.kubernetes.io/edge=')}`;
const MASTER = '10.0.0.2';

let world: World;
let master: Host;
let apiserver: KubeApiserver;

beforeEach(async () => {
  world = createMemoryWorld();
  master = world.net.host({ name: 'master', address: MASTER });
  await world.run(async () => {
    const nowMs = world.clock.now();
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'master', ipAddresses: [MASTER] });
    const nodes = [masterNode(nowMs), edgeNode(nowMs)];
    const second = { ...edgeNode(nowMs, '10.66.0.12'), name: 'edge-node-2', createdAtMs: nowMs - 1_000 };
    const pods = [
      edgePod(nowMs),
      edgePod(nowMs, { name: 'nginx-2', nodeName: 'edge-node-2', phase: 'Succeeded' }),
    ];
    const cluster = { nodes: [...nodes, second], pods };
    apiserver = world.own(await startKubeApiserver(world, master, { certificate, cluster }));
  });
});

afterEach(() => world[Symbol.asyncDispose]());

async function start(options: Partial<KsApiserverOptions> = {}) {
  const ks = world.own(await startKsApiserver(world, master, { apiserver: apiserver.endpoint, ...options }));
  const list = async (path: string) => {
    const { text } = await ask(master, ks.url, ROOT + path);
    const { items, totalItems } = JSON.parse(text) as {
      items: { metadata: { name: string } }[];
      totalItems: number;
    };
    return [totalItems, items.map(({ metadata }) => metadata.name)];
  };
  return { ks, list };
}

describe('a list', () => {
  it('of edge nodes comes newest first, in pages', () =>
    world.run(async () => {
      const { list } = await start();
      expect(await list(`/nodes?${EDGES}&sortBy=createTime&limit=10`)).toEqual([
        2,
        ['edge-node-2', 'edge-node-1'],
      ]);
      expect(await list(`/nodes?${EDGES}&limit=1&page=2`)).toEqual([2, ['edge-node-1']]);
      expect(await list(`/nodes?${EDGES}&limit=1&page=9`)).toEqual([2, []]);
      expect(await list('/nodes?sortBy=name&ascending=true')).toEqual([
        3,
        ['edge-node-1', 'edge-node-2', 'master'],
      ]);
      expect(
        await list(`/nodes?labelSelector=${encodeURIComponent('!node-role.kubernetes.io/edge')}`),
      ).toEqual([1, ['master']]);
    }));

  it('is filtered by what the console offers, and empty for what nobody knows', () =>
    world.run(async () => {
      const { list } = await start();
      expect(await list('/nodes?name=node-2')).toEqual([1, ['edge-node-2']]);
      expect(await list('/nodes?names=master,edge-node-1')).toEqual([2, ['edge-node-1', 'master']]);
      expect(await list('/nodes?status=warning')).toEqual([0, []]);
      expect(await list('/nodes?status=running')).toMatchObject([3, {}]);
      expect(await list('/nodes?label=node-role.kubernetes.io/master')).toEqual([1, ['master']]);
      expect(await list('/nodes?colour=blue')).toEqual([0, []]);
      expect(await list('/pods?nodeName=edge-node-1')).toEqual([1, ['nginx-1']]);
      expect(await list('/namespaces/default/pods')).toEqual([2, ['nginx-2', 'nginx-1']]);
      // From v3.2.1 on, and since v3.4.0 by the status that kubectl shows.
      expect(await list('/pods?status=Succeeded')).toEqual([0, []]);
    }));

  it('of pods knows a status since v3.2.1, and another one since v3.4.0', () =>
    world.run(async () => {
      const { list: phases } = await start({ version: 'v3.2.1' });
      expect(await phases('/pods?status=Succeeded')).toEqual([1, ['nginx-2']]);
      const { list: types } = await start({ version: 'v3.4.1', port: 9091 });
      expect(await types('/pods?status=Running')).toEqual([1, ['nginx-1']]);
      expect(await types('/pods?phase=Succeeded')).toEqual([1, ['nginx-2']]);
    }));
});

it('a node carries what its pods request, and up to v3.2 when that was added up', () =>
  world.run(async () => {
    const annotations = async (version: 'v3.1.0' | 'v3.3.0', port: number) => {
      const { ks } = await start({ version, port });
      const { text } = await ask(master, ks.url, `${ROOT}/nodes/edge-node-1`);
      const { kind, metadata } = JSON.parse(text) as {
        kind?: string;
        metadata: { annotations: Record<string, string> };
      };
      expect(kind).toBeUndefined();
      return metadata.annotations;
    };
    const old = await annotations('v3.1.0', 9091);
    expect(old).toMatchObject({
      'node.kubesphere.io/cpu-requests': '0',
      'node.kubesphere.io/memory-limits-fraction': '0%',
    });
    expect(old).toHaveProperty(['node.kubesphere.io/last-annotated-at']);
    expect(await annotations('v3.3.0', 9092)).not.toHaveProperty(['node.kubesphere.io/last-annotated-at']);
  }));

it('what is not there is 500', () =>
  world.run(async () => {
    const { ks } = await start();
    expect(await ask(master, ks.url, `${ROOT}/nodes/nope`)).toMatchObject({
      status: 500,
      text: 'node "nope" not found\n',
    });
  }));

describe('what is handed on', () => {
  async function startJoinService() {
    const asked: string[] = [];
    const server = createHttpServer((request, response) => {
      asked.push(
        `${request.method} ${request.url} ${request.headers.host} ${request.headers['x-forwarded-for']}`,
      );
      response.writeHead(400, { 'content-type': 'text/json' });
      response.end('{"code":400}');
    });
    world.own(await listenHttp(master, { port: 8081 }, { component: 'edge-watcher' }, server));
    return { asked, kubeedge: { address: MASTER, port: 8081 } };
  }

  it('goes to the service that joins edge nodes, without its group', () =>
    world.run(async () => {
      const { asked, kubeedge } = await startJoinService();
      const { ks } = await start({ kubeedge });
      const path = '/kapis/kubeedge.kubesphere.io/v1alpha1/nodes/join?node_name=a&node_ip=1.2.3.4';
      const answer = await ask(master, ks.url, path);
      expect(answer).toMatchObject({
        status: 400,
        text: '{"code":400}',
        headers: { 'content-type': 'text/json' },
      });
      const host = `${MASTER}:9090 ${MASTER}`;
      expect(asked).toEqual([`GET /api/v1alpha1/nodes/join?node_name=a&node_ip=1.2.3.4 ${host}`]);
      expect((await ask(master, ks.url, '/kapis/edgeruntime.kubesphere.io/v1alpha1/nodes/join')).status).toBe(
        404,
      );
    }));

  it('has another group from v3.3.0 on, and the old one leads nowhere', () =>
    world.run(async () => {
      const { asked, kubeedge } = await startJoinService();
      const { ks } = await start({ kubeedge, version: 'v3.3.2' });
      expect((await ask(master, ks.url, '/kapis/edgeruntime.kubesphere.io/v1alpha1/x')).status).toBe(400);
      expect(asked).toHaveLength(1);
      const old = await ask(master, ks.url, '/kapis/kubeedge.kubesphere.io/v1alpha1/x');
      expect([old.status, old.text]).toEqual([200, '']);
      expect(world.trace.of('log').map(({ detail }) => detail.message)).toEqual([
        'Metrics API not available.',
        'This proxy group kubeedge.kubesphere.io has deprecated',
        'http: no Host in request URL',
      ]);
    }));

  it.for([
    ['v3.1.1', 502],
    ['v3.2.0', 200],
  ] as const)('and does not arrive is, in %s, %i without a body', async ([version, status]) =>
    world.run(async () => {
      const { ks } = await start({ kubeedge: { address: MASTER, port: 8082 }, version });
      const answer = await ask(master, ks.url, '/kapis/kubeedge.kubesphere.io/v1alpha1/nodes/join');
      expect([answer.status, answer.text]).toEqual([status, '']);
    }),
  );

  it('goes to kube-apiserver below /api and /apis', () =>
    world.run(async () => {
      const { ks } = await start();
      const { status, text } = await ask(master, ks.url, '/api/v1/nodes/edge-node-1');
      expect([status, JSON.parse(text)]).toMatchObject([200, { kind: 'Node' }]);
      const inCluster = await ask(master, ks.url, '/api/clusters/host/v1/nodes/nope');
      expect(JSON.parse(inCluster.text)).toMatchObject({ kind: 'Status', code: 404 });
    }));
});
