import { readFileSync } from 'node:fs';
import { createMemoryWorld, type Host, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { edgeNode, edgePod, startFakeKubelet } from '../kube-apiserver/cluster.test-support.ts';
import { type KubeApiserver, startKubeApiserver } from '../kube-apiserver/kube-apiserver.ts';
import { kubesphereArguments } from './flags.ts';
import { type MetricsServerOptions, startMetricsServer } from './metrics-server.ts';

const API = '/apis/metrics.k8s.io/v1beta1';

let world: World;
let master: Host;
let edge: Host;
let apiserver: KubeApiserver;

beforeEach(async () => {
  world = createMemoryWorld();
  master = world.net.host({ name: 'master', address: '10.0.0.2' });
  edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  await world.run(async () => {
    const nowMs = world.clock.now();
    const pods = [
      edgePod(nowMs),
      edgePod(nowMs, {
        namespace: 'factory',
        name: 'sensor-agent',
        containers: ['app', 'sidecar'],
        labels: {},
      }),
      edgePod(nowMs, { namespace: 'kube-system', name: 'edge-proxy', phase: 'Succeeded' }),
    ];
    const cluster = { nodes: [edgeNode(nowMs)], pods };
    apiserver = world.own(
      await startKubeApiserver(world, master, {
        certificate: await issue(),
        cluster,
        tokens: { 'service-account': 'metrics-server' },
      }),
    );
  });
});

afterEach(() => world[Symbol.asyncDispose]());

async function issue() {
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  return authority.issue({ commonName: 'master', ipAddresses: ['10.0.0.2'] });
}

async function start(options: Partial<MetricsServerOptions> = {}) {
  const certificate = await issue();
  return world.own(
    await startMetricsServer(world, master, { certificate, apiserver: apiserver.endpoint, ...options }),
  );
}

async function ask(path: string, headers: Record<string, string> = {}) {
  const target = { address: '10.0.0.2', port: 4443 };
  const response = await httpRequest(master, {
    target,
    path,
    headers,
    tls: { verify: false },
    component: 'test',
  });
  return { status: response.status, text: await response.text() };
}

const summary = (name: string) => () =>
  readFileSync(
    new URL(`../../fixtures/metrics-server/summary-cpumem-docker-${name}.json`, import.meta.url),
    'utf8',
  );

const logged = (source: string) =>
  world.trace
    .of('log')
    .filter(({ detail }) => detail.source.startsWith(source))
    .map(({ detail }) => detail.message);

it('scrapes at once, then every 60 s, as its client does', async () => {
  const seen = await world.run(async () => {
    const requests = await startFakeKubelet(world, edge, { port: 10350, body: summary('20.10-v1.6.1') });
    await start({ token: 'service-account' });
    await world.clock.sleep(1_000);
    expect(requests).toHaveLength(1);
    await world.clock.sleep(120_000);
    return requests;
  });
  expect(seen).toHaveLength(3);
  expect(seen[0]).toEqual({
    url: '/stats/summary?only_cpu_and_memory=true',
    headers: {
      host: '10.66.0.11:10350',
      'user-agent': 'Go-http-client/1.1',
      authorization: 'Bearer service-account',
      'accept-encoding': 'gzip',
    },
  });
  const [scrape] = world.trace.of('metrics-server.scrape');
  expect(scrape?.detail).toEqual({
    node: 'edge-node-1',
    address: '10.66.0.11',
    port: 10350,
    url: 'https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true',
  });
  expect(world.trace.of('net.connect').some(({ parent }) => parent === scrape?.id)).toBe(true);
  expect(world.trace.of('metrics-server.cycle').map(({ detail }) => detail)).toEqual([
    { nodes: 1, pods: 3 },
    { nodes: 1, pods: 3 },
    { nodes: 1, pods: 3 },
  ]);
});

it('answers with the Metrics API of v0.4.2', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: 10350, body: summary('20.10-v1.6.1') });
    await start();
    await world.clock.sleep(1_000);
    expect(await ask(`${API}/nodes`)).toEqual({
      status: 200,
      text:
        '{"kind":"NodeMetricsList","apiVersion":"metrics.k8s.io/v1beta1",' +
        '"metadata":{"selfLink":"/apis/metrics.k8s.io/v1beta1/nodes"},"items":[{"metadata":{"name":"edge-node-1",' +
        '"selfLink":"/apis/metrics.k8s.io/v1beta1/nodes/edge-node-1","creationTimestamp":"2021-06-10T08:00:01Z"},' +
        '"timestamp":"2026-11-22T20:01:07Z","window":"30s","usage":{"cpu":"141789936n","memory":"2391992Ki"}}]}\n',
    });
    const { items } = JSON.parse((await ask(`${API}/pods`)).text);
    // The pod that is not Running has a point and is not answered for.
    expect(items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      'nginx-1',
      'sensor-agent',
    ]);
    expect(items[1]).toMatchObject({
      window: '30s',
      containers: [
        { name: 'app', usage: { cpu: '33012246n', memory: '864Ki' } },
        { name: 'sidecar', usage: { cpu: '0', memory: '204Ki' } },
      ],
    });
    const nginx = JSON.parse((await ask(`${API}/namespaces/default/pods?labelSelector=app%3Dnginx`)).text);
    expect(nginx.items).toHaveLength(1);
    expect(JSON.parse((await ask(`${API}/namespaces/default/pods/nginx-1`)).text)).toMatchObject({
      kind: 'PodMetrics',
    });
    const table = JSON.parse(
      (await ask(`${API}/pods`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })).text,
    );
    expect(table.rows[1].cells).toEqual(['sensor-agent', '33012246n', '1068Ki', '30s']);
  });
});

