import { knownCloudcoreReleases } from '@kubeedge-sim/cloud-sim';
import { edgecoreRelease } from '@kubeedge-sim/edge-sim';
import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { describeFoundingCluster, EDGE, EDGE_POD } from '../catalog/founding-cluster.ts';
import type { Cluster } from './cluster.ts';
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

/** Plays `body` in the founding cluster of one release, once its tunnels are open. */
async function inCluster<T>(tag: string, body: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cell = { cloudcore: tag, edgecore: tag, docker: '20.10.24', metricsServer: 'v0.4.2' };
  const world = createMemoryWorld({ seed: 1 });
  try {
    return await world.run(async () => {
      const cluster = world.own(
        await startLocalCluster(world, describeFoundingCluster(cell, world.clock.now())),
      );
      await world.clock.sleep(15_000);
      return body(cluster);
    });
  } finally {
    await world[Symbol.asyncDispose]();
  }
}
