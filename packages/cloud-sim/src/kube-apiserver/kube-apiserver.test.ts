import { readFileSync } from 'node:fs';
import { createMemoryWorld, type Host, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallCluster, startFakeKubelet } from './cluster.test-support.ts';
import { type KubeApiserver, startKubeApiserver } from './kube-apiserver.ts';
import { kubeconfig } from './kubeconfig.ts';
import type { Table } from './table.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

let world: World;
let master: Host;
let edge: Host;
let client: Host;
let apiserver: KubeApiserver;

beforeEach(async () => {
  world = createMemoryWorld();
  master = world.net.host({ name: 'master', address: '10.0.0.2' });
  edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  client = world.net.host({ name: 'laptop', address: '10.0.0.9' });
  await world.run(async () => {
    const authority = await world.net.authority({ commonName: 'kubernetes' });
    const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: ['10.0.0.2'] });
    apiserver = world.own(
      await startKubeApiserver(world, master, {
        certificate,
        cluster: smallCluster(world.clock.now()),
        tokens: { secret: 'admin' },
        anonymous: true,
        apiServices: [
          { group: 'metrics.k8s.io', version: 'v1beta1', endpoint: { address: '10.0.0.2', port: 4443 } },
        ],
      }),
    );
  });
});

afterEach(() => world[Symbol.asyncDispose]());

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return world.run(async () => {
    const response = await httpRequest(client, {
      target: apiserver.endpoint,
      path,
      method,
      headers,
      tls: { verify: false },
      component: 'test',
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  });
}

/** Status, reason and message of an answer that is a Status. */
async function failure(path: string, headers?: Record<string, string>) {
  const { status, text } = await get(path, headers);
  const { kind, reason, message, code } = JSON.parse(text);
  expect({ kind, code }).toEqual({ kind: 'Status', code: status });
  return `${code} ${reason}: ${message}`;
}

describe('the transcripts of real clients', () => {
  // What the stub behind the transcripts had and this face has not.
  const missing = /\/log|\/exec|POST|metrics[.]k8s[.]io/;

  it.each(['1.20', '1.32'])('kubectl %s gets the statuses that it got', async (version) => {
    const file = new URL(`../../fixtures/kube-apiserver/kubectl-${version}-legacy.txt`, import.meta.url);
    const lines = readFileSync(file, 'utf8').matchAll(/^ +(GET) (\S+) (\d+) \{'accept': '([^']*)'/gm);
    let replayed = 0;
    for (const [line, , recorded = '', status, accept = ''] of lines) {
      if (missing.test(line)) continue;
      const path = recorded.replaceAll('edge-1', 'edge-node-1').replace('pods/nginx', 'pods/nginx-1');
      const answer = await get(path, { accept });
      expect(`${answer.status} ${path}`).toBe(`${status} ${path}`);
      replayed++;
    }
    expect(replayed).toBeGreaterThan(40);
  });
});

it('makes Tables with the cells of the real printers', async () => {
  const nodes: Table = JSON.parse((await get('/api/v1/nodes?limit=500', { accept: TABLE })).text);
  expect(nodes.columnDefinitions.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual([
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
  ]);
  expect(nodes.rows.map(({ cells }) => cells)).toEqual([
    [
      'edge-node-1',
      'Ready',
      'agent,edge',
      '2d',
      'v1.19.3-kubeedge-v1.6.1',
      '10.66.0.11',
      '<none>',
      'Ubuntu 18.04.5 LTS',
      '4.15.0-142-generic',
      'docker://18.9.1',
    ],
    [
      'master',
      'Ready',
      'master,worker',
      '30d',
      'v1.19.8',
      '10.0.0.2',
      '<none>',
      'Ubuntu 18.04.5 LTS',
      '4.15.0-142-generic',
      'docker://20.10.6',
    ],
  ]);
  const pods: Table = JSON.parse((await get('/api/v1/pods', { accept: TABLE })).text);
  expect(pods.rows.map(({ cells }) => cells)).toEqual([
    ['nginx-1', '1/1', 'Running', 0, '14m', '172.17.0.2', 'edge-node-1', '<none>', '<none>'],
  ]);
});

it('selects by label and by field', async () => {
  const names = async (path: string) =>
    JSON.parse((await get(path)).text).items.map(
      (item: { metadata: { name: string } }) => item.metadata.name,
    );
  expect(await names('/api/v1/nodes?labelSelector=node-role.kubernetes.io%2Fedge')).toEqual(['edge-node-1']);
  expect(await names('/api/v1/pods?fieldSelector=spec.nodeName%3Dmaster')).toEqual([]);
  expect(await names('/api/v1/namespaces/default/pods?labelSelector=app%3Dnginx')).toEqual(['nginx-1']);
  expect(await names('/api/v1/namespaces/factory/pods')).toEqual([]);
});

it('fails with the real Status', async () => {
  expect(await failure('/api/v1/nodes/nope')).toBe('404 NotFound: nodes "nope" not found');
  expect(await failure('/api/v1/namespaces/default/pods/nope')).toBe('404 NotFound: pods "nope" not found');
  expect(await failure('/api', { authorization: 'Bearer wrong' })).toBe('401 Unauthorized: Unauthorized');
  expect((await get('/api', { authorization: 'Bearer secret' })).status).toBe(200);
  expect(await get('/apis/apps/v1/deployments')).toMatchObject({ status: 404, text: '404 page not found\n' });
});

it('writes JSON as a Go server does, dated by the world', async () => {
  const { headers, text } = await get('/api/v1/nodes/nope');
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    date: 'Thu, 10 Jun 2021 08:00:00 GMT',
  });
  expect(text).toBe(
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"nodes \\"nope\\" not found",' +
      '"reason":"NotFound","details":{"name":"nope","kind":"nodes"},"code":404}\n',
  );
});

