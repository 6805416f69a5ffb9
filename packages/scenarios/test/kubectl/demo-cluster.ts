// Test support, shared by the tests here.
import { readFileSync } from 'node:fs';
import {
  type KubeApiserver,
  type MetricsServer,
  type PodDescription,
  startKubeApiserver,
  startMetricsServer,
} from '@kubeedge-sim/cloud-sim';
import { createHttpServer, listenHttp, type World } from '@kubeedge-sim/sim-kit';

const dayMs = 86_400_000;

export interface DemoCluster {
  apiserver: KubeApiserver;
  metricsServer: MetricsServer;
  /** Of the authority behind the apiserver's certificate; on loopback only. */
  authorityPem: string | undefined;
}

export const demoPods = (createdAtMs: number): PodDescription[] => {
  const pod = { nodeName: 'edge-node-1', createdAtMs, hostIP: '10.66.0.11' };
  return [
    {
      ...pod,
      namespace: 'default',
      name: 'nginx-1',
      containers: ['nginx'],
      podIP: '172.17.0.2',
      labels: { app: 'nginx' },
    },
    {
      ...pod,
      namespace: 'factory',
      name: 'sensor-agent',
      containers: ['app', 'sidecar'],
      podIP: '172.17.0.3',
    },
  ];
};

/**
 * A cloud node with kube-apiserver and metrics-server, and an edge node whose port 10350 answers every
 * request with a recorded Summary. The cloud node has no kubelet.
 */
export async function startDemoCluster(
  world: World,
  options: { summary?: string; pods?: PodDescription[] } = {},
): Promise<DemoCluster> {
  const nowMs = world.clock.now();
  const master = world.net.host({ name: 'master', address: '10.0.0.2' });
  const edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: [master.address] });

  const file = `summary-cpumem-docker-${options.summary ?? '20.10-v1.6.1'}.json`;
  const body = readFileSync(new URL(`../../../cloud-sim/fixtures/metrics-server/${file}`, import.meta.url));
  const kubelet = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  });
  const tls = { certificate, clientAuth: 'none' } as const;
  world.own(await listenHttp(edge, { port: 10350 }, { tls, component: 'fake-kubelet' }, kubelet));

  const metricsEndpoint = { address: master.address, port: 4443 };
  const apiserver = world.own(
    await startKubeApiserver(world, master, {
      certificate,
      apiServices: [{ group: 'metrics.k8s.io', version: 'v1beta1', endpoint: metricsEndpoint }],
      cluster: {
        nodes: [
          {
            name: 'master',
            address: master.address,
            roles: ['master', 'worker'],
            kubeletVersion: 'v1.19.8',
            containerRuntimeVersion: 'docker://20.10.6',
            createdAtMs: nowMs - 30 * dayMs,
          },
          {
            name: 'edge-node-1',
            address: edge.address,
            roles: ['agent', 'edge'],
            kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
            containerRuntimeVersion: 'docker://18.9.1',
            kubeletPort: 10350,
            createdAtMs: nowMs - 2 * dayMs,
          },
        ],
        pods: options.pods ?? demoPods(nowMs - 840_000),
      },
    }),
  );
  const metricsServer = world.own(
    await startMetricsServer(world, master, { certificate, apiserver: apiserver.endpoint }),
  );
  return { apiserver, metricsServer, authorityPem: authority.certificate.pem };
}
