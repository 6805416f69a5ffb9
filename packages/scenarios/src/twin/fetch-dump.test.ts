import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfig, startKubeApiserver } from '@kubeedge-sim/cloud-sim';
import { createHttpServer, createLoopbackWorld, listenHttp, type World } from '@kubeedge-sim/sim-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { fetchDump } from './fetch-dump.ts';
import { predict } from './predict.ts';

let folder: string;
let world: World;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-fetch-'));
  world = await createLoopbackWorld();
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function fileOf(text: string): Promise<string> {
  const file = join(folder, 'config');
  await writeFile(file, text);
  return file;
}

/** Our own kube-apiserver with an edge of the founding report. */
async function startApiserver() {
  const host = world.net.host({ name: 'master-1', address: '10.0.0.2' });
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: [host.address] });
  const createdAtMs = world.clock.now() - 86_400_000;
  const common = { address: '10.66.0.11', createdAtMs };
  const apiserver = world.own(
    await startKubeApiserver(world, host, {
      certificate,
      tokens: { secret: 'admin' },
      cluster: {
        nodes: [
          {
            ...common,
            name: 'edge-1',
            roles: ['agent', 'edge'],
            kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
            containerRuntimeVersion: 'docker://18.9.1',
            kubeletPort: 10_350,
          },
          { ...common, name: 'm', kubeletVersion: 'v1.19.8', containerRuntimeVersion: 'docker://20.10.6' },
        ],
        pods: [
          { namespace: 'default', name: 'nginx', nodeName: 'edge-1', createdAtMs, containers: ['nginx'] },
        ],
      },
    }),
  );
  return { url: apiserver.url, pem: authority.certificate.pem ?? '' };
}

/** A server that answers requests by their URL; what it was asked, in order. */
async function startServer(answer: (request: IncomingMessage) => { status?: number; body: unknown }) {
  const host = world.net.host({ name: 'master-1', address: '10.0.0.2' });
  const asked: string[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'anonymous'}`);
    const { status = 200, body } = answer(request);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  world.own(await listenHttp(host, { port: 8080 }, { component: 'api' }, server));
  const config = {
    clusters: [{ name: 'c', cluster: { server: `http://${host.address}:8080/k8s/c-1/` } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  return { file: await fileOf(stringify(config)), asked };
}

const list = (names: readonly string[], more?: string) => ({
  metadata: { ...(more !== undefined && { continue: more }) },
  items: names.map((name) => ({
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'app' }] },
  })),
});

describe('fetching a cluster by its kubeconfig', () => {
  it('reads nodes and pods of an API server whose certificate it checks', async () => {
    const { url, pem } = await startApiserver();
    const file = await fileOf(kubeconfig({ server: url, authorityPem: pem, token: 'secret' }));
    const dump = await fetchDump(file);
    expect(dump).toMatchObject({ items: 3, bad: [], sources: [`${url} nodes`, `${url} pods`] });
    expect((await predict(dump, { seed: 1 })).nodes).toMatchObject([
      { name: 'edge-1', verdict: 'symptom', pods: { running: 1, affected: 1 } },
    ]);
  });

  it('says why a server is not believed, does not take the token, or is not there', async () => {
    const { url, pem } = await startApiserver();
    const other = await world.net.authority({ commonName: 'other' });
    const wrongRoots = kubeconfig({
      server: url,
      authorityPem: other.certificate.pem ?? '',
      token: 'secret',
    });
    await expect(fetchDump(await fileOf(wrongRoots))).rejects.toThrow(/Tried GET .*: .*certificate/);
    const wrongToken = kubeconfig({ server: url, authorityPem: pem, token: 'wrong' });
    await expect(fetchDump(await fileOf(wrongToken))).rejects.toThrow(/401 Unauthorized/);
    const wrongPort = kubeconfig({ server: url.replace('6443', '6444') });
    await expect(fetchDump(await fileOf(wrongPort))).rejects.toThrow(/connection refused/);
    const certificate = `client-certificate-data: ${Buffer.from('no PEM').toString('base64')}`;
    const noPem = kubeconfig({ server: url }).replace('token: anonymous', certificate);
    await expect(fetchDump(await fileOf(noPem))).rejects.toThrow(/Tried to use the certificates of/);
  });

  it('only ever sends GET, goes through all parts of a list, and keeps the path of the server', async () => {
    const { file, asked } = await startServer(({ url = '' }) => {
      const kind = url.includes('/nodes') ? 'NodeList' : 'PodList';
      const part = url.includes('continue=a%2Fb') ? list(['c']) : list(['a', 'b'], 'a/b');
      return { body: { kind, ...part } };
    });
    const { nodes, pods } = await fetchDump(file);
    expect([nodes, pods].map((found) => found.map(({ name }) => name))).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(asked).toEqual(
      ['nodes', 'nodes', 'pods', 'pods'].map(
        (resource, index) =>
          `GET /k8s/c-1/api/v1/${resource}?limit=500${index % 2 === 0 ? '' : '&continue=a%2Fb'} Bearer secret`,
      ),
    );
  });

  it.each([
    [403, { kind: 'Status', message: 'nodes is forbidden: User "u" cannot list' }, /403 nodes is forbidden/],
    [410, { kind: 'Status', message: 'The provided continue parameter is too old' }, /410 The provided/],
    [200, '<html>login</html>', /found no JSON but "<html>login/],
    [200, { kind: 'Status' }, /found a Status/],
  ])('passes on what a server says that answers %s', async (status, body, message) => {
    const { file } = await startServer(() => ({ status, body }));
    await expect(fetchDump(file)).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });
});