describe('the node proxy', () => {
  it('asks the kubelet endpoint of the node status and passes everything on', async () => {
    const seen = await world.run(() =>
      startFakeKubelet(world, edge, { port: 10350, body: () => '{"node":{}}' }),
    );
    const path = '/api/v1/nodes/edge-node-1/proxy/stats/summary?only_cpu_and_memory=true';
    const answer = await get(path, { authorization: 'Bearer secret', 'user-agent': 'test' });
    expect(answer).toMatchObject({ status: 200, text: '{"node":{}}' });
    expect(seen).toEqual([
      {
        url: '/stats/summary?only_cpu_and_memory=true',
        headers: {
          host: '10.0.0.2:6443',
          'user-agent': 'test',
          'x-forwarded-uri': '/api/v1/nodes/edge-node-1/proxy/stats/summary',
          'x-forwarded-for': '10.0.0.9',
        },
      },
    ]);
  });

  it('passes the path on as the client has written it', async () => {
    const seen = await world.run(() => startFakeKubelet(world, edge, { port: 10350, body: () => 'ok' }));
    for (const path of ['/logs/a%20b%3Fc%2Fd', '/logs/', '/proxy/a', '/', '']) {
      expect((await get(`/api/v1/nodes/edge-node-1/proxy${path}`)).status).toBe(200);
      expect(seen.pop()?.url).toBe(path === '' ? '/' : path);
    }
  });

  it('goes through its own NAT, and the hops are linked to their cause', async () => {
    const cloudcore = world.net.host({ name: 'cloudcore', address: '10.0.0.3' });
    master.nat.append({ chain: 'OUTPUT', dport: 10350, to: { address: '10.0.0.3', port: 10003 } });
    await world.run(() => startFakeKubelet(world, cloudcore, { port: 10003, body: () => 'ok' }));
    await get('/api/v1/nodes/edge-node-1/proxy/metrics');
    const [proxy] = world.trace.of('apiserver.proxy');
    const [request] = world.trace.of('apiserver.request');
    const dials = world.trace.of('net.connect');
    expect(dials[1]).toMatchObject({ parent: proxy?.id, detail: { translated: '10.0.0.3:10003' } });
    expect(proxy).toMatchObject({ parent: request?.id, detail: { url: 'https://10.66.0.11:10350/metrics' } });
    expect(request).toMatchObject({ parent: dials[0]?.id, detail: { user: 'system:anonymous' } });
    expect(world.trace.of('apiserver.proxied')[0]?.detail).toEqual({ node: 'edge-node-1', status: 200 });
  });

  it('says why it cannot reach the kubelet', async () => {
    expect(await failure('/api/v1/nodes/edge-node-1/proxy/stats/summary')).toBe(
      '500 undefined: error trying to reach service: dial tcp 10.66.0.11:10350: connect: connection refused',
    );
    expect(await failure('/api/v1/nodes/nope/proxy/stats/summary')).toBe(
      '404 NotFound: nodes "nope" not found',
    );
  });

  it('gives up a dial that nobody answers after 30 s', async () => {
    world.net.host({ name: 'behind-nat', address: '192.168.100.1', inbound: 'drop' });
    apiserver.store.heartbeat('edge-node-1', {
      addresses: [{ type: 'InternalIP', address: '192.168.100.1' }],
    });
    const beganMs = world.clock.now();
    expect(await failure('/api/v1/nodes/edge-node-1/proxy/stats/summary')).toBe(
      '500 undefined: error trying to reach service: dial tcp 192.168.100.1:10350: i/o timeout',
    );
    expect(world.clock.now() - beganMs).toBe(30_000);
  });
});

it('answers 503 for an aggregated group that is away', async () => {
  expect(await get('/apis/metrics.k8s.io/v1beta1/nodes')).toMatchObject({
    status: 503,
    text: 'error trying to reach service: dial tcp 10.0.0.2:4443: connect: connection refused\n',
  });
  expect(JSON.parse((await get('/apis')).text).groups.at(-1).name).toBe('metrics.k8s.io');
});

it('streams changes to a watch', async () => {
  const events = await world.run(async () => {
    const response = await httpRequest(client, {
      target: apiserver.endpoint,
      path: `/api/v1/nodes?watch=true&resourceVersion=${apiserver.store.resourceVersion}&timeoutSeconds=10`,
      tls: { verify: false },
      component: 'test',
    });
    apiserver.store.heartbeat('edge-node-1');
    apiserver.store.deletePod('default', 'nginx-1');
    apiserver.store.deleteNode('master');
    return response.text();
  });
  const told = events
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'MODIFIED edge-node-1',
    'DELETED master',
  ]);
});

it('writes a kubeconfig', () => {
  expect(kubeconfig({ server: apiserver.url })).toContain('insecure-skip-tls-verify: true');
  expect(kubeconfig({ server: apiserver.url, authorityPem: 'PEM', token: 't' })).toContain(
    'certificate-authority-data: UEVN\n    server: https://10.0.0.2:6443\n',
  );
});