it('has nodes and no pods when the docker factory is missing', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: 10350, body: summary('18.09-v1.6.1') });
    await start();
    await world.clock.sleep(1_000);
    expect(JSON.parse((await ask(`${API}/nodes`)).text).items).toHaveLength(1);
    expect(JSON.parse((await ask(`${API}/pods`)).text).items).toEqual([]);
    const message = async (path: string) => JSON.parse((await ask(`${API}${path}`)).text).message;
    expect(await message('/namespaces/default/pods/nginx-1')).toBe(
      'podmetrics.metrics.k8s.io "default/nginx-1" not found',
    );
    expect(await message('/namespaces/default/pods/nope')).toBe('pod "nope" not found');
    expect(await message('/nodes/nope')).toBe('nodemetrics.metrics.k8s.io "nope" not found');
    expect((await ask('/readyz')).status).toBe(200);
  });
  expect(world.trace.of('metrics-server.cycle')[0]?.detail).toEqual({ nodes: 1, pods: 0 });
  expect(logged('scraper.go:168')[0]).toMatch(/^ScrapeMetrics: time: .*, nodes: 1, pods: 0$/);
  expect(logged('pod.go')).toEqual([
    'unable to fetch pod metrics for pod default/nginx-1: no metrics known for pod "default/nginx-1"',
    'Error while getting pod nope: pod "nope" not found',
  ]);
});

it.each<[{ status?: number; body: () => string }, string]>([
  [{ status: 500, body: () => '' }, 'request failed - "500 Internal Server Error".'],
  [
    { status: 404, body: () => '' },
    '"https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true" not found',
  ],
  [{ body: () => '' }, 'failed to parse output. Error: EOF'],
])('fails a node that answers %j', async (answer, problem) => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: 10350, ...answer });
    await start();
    await world.clock.sleep(1_000);
    expect((await ask('/readyz')).text).toBe(
      '[+]ping ok\n[+]log ok\n[+]poststarthook/generic-apiserver-start-informers ok\n[+]informer-sync ok\n' +
        '[+]livez ok\n[-]readyz failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n',
    );
  });
  const wrapped = `unable to fetch metrics from node edge-node-1: ${problem}`;
  expect(logged('server.go:132')).toEqual([
    `unable to fully scrape metrics: unable to fully scrape metrics from node edge-node-1: ${wrapped}`,
  ]);
  expect(world.trace.of('metrics-server.scraped')[0]?.detail).toMatchObject({
    outcome: 'error',
    error: wrapped,
  });
});

