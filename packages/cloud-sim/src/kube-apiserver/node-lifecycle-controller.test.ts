import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { expect, it } from 'vitest';
import { edgeNode, masterNode } from './cluster.test-support.ts';
import { startNodeHeartbeats, startNodeLifecycleController } from './node-lifecycle-controller.ts';
import { createObjectStore } from './object-store.ts';

it('marks a silent node Unknown after 40 s, and its next heartbeat Ready again', async () => {
  const world = createMemoryWorld();
  const host = world.net.host({ name: 'master', address: '10.0.0.2' });
  const startMs = world.clock.now();
  const store = createObjectStore(() => world.clock.now());
  await world.run(async () => {
    store.describe({ nodes: [masterNode(startMs), edgeNode(startMs)] });
    world.own(startNodeHeartbeats(world, { store, nodeNames: ['master'] }));
    world.own(startNodeLifecycleController(world, host, { store }));
    const ready = (name: string) => store.node(name)?.status.conditions.find(({ type }) => type === 'Ready');
    await world.clock.sleep(12_000);
    store.heartbeat('edge-node-1', { containerRuntimeVersion: 'docker://20.10.24', kubeletPort: 10351 });
    // Seen at the check after 15 s, so 40 s are over at the check after 60 s.
    await world.clock.sleep(47_000);
    expect(ready('edge-node-1')?.status).toBe('True');
    await world.clock.sleep(2_000);
    expect(ready('edge-node-1')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastHeartbeatTime: '2021-06-10T08:00:12Z',
      lastTransitionTime: '2021-06-10T08:01:00Z',
    });
    expect(ready('master')?.status).toBe('True');
    store.heartbeat('edge-node-1');
    expect(store.node('edge-node-1')?.status).toMatchObject({
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2021-06-10T08:01:01Z' }],
      nodeInfo: { containerRuntimeVersion: 'docker://20.10.24' },
      daemonEndpoints: { kubeletEndpoint: { Port: 10351 } },
    });
  });
  expect(world.trace.of('node.ready').map(({ detail }) => `${detail.node} ${detail.status}`)).toEqual([
    'edge-node-1 True',
    'master True',
    'edge-node-1 Unknown',
    'edge-node-1 True',
  ]);
  await world[Symbol.asyncDispose]();
});
