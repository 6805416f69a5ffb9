import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeNeeding } from '../../../test/needs.ts';

const FOLDER = join(import.meta.dirname, '../../../deploy/kubernetes');

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec?: Record<string, unknown>;
}

async function readManifests(): Promise<Manifest[]> {
  const files = (await readdir(FOLDER)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(FOLDER, file), 'utf8')));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
}

/**
 * A kube-apiserver that has nothing and says which kinds there are: kubectl's client-side dry run asks it for those, and
 * whether an object is there already. It writes nothing to it.
 */
async function startDiscovery() {
  const list = (groupVersion: string, kinds: Record<string, string>) => ({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: Object.entries(kinds).map(([name, kind]) => ({
      name,
      kind,
      singularName: '',
      namespaced: kind !== 'Namespace',
      verbs: ['create', 'get', 'patch'],
    })),
  });
  const version = { groupVersion: 'apps/v1', version: 'v1' };
  const documents: Record<string, object> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: [{ name: 'apps', versions: [version], preferredVersion: version }],
    },
    '/api/v1': list('v1', { namespaces: 'Namespace', services: 'Service' }),
    '/apis/apps/v1': list('apps/v1', { deployments: 'Deployment', statefulsets: 'StatefulSet' }),
  };
  const missing = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 };
  const methods = new Set<string | undefined>();
  const server = createServer((request, response) => {
    methods.add(request.method);
    const document = documents[request.url?.replace(/\?.*$/, '') ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? missing));
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, methods, close: () => server.close() };
}

describeNeeding('kubectl-1.20', 'the Kubernetes manifests', ({ 'kubectl-1.20': kubectl }) => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kubeedge-sim-manifests-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  function run(args: readonly string[], input = ''): Promise<{ stdout: string; stderr: string }> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, HOME: home, KUBECONFIG: '' };
      const child = execFile(kubectl.path, args, { env }, (error, stdout, stderr) =>
        error === null ? resolve({ stdout, stderr }) : reject(new Error(stderr, { cause: error })),
      );
      child.stdin?.end(input);
    });
  }

  it('pass the client-side dry run, in the order of their names', async () => {
    const discovery = await startDiscovery();
    const words = ['apply', '--dry-run=client', '--validate=false', '-f', FOLDER];
    const { stdout, stderr } = await run(['--server', discovery.url, ...words]);
    discovery.close();
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      'namespace/kubeedge-sim created (dry run)',
      'service/cloud created (dry run)',
      'deployment.apps/cloud created (dry run)',
      'service/edge created (dry run)',
      'statefulset.apps/edge created (dry run)',
    ]);
    expect([...discovery.methods]).toEqual(['GET']);
  });

  // The dry run takes any field. Commands that read an object into kubectl's own types drop what the types do not have.
  it('have no field that Kubernetes does not know', async () => {
    const commands: Record<string, string[]> = {
      Service: ['set', 'selector', '--local', '-f', '-', 'app=any', '-o', 'json'],
      Deployment: ['set', 'image', '--local', '-f', '-', '*=any', '-o', 'json'],
      StatefulSet: ['set', 'image', '--local', '-f', '-', '*=any', '-o', 'json'],
    };
    const checked: string[] = [];
    for (const manifest of await readManifests()) {
      const command = commands[manifest.kind];
      if (command === undefined) continue;
      const changed = JSON.stringify(manifest)
        .replace(/"image":"[^"]*"/, '"image":"any"')
        .replace(/"selector":\{"app":"\w+"\}/, '"selector":{"app":"any"}');
      const { stdout } = await run(command, JSON.stringify(manifest));
      expect(JSON.parse(stdout)).toMatchObject(JSON.parse(changed));
      checked.push(`${manifest.kind} ${manifest.metadata.name}`);
    }
    expect(checked).toEqual(['Service cloud', 'Deployment cloud', 'Service edge', 'StatefulSet edge']);
    const misspelt = JSON.stringify((await readManifests())[2]).replace('runAsNonRoot', 'runAsNoRoot');
    const { stdout } = await run(commands['Deployment'] as string[], misspelt);
    expect(JSON.parse(stdout)).not.toMatchObject(JSON.parse(misspelt));
  });
});
