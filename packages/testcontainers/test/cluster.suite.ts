import { expect, it } from 'vitest';
import { ClusterSimContainer } from '../src/index.ts';
import { get, IMAGE, LABEL, measured, POLL, TEST_MS_MAX } from './engine.ts';

/** What it was started with, and quicker. */
const METRICS_SERVER_FLAGS = [
  '--secure-port=4443',
  '--kubelet-preferred-address-types=InternalIP',
  '--kubelet-use-node-status-port',
  '--kubelet-insecure-tls',
  '--metric-resolution=2s',
];
const POD = 'nginx-7848d4b86f-x2wqz';

export function clusterSuite(): void {
  it('serves a whole cluster from one container, and changes it', { timeout: TEST_MS_MAX }, async () => {
    await using cluster = await new ClusterSimContainer(IMAGE).withReadOnlyRoot().withLabels(LABEL).start();
    expect(cluster.getKubeconfig()).toContain(`server: ${cluster.getApiserverUrl()}\n`);
    expect(await get(`${cluster.getHealthUrl()}/readyz`)).toBe('ok\n');
    await cluster.act('metrics-server', '--', ...METRICS_SERVER_FLAGS);
    await expect
      .poll(() => measured(cluster, 'nodes'), POLL)
      .toEqual(['edge-node-1', 'edge-node-2', 'master-1']);
    expect(await measured(cluster, 'pods')).not.toContain(POD);
    expect(await cluster.log('edge-node-1', 'edgecore', 5)).toContain('is too new');
    await expect(cluster.act('cure', 'hope')).rejects.toThrow(/there are docker, edgecore/);
    expect(await cluster.act('cure', 'docker')).toBe(
      'docker edge-node-1 20.10.24\nrestart edgecore edge-node-1\n',
    );
    await expect.poll(() => measured(cluster, 'pods'), POLL).toContain(POD);
  });

  it('runs ten side by side, each with an engine of its own', { timeout: TEST_MS_MAX }, async () => {
    const engines = [
      '18.06.3',
      '18.09.1',
      '18.09.9',
      '19.03.0',
      '19.03.15',
      '20.10.0',
      '20.10.24',
      '23.0.6',
      '24.0.9',
      '28.0.0',
    ];
    // Ten at once on two cores that others use, too: the sixty seconds of testcontainers are for one.
    const start = (version: string) =>
      new ClusterSimContainer(IMAGE)
        .withDocker(version)
        .withLabels(LABEL)
        .withStartupTimeout(TEST_MS_MAX)
        .start();
    const clusters = await Promise.all(engines.map(start));
    for (const [index, cluster] of clusters.entries()) {
      const [major, minor, patch] = (engines[index] as string).split('.').map(Number);
      const node = `${cluster.getApiserverUrl()}/api/v1/nodes/edge-node-1`;
      expect(await get(node)).toContain(`"containerRuntimeVersion":"docker://${major}.${minor}.${patch}"`);
      // Through stream server, tunnel and edgecore of this cluster: up to 18.09 the engine refuses cAdvisor.
      const pods = major === 18 ? 0 : 3;
      await expect.poll(async () => podsIn(await get(`${node}/proxy/stats/summary`)), POLL).toBe(pods);
    }
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });
}

/** How many pods a summary has; undefined for what is none. */
function podsIn(summary: string | undefined): number | undefined {
  if (summary?.startsWith('{') !== true) return undefined;
  return (JSON.parse(summary) as { pods?: unknown[] }).pods?.length;
}
