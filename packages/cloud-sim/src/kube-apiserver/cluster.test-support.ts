// Test support only: not exported from index.ts.
import { createHttpServer, type Host, listenHttp, type World } from '@kubeedge-sim/sim-kit';
import type { ClusterDescription, NodeDescription, PodDescription } from './describe-cluster.ts';

const dayMs = 86_400_000;

export const masterNode = (nowMs: number, address = '10.0.0.2'): NodeDescription => ({
  name: 'master',
  address,
  roles: ['master', 'worker'],
  kubeletVersion: 'v1.19.8',
  containerRuntimeVersion: 'docker://20.10.6',
  createdAtMs: nowMs - 30 * dayMs,
});

export const edgeNode = (nowMs: number, address = '10.66.0.11'): NodeDescription => ({
  name: 'edge-node-1',
  address,
  roles: ['agent', 'edge'],
  kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
  containerRuntimeVersion: 'docker://18.9.1',
  kubeletPort: 10350,
  createdAtMs: nowMs - 2 * dayMs,
});

export const edgePod = (nowMs: number, rest: Partial<PodDescription> = {}): PodDescription => ({
  namespace: 'default',
  name: 'nginx-1',
  nodeName: 'edge-node-1',
  createdAtMs: nowMs - 840_000,
  containers: ['nginx'],
  podIP: '172.17.0.2',
  hostIP: '10.66.0.11',
  labels: { app: 'nginx' },
  ...rest,
});

export const smallCluster = (nowMs: number): ClusterDescription => ({
  nodes: [masterNode(nowMs), edgeNode(nowMs)],
  pods: [edgePod(nowMs)],
});

/** A kubelet, or a stream server, that answers every request with the same; its requests are collected. */
export async function startFakeKubelet(
  world: World,
  host: Host,
  answer: { port: number; status?: number; body: () => string },
): Promise<{ url: string; headers: Record<string, unknown> }[]> {
  const seen: { url: string; headers: Record<string, unknown> }[] = [];
  const server = createHttpServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
    response.end(answer.body());
  });
  const authority = await world.net.authority({ commonName: 'stream' });
  const certificate = await authority.issue({ commonName: 'stream', ipAddresses: [host.address] });
  const tls = { certificate, clientAuth: 'request' } as const;
  world.own(await listenHttp(host, { port: answer.port }, { tls, component: 'fake-kubelet' }, server));
  return seen;
}
