import { cloudcoreRelease, knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, type World } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { describeFoundingCluster, EDGE } from '../catalog/founding-cluster.ts';
import { startCloud } from './cloud-half.ts';
import type { Cluster } from './cluster.ts';
import { startEdges, surroundingsIn } from './edge-half.ts';
import { declareHosts } from './hosts.ts';
import { startLocalCluster } from './local-cluster.ts';
import { createPki } from './pki.ts';

/**
 * From v1.4.0 on there are metrics on the tunnel; up to v1.13 edgecore runs on Docker alone, as the
 * simulated one does.
 */
const releases = knownCloudcoreReleases()
  .slice(4)
  .filter((tag) => edgecoreRelease(tag).dockershim !== null)
  // Its edge puts the kubelet's own port over cloudcore's (kubeedge/kubeedge#4310): see the test below.
  .filter((tag) => tag !== 'v1.12.0');

describe('metrics-server scrapes a healthy edge of the same release', () => {
  test.each(releases)('%s', async (tag) => {
    await inCluster(tag, async (cluster) => {
      await cluster.scrapes(2);
      const port = cloudcoreRelease(tag).tunnelPortFirst ?? 10_350;
      expect(await kubeletPort(cluster, EDGE)).toBe(port);
      expect(lastScrape(cluster, EDGE)).toEqual({ port, outcome: 'ok' });
    });
  });

  test.each(['v1.6.2', 'v1.7.2', 'v1.8.0', 'v1.13.5'])(
    '%s, also after cloudcore was restarted',
    async (tag) => {
      await inCluster(tag, async (cluster) => {
        await cluster.scrapes(1);
        await cluster.act({ do: 'restart', what: 'cloudcore' });
        await cluster.world.clock.sleep(15_000);
        await cluster.scrapes(2);
        expect(lastScrape(cluster, EDGE)?.outcome).toBe('ok');
        expect(cluster.world.trace.of('systemd.restart')).toEqual([]);
      });
    },
  );
});

test('v1.12.0 loses the tunnel port to the first heartbeat, and with it the scrapes', async () => {
  await inCluster('v1.12.0', async (cluster) => {
    await cluster.scrapes(2);
    expect(await kubeletPort(cluster, EDGE)).toBe(10_250);
    expect(lastScrape(cluster, EDGE)).toEqual({ port: 10_250, outcome: 'error' });
    const writes = cluster.world.trace.of('cloudcore.node-port').filter(({ detail }) => detail.node === EDGE);
    expect(writes.map(({ detail }) => detail.by)).toEqual(
      expect.arrayContaining(['tunnel-connect', 'node-patch']),
    );
  });
});

test('cloudcore v1.7.0 does not start a second time', async () => {
  await inCluster('v1.7.0', async (cluster) => {
    await cluster.act({ do: 'restart', what: 'cloudcore' });
    await cluster.world.clock.sleep(25_000);
    const restarts = cluster.world.trace.of('systemd.restart').map(({ detail }) => detail);
    expect(restarts.map(({ unit, code }) => `${unit} ${code}`)).toEqual(Array(3).fill('cloudcore.service 2'));
  });
});

test('a port cloudcore writes is no sign of life of the edge', async () => {
  await inCluster('v1.10.0', async (cluster) => {
    const beats = () => heartbeat(cluster, EDGE);
    await cluster.world.clock.sleep(5_000);
    const before = await beats();
    const restarted = cluster.world.clock.now();
    await cluster.act({ do: 'restart', what: 'cloudcore' });
    const again = () => cluster.world.trace.of('tunnel.session').some(({ atMs }) => atMs >= restarted);
    await cluster.until('the tunnel', again, 2_000);
    expect(await beats()).toBe(before);
  });
});

test('an edge that nobody registered: v1.9.0 dies of it and is started again', async () => {
  await inWorld(async (world) => {
    const description = descriptionOf(world, 'v1.9.0');
    const hosts = declareHosts(world, description);
    const pki = await createPki(world, hosts.cloud, hosts.edges);
    world.own(await startCloud(world, hosts, { ...description, edges: [] }, pki));
    const surroundings = surroundingsIn(world, hosts, pki, description.edges);
    world.own(await startEdges(world, { ...surroundings, registerNode: false }, description.edges));
    await world.clock.sleep(30_000);
    const restarts = world.trace.of('systemd.restart').map(({ detail }) => detail);
    expect(restarts.map(({ unit, code, afterMs }) => ({ unit, code, afterMs }))).toEqual(
      Array(restarts.length).fill({ unit: 'cloudcore.service', code: 1, afterMs: 10_000 }),
    );
    expect(restarts.length).toBeGreaterThan(1);
  });
});

const descriptionOf = (world: World, tag: string) =>
  describeFoundingCluster(
    { edgecore: tag, cloudcore: tag, docker: '20.10.24', metricsServer: 'v0.4.2' },
    world.clock.now(),
  );

const inCluster = (tag: string, body: (cluster: Cluster) => Promise<void>) =>
  inWorld(async (world) => body(world.own(await startLocalCluster(world, descriptionOf(world, tag)))));

async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  const world = createMemoryWorld();
  try {
    await world.run(() => body(world));
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

async function nodeOf(cluster: Cluster, name: string) {
  const { stdout } = await cluster.kubectl(['get', '--raw', `/api/v1/nodes/${name}`]);
  return JSON.parse(stdout);
}

const kubeletPort = async (cluster: Cluster, name: string) =>
  (await nodeOf(cluster, name)).status.daemonEndpoints.kubeletEndpoint.Port;

async function heartbeat(cluster: Cluster, name: string) {
  const { conditions } = (await nodeOf(cluster, name)).status;
  return conditions.find(({ type }: { type: string }) => type === 'Ready').lastHeartbeatTime;
}

function lastScrape({ world }: Cluster, node: string) {
  const asked = world.trace.of('metrics-server.scrape').findLast(({ detail }) => detail.node === node);
  const done = world.trace.of('metrics-server.scraped').findLast(({ detail }) => detail.node === node);
  return asked && done && { port: asked.detail.port, outcome: done.detail.outcome };
}
