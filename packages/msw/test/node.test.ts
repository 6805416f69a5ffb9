// Not `{ get }`: a name of its own would be bound before msw takes the place of what it stands for.
import https from 'node:https';
import { json } from 'node:stream/consumers';
import { handlers, type Source, snapshotSource } from '@kubeedge-sim/msw';
import { type Simulation, type Snapshot, startSimulation, takeSnapshot } from 'kubeedge-sim';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';

const API = 'https://10.0.0.1:6443';
const METRICS = `${API}/apis/metrics.k8s.io/v1beta1`;
const NGINX = 'namespaces/default/pods/nginx-7848d4b86f-x2wqz';

let simulation: Simulation;
let snapshot: Snapshot;
beforeAll(async () => {
  simulation = await startSimulation();
  snapshot = await takeSnapshot(simulation);
});
afterAll(() => simulation[Symbol.asyncDispose]());

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  server.resetHandlers();
  vi.restoreAllMocks();
});
afterAll(() => server.close());

/** What a fetch gets: the status, and the body read as JSON. */
async function ask(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

const namesIn = ({ body }: { body: unknown }) =>
  (body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name);

/** Both kinds of source answer the same: the cluster stands still between requests. */
describe.each<[string, () => Source]>([
  ['a running simulation', () => simulation],
  ['a snapshot', () => snapshotSource(snapshot)],
  [
    'a snapshot that was written and read',
    () => snapshotSource(JSON.parse(JSON.stringify(snapshot)) as Snapshot),
  ],
])('handlers of %s', (_, source) => {
  test('answer metrics.k8s.io, with the nodes and without the pods of the founding report', async () => {
    server.use(...handlers(source(), { baseUrl: API }));
    expect(namesIn(await ask(`${METRICS}/nodes`))).toEqual(['edge-node-1', 'edge-node-2', 'master-1']);
    expect(namesIn(await ask(`${METRICS}/pods`))).not.toContain('nginx-7848d4b86f-x2wqz');
    expect(await ask(`${METRICS}/nodes/edge-node-1`)).toMatchObject({
      status: 200,
      body: { kind: 'NodeMetrics', usage: { cpu: expect.stringMatching(/n$/) } },
    });
    expect(await ask(`${METRICS}/${NGINX}`)).toMatchObject({
      status: 404,
      body: { kind: 'Status', code: 404 },
    });
    expect(await ask(`${API}/apis/metrics.k8s.io`)).toMatchObject({ body: { kind: 'APIGroup' } });
    expect(await ask(METRICS)).toMatchObject({ body: { kind: 'APIResourceList' } });
    expect(namesIn(await ask(`${METRICS}/namespaces/nobody/pods`))).toEqual([]);
  });

  test('answer the API server’s own paths', async () => {
    server.use(...handlers(source(), { baseUrl: API }));
    expect(namesIn(await ask(`${API}/api/v1/nodes?limit=500`))).toContain('edge-node-1');
    expect(namesIn(await ask(`${API}/api/v1/namespaces/default/pods`))).toContain('nginx-7848d4b86f-x2wqz');
    expect(await ask(`${API}/api/v1/${NGINX}`)).toMatchObject({
      body: { spec: { nodeName: 'edge-node-1' } },
    });
    expect(await (await fetch(`${API}/healthz`)).text()).toBe('ok');
    expect(await ask(`${API}/version`)).toMatchObject({ body: { major: '1' } });
    expect(await ask(`${API}/api`)).toMatchObject({ body: { versions: ['v1'] } });
    expect(await ask(`${API}/apis`)).toMatchObject({
      body: { groups: expect.arrayContaining([expect.objectContaining({ name: 'metrics.k8s.io' })]) },
    });
  });

  test('answer node proxies and kubelets, by name and by address', async () => {
    server.use(...handlers(source()));
    const direct = await ask(`${API}/api/v1/nodes/edge-node-1/proxy/stats/summary`);
    expect(direct).toMatchObject({ status: 200, body: { node: { nodeName: 'edge-node-1' }, pods: [] } });
    expect(await ask('https://edge-node-1:10350/stats/summary')).toEqual(direct);
    expect(await ask('http://10.66.0.11:10350/stats/summary')).toEqual(direct);
    const short = await ask('https://10.66.0.11:10350/stats/summary?only_cpu_and_memory=true');
    expect(JSON.stringify(short.body).length).toBeLessThan(JSON.stringify(direct.body).length);
    const cadvisor = await fetch(`${API}/api/v1/nodes/edge-node-2/proxy/metrics/cadvisor`);
    expect(await cadvisor.text()).toContain('container_cpu_usage_seconds_total{');
  });

  test('answer node:https, too', async () => {
    server.use(...handlers(source(), { baseUrl: API }));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    https.get(`${METRICS}/nodes`, (response) => resolve(json(response))).on('error', reject);
    expect(namesIn({ body: await promise })).toContain('edge-node-1');
  });

  test('say what is not there in the words of the API server', async () => {
    server.use(...handlers(source(), { baseUrl: API }));
    const urls = [
      `${API}/api/v1/nodes/nobody`,
      `${API}/api/v1/nodes/nobody/proxy/stats/summary`,
      `${API}/api/v1/namespaces/default/pods/nobody`,
      `${METRICS}/nodes/nobody`,
      `${METRICS}/namespaces/default/pods/nobody`,
    ];
    const answers = await Promise.all(urls.map(ask));
    expect(answers.map(({ body }) => body)).toEqual(
      [
        ['nodes "nobody" not found', { name: 'nobody', kind: 'nodes' }],
        ['nodes "nobody" not found', { name: 'nobody', kind: 'nodes' }],
        ['pods "nobody" not found', { name: 'nobody', kind: 'pods' }],
        [
          'nodemetrics.metrics.k8s.io "nobody" not found',
          { name: 'nobody', group: 'metrics.k8s.io', kind: 'nodemetrics' },
        ],
        ['pod "nobody" not found', { name: 'nobody', kind: 'pod' }],
      ].map(([message, details]) => ({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        code: 404,
        reason: 'NotFound',
        message,
        details,
      })),
    );
  });
});

describe('what is none of the cluster’s', () => {
  /** What msw, and we, print of a request. */
  async function reported(url: string, init?: RequestInit) {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await expect(fetch(url, init)).rejects.toThrow();
    const of = (spy: typeof error) => spy.mock.calls.flat().join('\n');
    return { error: of(error), warning: of(warn) };
  }

  test.each([
    ['https://shop.example/basket'],
    ['https://shop.example/apis/metrics.k8s.io/v1beta1/nodes'],
    [`${API}/apis/apps/v1/deployments`],
    ['https://10.66.0.99:10350/stats/summary'],
    ['https://edge-node-1:10350/secret'],
  ])('%s is reported by onUnhandledFrame', async (url) => {
    server.use(...handlers(snapshotSource(snapshot), { baseUrl: API }));
    expect((await reported(url)).error).toContain(`GET ${url}`);
  });

  test.each([
    [`api/v1/${NGINX}/log`, 'no logs of pods'],
    [`api/v1/${NGINX}/exec?command=sh`, 'no way into them'],
    ['api/v1/nodes/edge-node-1/proxy/containerLogs/default/nginx/nginx', 'no logs of pods'],
    ['api/v1/pods?watch=true', 'watches are not answered'],
  ])('%s is, with the reason', async (path, why) => {
    server.use(...handlers(snapshotSource(snapshot), { baseUrl: API }));
    const { error, warning } = await reported(`${API}/${path}`);
    expect(warning).toMatch(/^\[kubeedge-sim\] GET https:.* is left unhandled: /);
    expect(warning).toContain(why);
    expect(error).toContain(`GET ${API}/${path}`);
  });

  test('a write is', async () => {
    server.use(...handlers(snapshotSource(snapshot), { baseUrl: API }));
    const { error } = await reported(`${API}/api/v1/${NGINX}`, { method: 'DELETE' });
    expect(error).toContain(`DELETE ${API}/api/v1/${NGINX}`);
  });
});

describe('the base URL', () => {
  test.each([
    ['https://ks.example/clusters/edge', 'https://ks.example/clusters/edge/version'],
    ['/k8s', 'http://localhost:3000/k8s/version'],
    ['/k8s/', 'https://other.example/k8s/version'],
    [undefined, 'https://anything.example:8443/version'],
  ])('may be %s', async (baseUrl, url) => {
    server.use(...handlers(snapshotSource(snapshot), baseUrl === undefined ? {} : { baseUrl }));
    expect(await ask(url)).toMatchObject({ status: 200, body: { major: '1' } });
  });

  test('is refused when it is none', () => {
    expect(() => handlers(simulation, { baseUrl: 'my cluster' })).toThrow('give an URL or a path');
  });
});

describe('a running simulation as the source', () => {
  test('shows what was done to it, and its trace has the requests', async () => {
    await using cured = await startSimulation({ seed: 5 });
    server.use(...handlers(cured, { baseUrl: API }));
    expect(await ask(`${METRICS}/${NGINX}`)).toMatchObject({ status: 404 });
    await cured.act('cure docker');
    await cured.settle();
    const before = cured.events().length;
    expect(await ask(`${METRICS}/${NGINX}`)).toMatchObject({ status: 200, body: { kind: 'PodMetrics' } });
    await ask('https://edge-node-1:10350/stats/summary');
    const kinds = cured
      .events()
      .slice(before)
      .map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['apiserver.aggregate', 'tunnel.message', 'edged.request']));
  });

  test('is a network error where the node cannot be reached, and the API server’s 500 through it', async () => {
    await using broken = await startSimulation({ scenario: 'dnat-rule-missing' });
    server.use(...handlers(broken, { baseUrl: API }));
    const through = await ask(`${API}/api/v1/nodes/edge-node-1/proxy/stats/summary`);
    expect(through).toMatchObject({
      status: 500,
      body: { message: expect.stringContaining('error trying to reach') },
    });
    await expect(fetch('https://edge-node-1:10350/stats/summary')).rejects.toThrow(TypeError);
  });
});

describe('a snapshot', () => {
  test('does not answer selectors, because it holds whole lists', async () => {
    server.use(...handlers(snapshotSource(snapshot), { baseUrl: API }));
    const answer = await ask(`${API}/api/v1/pods?fieldSelector=spec.nodeName%3Dedge-node-1`);
    expect(answer).toMatchObject({ status: 501, body: { reason: 'NotImplemented' } });
  });

  test('is refused when it is of another version, or none', () => {
    const later = { ...snapshot, version: 2 } as unknown as Snapshot;
    expect(() => snapshotSource(later)).toThrow('found version 2; this reads version 1');
    expect(() => snapshotSource({} as Snapshot)).toThrow('Make one with `kubeedge-sim snapshot');
  });
});
