import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import {
  CloudSimContainer,
  EdgeSimContainer,
  type StartedCloudSimContainer,
  type StartedEdgeSimContainer,
} from '../src/index.ts';
import {
  createNetwork,
  docker,
  get,
  IMAGE,
  LABEL,
  measured,
  POLL,
  podsOf,
  stateOf,
  TEST_MS_MAX,
  type TestNetwork,
} from './engine.ts';

/** Docker kills after ten seconds. That it takes the process less than one is tested without containers. */
const STOP_MS_MAX = 5_000;
/** A network that lets a container have its address back; another one in each process that runs tests. */
const SUBNET = `10.213.${process.pid % 256}.0/24`;

export function cloudAndEdgeSuite(): void {
  describe('a cloud and an edge in two containers on one network', { timeout: TEST_MS_MAX }, () => {
    let cloud: StartedCloudSimContainer;
    let edge: StartedEdgeSimContainer;
    let network: TestNetwork;
    const ca = () => cloud.getCertificates()['kubernetes-ca.crt'];
    const pods = async () => (await measured(cloud, 'pods', ca())).filter((name) => name.includes('shop'));

    beforeAll(async () => {
      network = await createNetwork('box', SUBNET);
      cloud = await new CloudSimContainer(IMAGE)
        .withMetricsServerFlag('--metric-resolution=2s')
        .withNetworkMode(network.name)
        .withReadOnlyRoot()
        .withLabels(LABEL)
        .start();
      edge = await new EdgeSimContainer(IMAGE)
        .withCloud(cloud)
        .withNodes('shop')
        .withReadOnlyRoot()
        .withLabels(LABEL)
        .start();
    }, TEST_MS_MAX);
    afterAll(async () => {
      await edge?.stop();
      await cloud?.stop();
    });

    it('are a cluster with metrics, for a client that verifies the server', async () => {
      await expect.poll(pods, POLL).toEqual(podsOf('shop'));
      const config = cloud.getKubeconfig();
      expect(config).toContain(`server: ${cloud.getApiserverUrl()}\n`);
      expect(config).toContain(Buffer.from(ca()).toString('base64'));
      const summary = await get(`${cloud.getApiserverUrl()}/api/v1/nodes/shop/proxy/stats/summary`, ca());
      expect(summary).toContain('"nodeName": "shop"');
      expect(await get(`${cloud.getStreamServerUrl()}/`, ca())).toContain('404');
    });

    describeNeeding('kubectl-1.20', 'for kubectl', ({ 'kubectl-1.20': kubectl }) => {
      it('have a kubeconfig that works on this side of the mapped port', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-kubeconfig-'));
        const file = join(folder, 'config');
        await writeFile(file, cloud.getKubeconfig());
        const env = { ...process.env, HOME: folder };
        const top = () =>
          execFileSync(kubectl.path, ['--kubeconfig', file, 'top', 'node'], { env, encoding: 'utf8' });
        expect(top()).toMatch(/^shop +\d+m/m);
        await rm(folder, { recursive: true });
      });
    });

    it('run as a user with no rights, on a root filesystem that cannot be written to', async () => {
      const code =
        'const { writeFileSync } = require("fs"); let why; ' +
        'try { writeFileSync("/opt/kubeedge-sim/x", ""); } catch (error) { why = error.code; } ' +
        'console.log(process.getuid(), process.getgid(), why);';
      for (const container of [cloud, edge]) {
        const { stdout } = await container.exec(['node', '-e', code]);
        expect(stdout.trim()).toBe('10001 10001 EROFS');
        expect(stateOf(container.getId())).toMatchObject({ readOnly: true, user: '10001:10001' });
      }
    });

    it('are healthy', async () => {
      for (const container of [cloud, edge])
        await expect.poll(() => stateOf(container.getId()).Health?.Status, POLL).toBe('healthy');
      expect(await get(`${edge.getHealthUrl()}/readyz`)).toBe('ok\n');
    });

    it('find each other again when the cloud has been restarted', async () => {
      await cloud.restart({ timeout: 5_000 });
      await expect.poll(pods, POLL).toEqual(podsOf('shop'));
      expect(await get(`${edge.getHealthUrl()}/readyz`)).toBe('ok\n');
    });

    it('have no metrics while the edge is paused, and have them again when it is resumed', async () => {
      await edge.pause();
      await expect.poll(() => measured(cloud, 'nodes', ca()), POLL).toEqual(['master-1']);
      await edge.resume();
      await expect.poll(pods, POLL).toEqual(podsOf('shop'));
    });

    it('have no metrics while the network carries nothing between them, and have them again when it does', async () => {
      const mend = await network.cut(edge.getId());
      await expect.poll(() => measured(cloud, 'nodes', ca()), POLL).toEqual(['master-1']);
      await mend();
      await expect.poll(pods, POLL).toEqual(podsOf('shop'));
    });

    it('end on SIGTERM by themselves, with exit code 0', () => {
      for (const container of [edge, cloud]) {
        const before = performance.now();
        docker('stop', '--time', '10', container.getId());
        expect(performance.now() - before).toBeLessThan(STOP_MS_MAX);
        expect(stateOf(container.getId())).toMatchObject({ Status: 'exited', ExitCode: 0 });
      }
    });
  });

  it('shows the founding report beside a healthy edge', { timeout: TEST_MS_MAX }, async () => {
    const { name } = await createNetwork('founding');
    await using cloud = await new CloudSimContainer(IMAGE)
      .withMetricsServerFlag('--metric-resolution=2s')
      .withNetworkMode(name)
      .withLabels(LABEL)
      .start();
    const start = (node: string, version: string) =>
      new EdgeSimContainer(IMAGE)
        .withCloud(cloud)
        .withNodes(node)
        .withDocker(version)
        .withLabels(LABEL)
        .start();
    await using _sick = await start('sick', '18.09.1');
    await using _well = await start('well', '20.10.24');
    await expect.poll(() => measured(cloud, 'nodes'), POLL).toEqual(['master-1', 'sick', 'well']);
    await expect.poll(() => measured(cloud, 'pods'), POLL).toEqual(expect.arrayContaining(podsOf('well')));
    expect((await measured(cloud, 'pods')).filter((pod) => pod.endsWith('-sick'))).toEqual([]);
    expect(await get(`${cloud.getApiserverUrl()}/api/v1/namespaces/default/pods`)).toContain(
      '"name":"nginx-sick"',
    );
  });
}
