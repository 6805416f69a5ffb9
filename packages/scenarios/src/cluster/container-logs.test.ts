import { ADMIN, knownCloudcoreReleases, simToken } from '@kubeedge-sim/cloud-sim';
import { edgecoreRelease, type LogSource } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld, httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import {
  CLOUD_NODE,
  CLOUD_POD,
  describeFoundingCluster,
  EDGE,
  EDGE_POD,
} from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import { startLocalCluster } from './local-cluster.ts';

const LAST_TWO = ['logs', EDGE_POD.name, '--tail=2'];

/** From v1.3.0 on there is a tunnel; up to v1.13 edgecore runs on Docker alone, as the simulated one does. */
const releases = knownCloudcoreReleases()
  .slice(2)
  .filter((tag) => edgecoreRelease(tag).dockershim !== null);
/** Without debug handlers, and the latter without the tunnel's port as well: see their tests. */
const special = ['v1.8.0', 'v1.12.0'];

describe('kubectl logs reads the container of an edge of the same release', () => {
  test.each(releases.filter((tag) => !special.includes(tag)))('%s', async (tag) => {
    const { stdout, stderr, exitCode } = await inCluster({ cloudcore: tag, edgecore: tag }, (cluster) =>
      cluster.kubectl(LAST_TWO),
    );
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatch(/^(172\.17\.0\.1 - - .* \d+\n){2}$/);
  });

  test('v1.8.0: the refusal of edged is taken for the log', async () => {
    const result = await inCluster({ cloudcore: 'v1.8.0', edgecore: 'v1.8.0' }, (cluster) =>
      cluster.kubectl(LAST_TWO),
    );
    expect(result).toEqual({ stdout: 'Debug endpoints are disabled.\n', stderr: '', exitCode: 0 });
  });

  test('v1.12.0: the port of the Node is not the tunnel’s', async () => {
    const { stderr } = await inCluster({ cloudcore: 'v1.12.0', edgecore: 'v1.12.0' }, (cluster) =>
      cluster.kubectl(LAST_TWO),
    );
    expect(stderr).toMatch(/^Error from server: Get "https:.*:10250\/containerLogs\/.*i\/o timeout\n$/);
  });
});

describe('cloud and edge of different releases', () => {
  test.each([
    ['v1.6.1', 'v1.13.5'],
    ['v1.8.1', 'v1.6.1'],
    ['v1.13.5', 'v1.7.0'],
  ])('%s and %s understand each other', async (cloudcore, edgecore) => {
    const { stdout } = await inCluster({ cloudcore, edgecore }, (cluster) => cluster.kubectl(LAST_TWO));
    expect(stdout.split('\n')).toHaveLength(3);
  });

  // The old edge's hostname header has a name that the new cloud does not read: its Node never gets the tunnel's port.
  test.each(['v1.9.0', 'v1.13.5'])('%s does not know an edge of v1.6.1 by its name', async (cloudcore) => {
    const { stderr } = await inCluster({ cloudcore, edgecore: 'v1.6.1' }, (cluster) =>
      cluster.kubectl(LAST_TWO),
    );
    expect(stderr).toMatch(/^Error from server: Get "https:.*:10350\/containerLogs\/.*i\/o timeout\n$/);
  });
});

test('a pod of the cloud node is read from its kubelet, without cloudcore', async () => {
  const { namespace, name } = CLOUD_POD;
  await inCluster({}, async (cluster) => {
    const { stdout } = await cluster.kubectl(['logs', '-n', namespace, name, '--tail=1']);
    expect(stdout).toMatch(/^\[INFO\] .*\n$/);
    expect(cluster.world.trace.of('stream.request').filter(({ detail }) => detail.route === 'logs')).toEqual(
      [],
    );
  });
});

test('a log that is followed ends with the command, and a silent one reads on at a v1.6.1 edge', async () => {
  const follow = (container: string) => [
    'logs',
    '-n',
    'factory',
    'sensor-agent',
    container,
    '-f',
    '--tail=0',
  ];
  await inCluster({}, async (cluster) => {
    const { stdout, exitCode } = await cluster.kubectl(follow('app'));
    expect(exitCode).toBe(130);
    // Two minutes of five lines every thirty seconds.
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(15);
    expect(await cluster.kubectl(follow('sidecar'))).toEqual({ stdout: '', stderr: '^C\n', exitCode: 130 });
    await cluster.world.clock.sleep(60_000);
    const lines = cluster.log(EDGE, 'edgecore', 0).filter((line) => line.includes('edgedlogconnection.go'));
    expect(lines.map((line) => line.replace(/^.*\] /, '').replace(/\d+/, '*'))).toEqual([
      'receive remove client id *',
      'receive stop single, so stop logs scan ...',
      'receive remove client id *',
    ]);
  });
});

test.each([
  ['v1.6.1', 1],
  ['v1.7.0', 0],
])('an edge of %s leaks a goroutine with each request that ends in order: %i', async (tag, each) => {
  await inCluster({ cloudcore: tag, edgecore: tag }, async (cluster) => {
    const goroutines = async () => {
      const { stdout } = await cluster.curl(EDGE, 'http://127.0.0.1:10350/metrics');
      return Number(/^go_goroutines (\d+)$/m.exec(stdout)?.[1]);
    };
    const before = await goroutines();
    for (let count = 0; count < 3; count += 1) await cluster.kubectl(LAST_TWO);
    expect((await goroutines()) - before).toBe(3 * each);
  });
});

test('forty who follow one container at once get the same, to the end', async () => {
  await inCluster({}, async (cluster) => {
    const all = await Promise.all(
      Array.from({ length: 40 }, () =>
        cluster.kubectl(['logs', '-n', 'factory', 'sensor-agent', 'app', '-f', '--since=60s']),
      ),
    );
    expect(new Set(all.map(({ exitCode }) => exitCode))).toEqual(new Set([130]));
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    expect(all[0]?.stdout.split('\n').length).toBeGreaterThan(25);
  });
});

test('a client that does not read an endless log holds up its node, and nothing grows meanwhile', async () => {
  const log = { shape: 'endless', everyMs: 1, text: `{n} ${'x'.repeat(1_000)}` } as const;
  await inCluster({ log }, async (cluster) => {
    const { world } = cluster;
    const host = cluster.host(CLOUD_NODE);
    const request = {
      target: { address: host.address, port: 6_443 },
      tls: { verify: false },
      headers: { authorization: `Bearer ${simToken(world, ADMIN)}` },
      component: 'curl',
    };
    const path = `/api/v1/namespaces/${EDGE_POD.namespace}/pods/${EDGE_POD.name}/log?follow=true`;
    const lazy = await httpRequest(host, { ...request, path });
    lazy.body.on('error', () => {});
    const sent = () =>
      world.trace
        .of('edgestream.message')
        .reduce((sum, { detail }) => sum + (detail.direction === 'to-cloud' ? detail.bytes : 0), 0);
    await world.clock.sleep(10_000);
    const held = sent();
    expect(held).toBeGreaterThan(100_000);
    expect(held).toBeLessThan(8_000_000);
    await world.clock.sleep(60_000);
    // Whatever the world does meanwhile goes by other tunnels: heartbeats and scrapes of this node are stuck.
    expect(sent() - held).toBeLessThan(100_000);
    const other = await cluster.kubectl(['logs', `${EDGE_POD.name}-2`, '--tail=1']);
    expect(other.exitCode).toBe(0);
    lazy.body.destroy();
    await world.clock.sleep(1_000);
    expect((await cluster.kubectl(LAST_TWO)).stdout.split('\n')).toHaveLength(3);
  });
});

/** Plays `body` in the founding cluster, changed so, once its tunnels are open. */
async function inCluster<T>(
  change: { cloudcore?: string; edgecore?: string; log?: LogSource },
  body: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { cloudcore = 'v1.6.1', edgecore = 'v1.6.1' } = change;
  const cell = { cloudcore, edgecore, docker: '20.10.24', metricsServer: 'v0.4.2' };
  const world = createMemoryWorld({ seed: 1 });
  try {
    return await world.run(async () => {
      const description = withLog(describeFoundingCluster(cell, world.clock.now()), change.log);
      const cluster = world.own(await startLocalCluster(world, description));
      await world.clock.sleep(15_000);
      return body(cluster);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

/** The first edge's nginx prints what `log` says. */
function withLog(description: ClusterDescription, log: LogSource | undefined): ClusterDescription {
  if (log === undefined) return description;
  const edges = description.edges.map((edge) => ({
    ...edge,
    machine: {
      ...edge.machine,
      pods: edge.machine.pods.map((pod) =>
        pod.name === EDGE_POD.name
          ? { ...pod, containers: pod.containers.map((container) => ({ ...container, log })) }
          : pod,
      ),
    },
  }));
  return { ...description, edges };
}
