import { createObjectStore, type NodeStatusReport, type PodReport } from '@kubeedge-sim/cloud-sim';
import { describe, expect, it } from 'vitest';
import { registerNode, takePods } from './register-edge.ts';

const nowMs = Date.UTC(2026, 0, 1);
const status: NodeStatusReport = {
  ready: { status: 'True', reason: 'EdgeReady', message: 'edge is posting ready status' },
  kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
  containerRuntimeVersion: 'docker://18.9.1',
  internalIp: '172.18.0.3',
  hostname: 'shop',
  port: 10_350,
  osImage: 'Ubuntu 18.04.5 LTS',
  capacity: { cpu: '2', memory: '4194304Ki', pods: '110' },
};

const pod = (name: string, more: Partial<PodReport> = {}): PodReport => ({
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  labels: { app: name },
  createdAtMs: nowMs,
  startedAtMs: nowMs,
  hostNetwork: false,
  ip: '172.17.0.2',
  containers: [{ name, image: `${name}:1` }],
  ...more,
});

function shop() {
  const store = createObjectStore(() => nowMs);
  registerNode(store, 'shop', status, nowMs);
  return store;
}

describe('an edge that nobody has described', () => {
  it('becomes a Node of what it says of itself', () => {
    expect(shop().node('shop')).toMatchObject({
      metadata: { labels: { 'node-role.kubernetes.io/edge': '', 'node-role.kubernetes.io/agent': '' } },
      status: {
        addresses: [
          { type: 'InternalIP', address: '172.18.0.3' },
          { type: 'Hostname', address: 'shop' },
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10_350 } },
        nodeInfo: { osImage: 'Ubuntu 18.04.5 LTS', containerRuntimeVersion: 'docker://18.9.1' },
      },
    });
  });

  it('has the pods that it lists, with its own address where they are on its network', () => {
    const store = shop();
    takePods(store, 'shop', '172.18.0.3', [pod('web'), pod('proxy', { hostNetwork: true, ip: '' })]);
    const addresses = store.pods().map(({ metadata, spec, status: { podIP, hostIP } }) => ({
      name: metadata.name,
      node: spec.nodeName,
      podIP,
      hostIP,
    }));
    expect(addresses).toEqual([
      { name: 'proxy', node: 'shop', podIP: '172.18.0.3', hostIP: '172.18.0.3' },
      { name: 'web', node: 'shop', podIP: '172.17.0.2', hostIP: '172.18.0.3' },
    ]);
  });

  it('loses those it no longer lists, and leaves alone what has not changed and what is another’s', () => {
    const store = shop();
    takePods(store, 'till', '172.18.0.4', [pod('till')]);
    takePods(store, 'shop', '172.18.0.3', [pod('web'), pod('cache')]);
    const { resourceVersion } = store;
    takePods(store, 'shop', '172.18.0.3', [pod('web'), pod('cache')]);
    expect(store.resourceVersion).toBe(resourceVersion);
    takePods(store, 'shop', '172.18.0.5', [pod('web')]);
    expect(store.pods().map(({ metadata, status: { hostIP } }) => [metadata.name, hostIP])).toEqual([
      ['till', '172.18.0.4'],
      ['web', '172.18.0.5'],
    ]);
  });
});
