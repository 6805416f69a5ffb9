import { createObjectStore } from '@kubeedge-sim/cloud-sim';
import { describe, expect, it } from 'vitest';
import { edgeObjectsIn } from './edge-objects.ts';

const notReady = { status: 'False', reason: 'KubeletNotReady', message: 'no network plugin' } as const;

function shop() {
  let nowMs = Date.UTC(2026, 0, 1);
  const now = () => nowMs;
  const store = createObjectStore(now);
  const objects = edgeObjectsIn(store, undefined, now);
  const capacity = { cpu: '2', memory: '4Gi', pods: '110' };
  objects.createNode('shop', { internalIp: '10.0.0.7', capacity, ready: notReady });
  nowMs += 10_000;
  const ready = () => store.node('shop')?.status.conditions.find(({ type }) => type === 'Ready');
  return { store, objects, ready };
}

describe('what edgecontroller writes', () => {
  it('is the Node as it registers, with its capacity', () => {
    const { store } = shop();
    expect(store.node('shop')?.status).toMatchObject({
      capacity: { cpu: '2', memory: '4Gi' },
      conditions: [{ type: 'Ready', status: 'False' }],
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    });
  });

  it('leaves the condition as it is where a patch or a lease says nothing of it', () => {
    const { objects, ready } = shop();
    objects.updateNode('shop', { ready: notReady });
    expect(objects.updateNode('shop', { patch: true })).toBe(true);
    objects.renewLease('shop');
    expect(ready()).toMatchObject({
      ...notReady,
      lastHeartbeatTime: '2026-01-01T00:00:10Z',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
    objects.updateNode('shop', { ready: { status: 'True', reason: 'KubeletReady', message: 'ready' } });
    expect(ready()).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  });

  it('is a pod’s status, of a pod that there is', () => {
    const { store, objects } = shop();
    objects.takePods('shop', [
      {
        namespace: 'default',
        name: 'web',
        uid: 'uid',
        labels: {},
        createdAtMs: 0,
        startedAtMs: 0,
        hostNetwork: false,
        ip: '172.17.0.2',
        containers: [{ name: 'main', image: 'nginx:1' }],
      },
    ]);
    const containers = [{ name: 'main', ready: false, restartCount: 3 }];
    const status = { phase: 'Running', podIP: '172.17.0.9', containers } as const;
    expect(objects.updatePodStatus('default', 'web', status)).toBe(true);
    expect(store.pod('default', 'web')?.status).toMatchObject({
      podIP: '172.17.0.9',
      podIPs: [{ ip: '172.17.0.9' }],
      containerStatuses: [{ name: 'main', image: 'nginx:1', ready: false, restartCount: 3 }],
    });
    expect(objects.updatePodStatus('default', 'other', status)).toBe(false);
    expect(objects.podsOf('shop').map(({ metadata }) => metadata.name)).toEqual(['web']);
  });
});
