import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { expect, test } from 'vitest';
import { describeFoundingCluster, EDGE, EDGE_POD } from '../catalog/founding-cluster.ts';
import { startLocalCluster } from './local-cluster.ts';

// The Host header of an exec is the client's from Kubernetes 1.22 on, and cloudcore looks for a session of that name until
// v1.10.0 asks for the pod's node: kubeedge v1.9.0, v1.10.0 cloud/pkg/cloudstream/streamserver.go getExec.
test.each([
  ['v1.21.14', 'v1.6.1', 'hello\n', ''],
  ['v1.22.0', 'v1.6.1', '', 'error: unable to upgrade connection: \n'],
  ['v1.22.0', 'v1.9.5', '', 'error: unable to upgrade connection: \n'],
  ['v1.22.0', 'v1.10.0', 'hello\n', ''],
  ['v1.32.4', 'v1.13.5', 'hello\n', ''],
])(
  'Kubernetes %s and KubeEdge %s: kubectl exec prints %j and %j',
  async (kubernetes, release, stdout, stderr) => {
    const world = createMemoryWorld();
    await world.run(async () => {
      const cell = { cloudcore: release, edgecore: release, docker: '20.10.24', metricsServer: 'v0.4.2' };
      const description = { ...describeFoundingCluster(cell, world.clock.now()), kubernetes };
      const cluster = world.own(await startLocalCluster(world, description));
      const isOpen = () => world.trace.of('tunnel.session').some(({ detail }) => detail.hostname === EDGE);
      expect(await cluster.until('its tunnel', isOpen, 60_000)).toBe(true);
      const result = await cluster.kubectl(['exec', EDGE_POD.name, '--', 'echo', 'hello']);
      expect(result).toEqual({ stdout, stderr, exitCode: stderr === '' ? 0 : 1 });
      expect((await cluster.kubectl(['logs', EDGE_POD.name, '--tail=1'])).exitCode).toBe(0);
    });
    await world[Symbol.asyncDispose]();
  },
);
