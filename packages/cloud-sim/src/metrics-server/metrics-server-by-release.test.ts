import { createMemoryWorld, type Host, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { edgeNode, edgePod, startFakeKubelet } from '../kube-apiserver/cluster.test-support.ts';
import { type KubeApiserver, startKubeApiserver } from '../kube-apiserver/kube-apiserver.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { MetricsServerTag } from './tags.ts';

const API = '/apis/metrics.k8s.io/v1beta1';
const PORT = 10_350;

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
    const cluster = { nodes: [edgeNode(nowMs)], pods: [edgePod(nowMs)] };
    apiserver = world.own(await startKubeApiserver(world, master, { certificate: await issue(), cluster }));
  });
});

afterEach(() => world[Symbol.asyncDispose]());

async function issue() {
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  return authority.issue({ commonName: 'master', ipAddresses: ['10.0.0.2'] });
}

const start = async (version: MetricsServerTag) =>
  world.own(
    await startMetricsServer(world, master, {
      certificate: await issue(),
      apiserver: apiserver.endpoint,
      apiserverTls: { verify: false },
      version,
    }),
  );

async function ask(path: string) {
  const response = await httpRequest(master, {
    target: { address: '10.0.0.2', port: 4443 },
    path,
    tls: { verify: false },
    component: 'test',
  });
  return { status: response.status, text: await response.text() };
}

/** /metrics/resource of a node and one container that use more with each look. */
function growingText(): () => string {
  let looks = 0;
  return () => {
    looks++;
    const at = world.clock.now();
    const labels = '{container="nginx",namespace="default",pod="nginx-1"}';
    return [
      `container_cpu_usage_seconds_total${labels} ${looks} ${at}`,
      `container_memory_working_set_bytes${labels} 4096 ${at}`,
      `node_cpu_usage_seconds_total ${10 * looks} ${at}`,
      `node_memory_working_set_bytes 1048576 ${at}`,
      '',
    ].join('\n');
  };
}

const lines = (pattern: RegExp) =>
  world.trace
    .of('log')
    .map(({ detail }) => `V${detail.verbosity} ${detail.source}] ${detail.message}`)
    .filter((line) => pattern.test(line));

it.each<[MetricsServerTag, string]>([
  ['v0.3.3', '/stats/summary/'],
  ['v0.3.4', '/stats/summary?only_cpu_and_memory=true'],
  ['v0.5.2', '/stats/summary?only_cpu_and_memory=true'],
  ['v0.6.4', '/metrics/resource'],
  ['v0.7.0', '/proxied/metrics'],
])('%s asks for %s', async (tag, path) => {
  const [node] = apiserver.store.nodes();
  const annotations = { 'metrics.k8s.io/resource-metrics-path': '/proxied/metrics' };
  if (node !== undefined) apiserver.store.put({ ...node, metadata: { ...node.metadata, annotations } });
  const seen = await world.run(async () => {
    const requests = await startFakeKubelet(world, edge, { port: PORT, body: () => '' });
    await start(tag);
    await world.clock.sleep(1_000);
    return requests;
  });
  expect(seen.map(({ url }) => url)).toEqual([path]);
});

it.each<[MetricsServerTag, number, string[]]>([
  [
    'v0.3.1',
    0,
    ['unable to extract connection information for node "edge-node-1": node edge-node-1 is not ready'],
  ],
  ['v0.3.2', 2, []],
])('%s and a node that is not ready: %i scrapes', async (tag, scrapes, says) => {
  apiserver.store.heartbeat('edge-node-1', { ready: 'False' });
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: PORT, body: () => '{}' });
    await start(tag);
    await world.clock.sleep(61_000);
  });
  expect(world.trace.of('metrics-server.scrape')).toHaveLength(scrapes);
  expect(lines(/is not ready/)).toEqual(
    says.map((text) => `V0 manager.go:102] unable to fully collect metrics: ${text}`),
  );
});

it.each<[MetricsServerTag, string, string]>([
  ['v0.4.2', 'nodemetrics.metrics.k8s.io "nope" not found', 'pod "nope" not found'],
  ['v0.9.0', 'node "nope" not found', 'pods "nope" not found'],
])('%s of what nobody knows: %s, %s', async (tag, node, pod) => {
  await world.run(async () => {
    await start(tag);
    const message = async (path: string) => JSON.parse((await ask(`${API}${path}`)).text).message;
    expect(await message('/nodes/nope')).toBe(node);
    expect(await message('/namespaces/default/pods/nope')).toBe(pod);
  });
});

