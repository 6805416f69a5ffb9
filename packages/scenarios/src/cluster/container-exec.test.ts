import { createHash, randomBytes } from 'node:crypto';
import { knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { type ContainerDescription, edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { describeFoundingCluster, EDGE, EDGE_POD } from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterDescription } from './description.ts';
import { startLocalCluster } from './local-cluster.ts';
import { execThroughTunnel } from './tunnel-exec.test-support.ts';

const NGINX = { edge: EDGE, path: `${EDGE_POD.namespace}/${EDGE_POD.name}/nginx` };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** exec came with v1.5.0; v1.8.0 and v1.12.0 are without debug handlers, and the latter's Node without the port. */
const releases = knownCloudcoreReleases().filter((tag) => {
  const { dockershim, edgestream } = edgecoreRelease(tag);
  return dockershim !== null && edgestream?.exec === true && !['v1.8.0', 'v1.12.0'].includes(tag);
});

describe('exec in a container of an edge of the same release', () => {
  test.each(releases)('%s', async (tag) => {
    await inCluster(tag, async (cluster) => {
      const echoed = await execThroughTunnel(cluster, { ...NGINX, command: ['echo', 'hello', '边缘'] });
      expect([echoed.result, text(echoed.stdout)]).toEqual([{ type: 'success' }, 'hello 边缘\n']);
      const piped = await execThroughTunnel(
        cluster,
        { ...NGINX, command: ['sh', '-c', 'cat; echo done >&2; exit 3'] },
        { bytes: Buffer.from('一twothree') },
      );
      expect(piped).toMatchObject({ result: { type: 'exited', code: 3 }, stderr: 'done\n' });
      expect(text(piped.stdout)).toBe('一twothree');
    });
  });
});

describe('exec through the tunnel of v1.6.1', () => {
  test('20 MB pass both ways unchanged', async () => {
    const bytes = randomBytes(20_000_000);
    await inCluster('v1.6.1', async (cluster) => {
      const stored = await execThroughTunnel(
        cluster,
        { ...NGINX, command: ['sh', '-c', 'cat > /tmp/big; sha256sum < /tmp/big'] },
        { bytes },
      );
      const sum = createHash('sha256').update(bytes).digest('hex');
      expect(text(stored.stdout)).toBe(`${sum}  -\n`);
      const back = await execThroughTunnel(cluster, { ...NGINX, command: ['cat', '/tmp/big'] });
      expect(back.stdout.equals(bytes)).toBe(true);
    });
    // It is 160,000 messages, which take seconds of a core.
  }, 120_000);

  test('files go in and out as kubectl cp has them, by tar', async () => {
    await inCluster('v1.6.1', async (cluster) => {
      const packed = await execThroughTunnel(cluster, {
        ...NGINX,
        command: ['sh', '-c', 'echo 边缘 > /tmp/a; tar cf - -C /tmp a'],
      });
      const unpacked = await execThroughTunnel(
        cluster,
        { ...NGINX, command: ['tar', '-xmf', '-', '-C', '/etc'] },
        { bytes: packed.stdout },
      );
      expect(unpacked).toMatchObject({ result: { type: 'success' }, stderr: '' });
      expect(text((await execThroughTunnel(cluster, { ...NGINX, command: ['cat', '/etc/a'] })).stdout)).toBe(
        '边缘\n',
      );
    });
  });

  test('a client that is killed leaves its command running, and cloudcore spinning', async () => {
    await inCluster('v1.6.1', async (cluster) => {
      const { world } = cluster;
      await execThroughTunnel(
        cluster,
        { ...NGINX, command: ['sh', '-c', 'echo up; sleep 10; echo > /tmp/late'] },
        { talk: (client, output) => output.length > 0 && client.leave() },
      );
      await world.clock.sleep(5_000);
      expect(world.trace.of('stream.spin').map(({ detail }) => detail.state)).toEqual(['begins']);
      expect(world.trace.of('dockershim.stream').map(({ detail }) => detail.state)).toEqual(['open']);
      await world.clock.sleep(10_000);
      // The end of the command ends all of it.
      expect(world.trace.of('stream.spin').map(({ detail }) => detail.state)).toEqual(['begins', 'ends']);
      expect(world.trace.of('dockershim.stream').at(-1)?.detail).toMatchObject({
        end: 'finished',
        exitCode: 0,
      });
      expect(text((await execThroughTunnel(cluster, { ...NGINX, command: ['ls', '/tmp'] })).stdout)).toBe(
        'late\n',
      );
    });
  });

  test('two commands at once do not mix', async () => {
    await inCluster('v1.6.1', async (cluster) => {
      const all = await Promise.all(
        ['a', 'b', 'c'].map((letter) =>
          execThroughTunnel(cluster, { ...NGINX, command: ['sh', '-c', `yes ${letter} | head -n 20000`] }),
        ),
      );
      expect(all.map(({ stdout }) => text(stdout))).toEqual(
        ['a\n', 'b\n', 'c\n'].map((line) => line.repeat(20_000)),
      );
    });
  });
});

test('a container with a terminal says so at the API server and at its edge', async () => {
  const change = { stdin: true, tty: true, env: { MODE: 'demo' } };
  await inCluster(
    'v1.6.1',
    async (cluster) => {
      const pod = await cluster.kubectl(['get', '--raw', `/api/v1/namespaces/default/pods/${EDGE_POD.name}`]);
      expect(JSON.parse(pod.stdout).spec.containers).toEqual([
        expect.objectContaining({ stdin: true, tty: true }),
      ]);
      const { stdout } = await cluster.curl(EDGE, 'http://127.0.0.1:10350/pods');
      expect(stdout).toContain('"env":[{"name":"MODE","value":"demo"}]');
      expect(stdout).toContain('"imagePullPolicy":"IfNotPresent","stdin":true,"tty":true}');
    },
    change,
  );
});

test('a command that is run in one world is run alike in another of the same seed', async () => {
  const hashes: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    await inCluster('v1.6.1', async (cluster) => {
      const command = ['sh', '-c', 'head -c 100000 /dev/urandom | sha256sum; sleep 1; cat'];
      const { stdout } = await execThroughTunnel(
        cluster,
        { ...NGINX, command },
        { bytes: Buffer.from('typed') },
      );
      hashes.push(`${stdout} ${cluster.world.trace.hash()}`);
    });
  }
  expect(hashes[1]).toBe(hashes[0]);
});

/** Plays `body` in the founding cluster of one release, once its tunnels are open. */
async function inCluster<T>(
  tag: string,
  body: (cluster: Cluster) => Promise<T>,
  change: Partial<ContainerDescription> = {},
): Promise<T> {
  const cell = { cloudcore: tag, edgecore: tag, docker: '20.10.24', metricsServer: 'v0.4.2' };
  const world = createMemoryWorld({ seed: 1 });
  try {
    return await world.run(async () => {
      const description = withContainer(describeFoundingCluster(cell, world.clock.now()), change);
      const cluster = world.own(await startLocalCluster(world, description));
      await world.clock.sleep(15_000);
      return body(cluster);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}

/** The containers of the first edge's nginx are changed so. */
function withContainer(
  description: ClusterDescription,
  change: Partial<ContainerDescription>,
): ClusterDescription {
  const edges = description.edges.map((edge) => ({
    ...edge,
    machine: {
      ...edge.machine,
      pods: edge.machine.pods.map((pod) =>
        pod.name === EDGE_POD.name
          ? { ...pod, containers: pod.containers.map((container) => ({ ...container, ...change })) }
          : pod,
      ),
    },
  }));
  return { ...description, edges };
}
