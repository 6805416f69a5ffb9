import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN, type KubeApiserver, kubeconfig, simToken, startKubeApiserver } from '@kubeedge-sim/cloud-sim';
import { type Certificate, createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';

const START_MS_MAX = 60_000;
const DAY_MS = 86_400_000;
const NODE = 'edge-node-1';

const podOf = (image: string) => `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  nodeName: ${NODE}
  containers: [{ name: web, image: "${image}" }]
`;

for (const tool of ['kubectl-1.20', 'kubectl-1.31'] as const) {
  describeNeeding(tool, `${tool} writes`, (found) => {
    let world: World;
    let apiserver: KubeApiserver;
    let admin: Certificate;
    let authorityPem: string;
    let home: string;
    const path = found[tool].path;
    const env = () => ({ HOME: home, KUBECONFIG: join(home, 'config'), TZ: 'UTC' });

    const run = (words: readonly string[]): Promise<string> =>
      new Promise((resolve) => {
        execFile(path, words, { env: env() }, (_error, stdout, stderr) =>
          resolve(`${stdout}${stderr}`.trim()),
        );
      });
    const kubectl = (line: string) => run(line.split(' '));
    const file = (name: string) => join(home, name);

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'kubectl-writes-'));
      world = await createLoopbackWorld();
      const master = world.net.host({ name: 'master', address: '10.0.0.2' });
      const authority = await world.net.authority({ commonName: 'kubernetes' });
      authorityPem = authority.certificate.pem ?? '';
      const certificate = await authority.issue({
        commonName: 'kube-apiserver',
        ipAddresses: [master.address],
      });
      admin = await authority.issue({
        commonName: ADMIN,
        organization: 'system:masters',
        usages: ['client'],
      });
      const common = {
        kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
        containerRuntimeVersion: 'docker://18.9.1',
      };
      apiserver = world.own(
        await startKubeApiserver(world, master, {
          certificate,
          clientRoots: [authority.certificate],
          cluster: {
            nodes: [
              { ...common, name: NODE, address: '10.66.0.11', createdAtMs: world.clock.now() - DAY_MS },
            ],
          },
        }),
      );
      const token = simToken(world, ADMIN);
      await writeFile(file('config'), kubeconfig({ server: apiserver.url, authorityPem, token }));
      await writeFile(file('web.yaml'), podOf('nginx:1.19'));
      await writeFile(file('changed.yaml'), podOf('nginx:1.20'));
      await writeFile(file('moved.yaml'), podOf('nginx:1.20').replace(NODE, 'other'));
    }, START_MS_MAX);

    afterAll(async () => {
      await world[Symbol.asyncDispose]();
      await rm(home, { recursive: true });
    });

    it('applies, changes and deletes a pod', async () => {
      const apply = (name: string) => run(['apply', '--validate=false', '-f', file(name)]);
      expect(await apply('web.yaml')).toBe('pod/web created');
      expect(await apply('web.yaml')).toBe('pod/web unchanged');
      expect(await apply('changed.yaml')).toBe('pod/web configured');
      expect(await apply('moved.yaml')).toContain(
        'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`, ' +
          '`spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations`',
      );
      expect(await run(['create', '--validate=false', '-f', file('web.yaml')])).toContain(
        'Error from server (AlreadyExists)',
      );
      expect(await kubectl('get pod web -o jsonpath={.spec.containers[0].image}')).toBe('nginx:1.20');
      expect(await kubectl('describe pod web')).toMatch(/Node:\s+edge-node-1/);
      expect(await kubectl('delete pod web --grace-period=0 --force')).toContain('pod "web" force deleted');
      expect(await kubectl('get pod web')).toBe('Error from server (NotFound): pods "web" not found');
    });

    it('labels, annotates, taints and cordons a node', async () => {
      const node = () => apiserver.store.node(NODE);
      expect(await kubectl(`label node ${NODE} tier=front`)).toBe(`node/${NODE} labeled`);
      expect(await kubectl(`label node ${NODE} tier=back`)).toContain('--overwrite is false');
      expect(node()?.metadata.labels).toMatchObject({ tier: 'front' });
      await kubectl(`label node ${NODE} tier-`);
      expect(node()?.metadata.labels).not.toHaveProperty('tier');
      expect(await kubectl(`annotate node ${NODE} a=b`)).toBe(`node/${NODE} annotated`);
      expect(await kubectl(`taint node ${NODE} a=b:NoSchedule`)).toBe(`node/${NODE} tainted`);
      expect(node()?.spec.taints).toEqual([{ key: 'a', value: 'b', effect: 'NoSchedule' }]);
      expect(await kubectl(`taint node ${NODE} a-`)).toBe(`node/${NODE} untainted`);
      expect(await kubectl(`cordon ${NODE}`)).toBe(`node/${NODE} cordoned`);
      expect(await kubectl('get nodes')).toContain('Ready,SchedulingDisabled');
      expect(await kubectl(`uncordon ${NODE}`)).toBe(`node/${NODE} uncordoned`);
      expect(await kubectl(`describe node ${NODE}`)).toMatch(/Taints: +<none>\nUnschedulable: +false/);
    });

    it('sees changes with -w', async () => {
      const watching = spawn(path, ['get', 'nodes', '-w', '--no-headers'], { env: env() });
      let printed = '';
      watching.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
      const lines = () => printed.trim().split('\n').length;
      await expect.poll(() => printed, { timeout: 20_000 }).toContain(NODE);
      apiserver.store.heartbeat(NODE, { ready: 'False' });
      await expect.poll(() => printed, { timeout: 20_000 }).toContain('NotReady');
      apiserver.store.heartbeat(NODE);
      await expect.poll(lines, { timeout: 20_000 }).toBe(3);
      watching.kill();
    });

    it('is told what cannot be selected', async () => {
      expect(await kubectl('get pods --field-selector foo=bar')).toContain('field label not supported: foo');
      expect(await kubectl(`get pods -A --field-selector spec.nodeName=${NODE}`)).toBe('No resources found');
      expect(await kubectl('get ns -o name')).toBe(
        ['default', 'kube-node-lease', 'kube-public', 'kube-system', 'kubeedge']
          .map((name) => `namespace/${name}`)
          .join('\n'),
      );
    });

    it('is known by its client certificate, and is nobody without one', async () => {
      await writeFile(
        file('by-certificate'),
        kubeconfig({ server: apiserver.url, authorityPem, certificate: admin }),
      );
      expect(await run(['--kubeconfig', file('by-certificate'), 'get', 'nodes', '-o', 'name'])).toBe(
        `node/${NODE}`,
      );
      expect(world.trace.of('apiserver.request').at(-1)?.detail.user).toBe(ADMIN);
      await writeFile(file('wrong'), kubeconfig({ server: apiserver.url, authorityPem, token: 'wrong' }));
      expect(await run(['--kubeconfig', file('wrong'), 'get', 'nodes'])).toContain(
        'You must be logged in to the server',
      );
    });
  });
}