it('v0.9.0 answers from the second scrape on, with labels and without selfLink', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: PORT, body: growingText() });
    await start('v0.9.0');
    await world.clock.sleep(1_000);
    expect(JSON.parse((await ask(`${API}/pods`)).text).items).toEqual([]);
    const storage = '[-]metric-storage-ready failed: reason withheld';
    expect(await ask('/readyz')).toEqual({
      status: 500,
      text: `[+]ping ok\n[+]log ok\n[+]poststarthook/max-in-flight-filter ok\n[+]poststarthook/storage-object-count-tracker-hook ok\n${storage}\n[+]metric-informer-sync ok\n[+]metadata-informer-sync ok\n[+]shutdown ok\nreadyz check failed\n`,
    });
    await world.clock.sleep(60_000);
    const { metadata, items } = JSON.parse((await ask(`${API}/pods`)).text);
    expect(metadata).toEqual({});
    expect(items).toEqual([
      {
        metadata: expect.objectContaining({
          name: 'nginx-1',
          namespace: 'default',
          labels: { app: 'nginx' },
        }),
        timestamp: expect.any(String),
        window: expect.stringMatching(/^(59\.\d+|1m0(\.\d+)?)s$/),
        containers: [{ name: 'nginx', usage: { cpu: expect.stringMatching(/^16[67]\d+n$/), memory: '4Ki' } }],
      },
    ]);
    expect((await ask('/readyz')).text).toBe('ok');
    expect((await ask('/livez')).text).toBe('ok');
  });
  expect(lines(/Failed probe/)).toEqual([
    'V0 server.go:192] "Failed probe" probe="metric-storage-ready" err="no metrics to serve"',
  ]);
});

it.each<[MetricsServerTag, boolean, string]>([
  [
    'v0.5.2',
    true,
    'V0 scraper.go:139] "Failed to scrape node" err="GET \\"URL\\": bad status code \\"500 Internal Server Error\\"" node="edge-node-1"',
  ],
  [
    'v0.6.4',
    true,
    'V0 scraper.go:140] "Failed to scrape node" err="request failed, status: \\"500 Internal Server Error\\"" node="edge-node-1"',
  ],
  [
    'v0.9.0',
    true,
    'V0 scraper.go:149] "Failed to scrape node" err="request failed, status: \\"500 Internal Server Error\\"" node="edge-node-1"',
  ],
  [
    'v0.9.0',
    false,
    'V4 scraper.go:145] "Failed to scrape node, node is not ready" node="edge-node-1" err="request failed, status: \\"500 Internal Server Error\\""',
  ],
])('%s of a 500, node ready: %s', async (tag, ready, line) => {
  if (!ready) apiserver.store.heartbeat('edge-node-1', { ready: 'False' });
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: PORT, status: 500, body: () => 'no' });
    await start(tag);
    await world.clock.sleep(1_000);
  });
  const url = 'https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true';
  expect(lines(/Failed to scrape/)).toEqual([line.replace('URL', url)]);
});

it('v0.7.2 gives a node ten seconds', async () => {
  await world.run(async () => {
    const authority = await world.net.authority({ commonName: 'stream' });
    const tls = { certificate: await authority.issue({ commonName: 'stream' }), clientAuth: 'none' } as const;
    // Takes the request and never answers.
    const silent = await edge.listen({ port: PORT }, { tls, component: 'silent' }, (socket) => {
      socket.resume();
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
    });
    world.own(silent);
    await start('v0.7.2');
    await world.clock.sleep(9_900);
    expect(lines(/Failed to scrape/)).toEqual([]);
    await world.clock.sleep(200);
  });
  const url = 'https://10.66.0.11:10350/metrics/resource';
  expect(lines(/Failed to scrape/)).toEqual([
    `V0 scraper.go:147] "Failed to scrape node, timeout to access kubelet" err="Get \\"${url}\\": context deadline exceeded" node="edge-node-1" timeout="10s"`,
  ]);
});

it('v0.6.0 never ends a round whose answer it cannot read, and fails /livez', async () => {
  await world.run(async () => {
    await startFakeKubelet(world, edge, { port: PORT, body: () => 'Internal Error: failed\n' });
    await start('v0.6.0');
    await world.clock.sleep(91_000);
    expect((await ask('/livez')).text).toContain('[-]metric-collection-timely failed: reason withheld');
  });
  expect(world.trace.of('metrics-server.scraped').map(({ detail }) => detail.outcome)).toEqual(['stuck']);
  expect(world.trace.of('metrics-server.cycle')).toEqual([]);
});