const url = 'https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true';

it.each([
  ['refuses', [], `Get "${url}": dial tcp 10.66.0.11:10350: connect: connection refused`],
  [
    'is asked at the default port',
    kubesphereArguments.filter((flag) => !flag.includes('status-port')),
    `Get "${url.replace('10350', '10250')}": dial tcp 10.66.0.11:10250: connect: connection refused`,
  ],
  [
    'is asked by its name',
    ['--secure-port=4443', '--kubelet-insecure-tls', '--kubelet-use-node-status-port'],
    `Get "${url.replace('10.66.0.11', 'edge-node-1')}": dial tcp: lookup edge-node-1: no such host`,
  ],
])('fails a node that %s', async (_what, args, problem) => {
  await world.run(async () => {
    await start(args.length === 0 ? {} : { args });
    await world.clock.sleep(1_000);
  });
  expect(logged('server.go:132')[0]).toContain(`from node edge-node-1: ${problem}`);
});

it('gives a node 0.9 of the resolution', async () => {
  await world.run(async () => {
    const authority = await world.net.authority({ commonName: 'stream' });
    const tls = { certificate: await authority.issue({ commonName: 'stream' }), clientAuth: 'none' } as const;
    // Takes the request and never answers.
    const silent = await edge.listen({ port: 10350 }, { tls, component: 'silent' }, (socket) => {
      socket.resume();
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
    });
    world.own(silent);
    await start();
    await world.clock.sleep(53_500);
    expect(world.trace.of('metrics-server.scraped')).toEqual([]);
    await world.clock.sleep(1_000);
  });
  expect(world.trace.of('metrics-server.scraped')[0]?.detail.error).toBe(
    `unable to fetch metrics from node edge-node-1: Get "${url}": context deadline exceeded`,
  );
});

it('checks the kubelet certificate unless told not to', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: 10350, body: summary('20.10-v1.6.1') });
    const args = kubesphereArguments.filter((flag) => flag !== '--kubelet-insecure-tls');
    await start({ args });
    await world.clock.sleep(1_000);
  });
  expect(logged('server.go:132')[0]).toContain(`Get "${url}": x509: certificate signed by unknown authority`);
});

it('reaches the kubelet through the NAT of its host, and drops what two nodes call by one name', async () => {
  await world.run(async () => {
    const nowMs = world.clock.now();
    apiserver.store.describe({ nodes: [{ ...edgeNode(nowMs), name: 'edge-node-2', address: '10.66.0.12' }] });
    const cloudcore = world.net.host({ name: 'cloudcore', address: '10.0.0.3' });
    master.nat.append({ chain: 'OUTPUT', dport: 10350, to: { address: '10.0.0.3', port: 10003 } });
    await startFakeKubelet(world, cloudcore, { port: 10003, body: summary('18.09-v1.6.1') });
    await start();
    await world.clock.sleep(1_000);
    expect(JSON.parse((await ask(`${API}/nodes`)).text).items).toHaveLength(1);
  });
  expect(world.trace.of('metrics-server.drop').map(({ detail }) => detail)).toEqual([
    { what: 'node', name: 'edge-node-1', reason: 'duplicate' },
  ]);
  expect(logged('storage.go')).toEqual(['duplicate node edge-node-1 received']);
});

it('keeps scraping what it knew while the apiserver is away, and is closed in mid-scrape', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: 10350, body: summary('20.10-v1.6.1') });
    const server = await start();
    await world.clock.sleep(1_000);
    await apiserver.close();
    await world.clock.sleep(60_000);
    expect(JSON.parse((await ask(`${API}/nodes`)).text).items).toHaveLength(1);
    await world.clock.sleep(59_000);
    await server.close();
  });
  expect(world.trace.of('metrics-server.cycle')).toHaveLength(2);
});
