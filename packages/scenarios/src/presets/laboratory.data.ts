import type { PodFile } from '../cluster-file/cluster-file.ts';

type Pods = Readonly<Record<string, PodFile>>;

/**
 * The three pods that every edge of the laboratory has: best effort, burstable with two containers, guaranteed on the
 * host's network. Two days old: kubectl's messages depend on a pod's age. Each site has a namespace of its own, which is
 * what `kubectl top pod -n` is asked for.
 */
export const laboratoryPods = (edge: number): Pods => {
  const uid = (pod: number) => `0f9a2c1e-${pod}${pod}${pod}${pod}-4000-8000-00000000000${edge}`;
  const suffix = edge === 1 ? '' : `-${edge}`;
  return {
    [`default/nginx-7848d4b86f-x2wqz${suffix}`]: {
      uid: uid(1),
      labels: { app: 'nginx' },
      ip: '172.17.0.2',
      containers: [
        {
          name: 'nginx',
          image: 'nginx:1.19',
          workload: { cpu: '28m', memory: '9Mi' },
          log: {
            every: '15s',
            text: '172.17.0.1 - - "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.19" {n}',
          },
        },
      ],
    },
    [`${edge === 1 ? 'factory' : 'warehouse'}/sensor-agent${suffix}`]: {
      uid: uid(2),
      labels: { app: 'sensor-agent' },
      ip: '172.17.0.3',
      containers: [
        {
          name: 'app',
          image: 'factory/sensor-agent:2.3',
          requests: { cpu: '50m', memory: '32Mi' },
          limits: { memory: '64Mi' },
          workload: { shape: 'burst', cpu: '120m', memory: '21Mi' },
          log: {
            shape: 'burst',
            every: '30s',
            lines: 5,
            text: '第{n}次采样：炉温 🔥 正常，振动传感器 ✅ 在线，数据已写入边缘缓存，等待云端同步……'.repeat(
              3,
            ),
          },
        },
        {
          name: 'sidecar',
          image: 'busybox:1.32',
          workload: { shape: 'idle', cpu: '0', memory: '200Ki' },
        },
      ],
    },
    [`kube-system/edge-proxy${suffix}`]: {
      uid: uid(3),
      labels: { app: 'edge-proxy' },
      hostNetwork: true,
      containers: [
        {
          name: 'proxy',
          image: 'kubeedge/edge-proxy:1.0',
          requests: { cpu: '100m', memory: '48Mi' },
          limits: { cpu: '100m', memory: '48Mi' },
          workload: { shape: 'ramp', cpu: '40m', memory: '18Mi' },
          log: {
            shape: 'multi-line',
            every: '1h',
            stream: 'stderr',
            text: 'W upstream {n} timed out, retrying\n  at dial (proxy.go:88)\n  at serve (proxy.go:41)',
          },
          // Once restarted, on the day before yesterday.
          previous: { startedAgo: '3d', finishedAgo: '1d23h59m52s', exitCode: 1 },
        },
      ],
    },
  };
};

export const laboratoryCloudPods: Pods = {
  'kube-system/coredns-867b49865c-5vqxz': {
    uid: '5d1b7f70-1111-4000-8000-000000000001',
    labels: { 'k8s-app': 'kube-dns' },
    age: '20d',
    startedAfter: '4s',
    ip: '10.233.64.3',
    containers: [
      {
        name: 'coredns',
        image: 'coredns/coredns:1.6.9',
        requests: { cpu: '100m', memory: '70Mi' },
        limits: { memory: '170Mi' },
        workload: { cpu: '6m', memory: '24Mi' },
        log: {
          every: '10m',
          text: '[INFO] 10.233.64.1:40211 - {n} "A IN cloudcore.kubeedge. udp 41 false 512" NOERROR',
        },
      },
    ],
  },
};

/** Two edges alike but for their Docker, which the one under study has from `docker`. */
export const laboratoryEdges = (docker: string) => ({
  'edge-node-1': { address: '10.66.0.11', docker, pods: laboratoryPods(1) },
  'edge-node-2': { address: '10.66.0.12', docker: '20.10.24', pods: laboratoryPods(2) },
});
