// kube-apiserver's face with as many objects as it is told.
import {
  ADMIN,
  createObjectStore,
  type KubeApiserver,
  type Pod,
  simToken,
  startKubeApiserver,
} from '@kubeedge-sim/cloud-sim';
import { createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { serveCalls } from '../process.ts';

export interface FaceStarted {
  host: string;
  port: number;
  token: string;
  tls: { cert: string; key: string };
  fillSeconds: number;
}

const UPDATES_AT_ONCE = 100;
let world: World | undefined;
let apiserver: KubeApiserver | undefined;

serveCalls(
  {
    async start({ nodes, pods }: { nodes: number; pods: number }): Promise<FaceStarted> {
      world = await createLoopbackWorld();
      const master = world.net.host({ name: 'master', address: '10.0.0.2' });
      const authority = await world.net.authority({ commonName: 'kubernetes' });
      const certificate = await authority.issue({
        commonName: 'kube-apiserver',
        ipAddresses: [master.address],
      });
      const { clock } = world;
      const store = createObjectStore(() => clock.now());
      const startedMs = performance.now();
      store.describe(clusterOf(nodes, pods, clock.now()));
      const fillSeconds = (performance.now() - startedMs) / 1_000;
      apiserver = world.own(await startKubeApiserver(world, master, { certificate, store }));
      return {
        host: master.address,
        port: apiserver.endpoint.port,
        token: simToken(world, ADMIN),
        tls: { cert: certificate.pem ?? '', key: certificate.keyPem ?? '' },
        fillSeconds,
      };
    },
    /** Updates pods, a hundred between two turns of the event loop, as far as watches keep up. */
    async update(count: number): Promise<void> {
      const { store } = apiserver as KubeApiserver;
      const pods = store.pods('default').slice(0, UPDATES_AT_ONCE);
      for (let done = 0; done < count; done++) {
        const pod = pods[done % pods.length] as Pod;
        const annotations = { update: String(done).padStart(6, '0') };
        store.put({ ...pod, metadata: { ...pod.metadata, annotations } });
        if (done % UPDATES_AT_ONCE === UPDATES_AT_ONCE - 1) await new Promise(setImmediate);
      }
    },
    collect: () => globalThis.gc?.(),
    heapBytes: () => process.memoryUsage().heapUsed,
  },
  async () => world?.[Symbol.asyncDispose](),
);

function clusterOf(nodes: number, pods: number, nowMs: number) {
  const nodeName = (at: number) => `node-${String(at).padStart(5, '0')}`;
  return {
    nodes: Array.from({ length: nodes }, (_, at) => ({
      name: nodeName(at),
      address: `10.${66 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`,
      roles: ['agent', 'edge'],
      kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
      containerRuntimeVersion: 'docker://18.9.1',
      kubeletPort: 10_350,
      createdAtMs: nowMs,
    })),
    pods: Array.from({ length: pods }, (_, at) => ({
      namespace: 'default',
      name: `pod-${String(at).padStart(6, '0')}`,
      nodeName: nodeName(at % nodes),
      createdAtMs: nowMs,
      containers: ['nginx'],
      labels: { app: 'nginx' },
      podIP: `172.17.${(at >> 8) & 255}.${at & 255}`,
    })),
  };
}
