import { edgecoreRelease, type MachineDescription, type PodDescription } from '@kubeedge-sim/edge-sim';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import type { Cell } from '../scenario.ts';

/** The edge under study, and the healthy one beside it. */
export const EDGE = 'edge-node-1';
export const CONTROL_EDGE = 'edge-node-2';
export const CLOUD_NODE = 'master-1';
export const CLOUD_ADDRESS = '192.168.0.139';
/** The pod of the report. */
export const EDGE_POD = { namespace: 'default', name: 'nginx-7848d4b86f-x2wqz' };
/** A namespace that has pods on the edge under study only. */
export const EDGE_NAMESPACE = 'factory';
export const CLOUD_POD = { namespace: 'kube-system', name: 'coredns-867b49865c-5vqxz' };

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Docker of the control edge and of the cloud node: one that every release with a Docker client agrees with. */
export const CONTROL_DOCKER = '20.10.24';
/** edgecore of the control edge where the cell's own could not be scraped however healthy. */
const CONTROL_EDGECORE = 'v1.6.2';

/**
 * kubesphere/ks-installer v3.1.0 roles/metrics-server, with a shorter resolution so that a real-time run is short.
 */
export const METRICS_SERVER_ARGS: readonly string[] = [
  '--cert-dir=/tmp',
  '--secure-port=4443',
  '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  '--kubelet-use-node-status-port',
  '--kubelet-insecure-tls',
  '--metric-resolution=15s',
];

const ADDRESSES: Readonly<Record<string, string>> = { [EDGE]: '10.66.0.11', [CONTROL_EDGE]: '10.66.0.12' };

/** The address of an edge's host. @throws RangeError */
export function addressOfEdge(name: string): string {
  const address = ADDRESSES[name];
  if (address !== undefined) return address;
  const known = Object.keys(ADDRESSES).join(', ');
  throw new RangeError(`Looked for the edge ${name}, found only ${known}. Use one of these names.`);
}

/** The report's cluster with the cell's versions: a master with all cloud components and two edges that differ in Docker. */
export function describeFoundingCluster(cell: Cell, nowMs: number): ClusterDescription {
  const canBeScraped = edgecoreRelease(cell.edgecore).edgestream?.metrics != null;
  return {
    kubernetes: 'v1.19.8',
    cloudcore: cell.cloudcore,
    metricsServer: {
      version: cell.metricsServer,
      args: METRICS_SERVER_ARGS,
    },
    cloud: {
      name: CLOUD_NODE,
      address: CLOUD_ADDRESS,
      docker: CONTROL_DOCKER,
      machine: machine(nowMs, {
        cores: 4,
        memoryBytes: 8 * GIB,
        osImage: 'CentOS Linux 7 (Core)',
        pods: cloudPods(nowMs),
      }),
    },
    edges: [
      {
        name: EDGE,
        address: addressOfEdge(EDGE),
        edgecore: cell.edgecore,
        docker: cell.docker,
        machine: machine(nowMs, { pods: edgePods(nowMs, 1) }),
      },
      {
        name: CONTROL_EDGE,
        address: addressOfEdge(CONTROL_EDGE),
        edgecore: canBeScraped ? cell.edgecore : CONTROL_EDGECORE,
        docker: CONTROL_DOCKER,
        machine: machine(nowMs, { pods: edgePods(nowMs, 2) }),
      },
    ],
    // From v1.8 on cloudcore keeps the rules itself; until then they are set up by hand, as its guide says.
    dnatPorts: (cloudcoreRow(cell.cloudcore)?.nat ?? 'manual') === 'manual' ? [10_350] : [],
  };
}

type MachinePart = Pick<MachineDescription, 'pods'> & Partial<MachineDescription>;

/** A machine that is 30 days up; an edge box unless `part` says otherwise. */
export function machine(nowMs: number, part: MachinePart): MachineDescription {
  return {
    cores: 2,
    memoryBytes: 4 * GIB,
    kernelVersion: '4.15.0-142-generic',
    osImage: 'Ubuntu 18.04.5 LTS',
    bootedAtMs: nowMs - 30 * DAY_MS,
    disk: {
      device: '/dev/sda1',
      capacityBytes: 40 * GIB,
      usedBytes: 11 * GIB,
      inodes: 2_621_440,
      inodesUsed: 312_004,
    },
    networkInterface: 'eth0',
    systemWorkload: { shape: 'steady', cpuCores: 0.11, memoryBytes: 640 * MIB },
    ...part,
  };
}

/**
 * The three pods of the laboratory: best effort, burstable with two containers, guaranteed on the host's network. Two
 * days old: kubectl's messages depend on a pod's age.
 */
export function edgePods(nowMs: number, edge: number): PodDescription[] {
  const started = { createdAtMs: nowMs - 2 * DAY_MS, startedAtMs: nowMs - 2 * DAY_MS + 9_000 };
  const uid = (pod: number) => `0f9a2c1e-${pod}${pod}${pod}${pod}-4000-8000-00000000000${edge}`;
  const suffix = edge === 1 ? '' : `-${edge}`;
  return [
    {
      ...started,
      ...EDGE_POD,
      name: `${EDGE_POD.name}${suffix}`,
      uid: uid(1),
      labels: { app: 'nginx' },
      ip: '172.17.0.2',
      containers: [
        {
          name: 'nginx',
          image: 'nginx:1.19',
          workload: { shape: 'steady', cpuCores: 0.028, memoryBytes: 9 * MIB },
          log: {
            shape: 'steady',
            everyMs: 15_000,
            text: '172.17.0.1 - - "GET /healthz HTTP/1.1" 200 2 "-" "kube-probe/1.19" {n}',
          },
        },
      ],
    },
    {
      ...started,
      // Each site has a namespace of its own: this is what `kubectl top pod -n` is asked for.
      namespace: edge === 1 ? EDGE_NAMESPACE : 'warehouse',
      name: `sensor-agent${suffix}`,
      uid: uid(2),
      labels: { app: 'sensor-agent' },
      ip: '172.17.0.3',
      containers: [
        {
          name: 'app',
          image: 'factory/sensor-agent:2.3',
          cpuRequestMilli: 50,
          memoryRequestBytes: 32 * MIB,
          memoryLimitBytes: 64 * MIB,
          workload: { shape: 'burst', cpuCores: 0.12, memoryBytes: 21 * MIB },
          log: {
            shape: 'burst',
            everyMs: 30_000,
            lines: 5,
            text: '第{n}次采样：炉温 🔥 正常，振动传感器 ✅ 在线，数据已写入边缘缓存，等待云端同步……'.repeat(
              3,
            ),
          },
        },
        {
          name: 'sidecar',
          image: 'busybox:1.32',
          workload: { shape: 'idle', cpuCores: 0, memoryBytes: 204_800 },
        },
      ],
    },
    {
      ...started,
      namespace: 'kube-system',
      name: `edge-proxy${suffix}`,
      uid: uid(3),
      labels: { app: 'edge-proxy' },
      hostNetwork: true,
      ip: '',
      containers: [
        {
          name: 'proxy',
          image: 'kubeedge/edge-proxy:1.0',
          cpuLimitMilli: 100,
          cpuRequestMilli: 100,
          memoryLimitBytes: 48 * MIB,
          memoryRequestBytes: 48 * MIB,
          workload: { shape: 'ramp', cpuCores: 0.04, memoryBytes: 18 * MIB },
          log: {
            shape: 'multi-line',
            everyMs: 3_600_000,
            stream: 'stderr',
            text: 'W upstream {n} timed out, retrying\n  at dial (proxy.go:88)\n  at serve (proxy.go:41)',
          },
          // Once restarted, on the day before yesterday.
          previous: {
            startedAtMs: nowMs - 3 * DAY_MS,
            finishedAtMs: nowMs - 2 * DAY_MS + 8_000,
            exitCode: 1,
          },
        },
      ],
    },
  ];
}

function cloudPods(nowMs: number): PodDescription[] {
  return [
    {
      ...CLOUD_POD,
      uid: '5d1b7f70-1111-4000-8000-000000000001',
      labels: { 'k8s-app': 'kube-dns' },
      createdAtMs: nowMs - 20 * DAY_MS,
      startedAtMs: nowMs - 20 * DAY_MS + 4_000,
      ip: '10.233.64.3',
      containers: [
        {
          name: 'coredns',
          image: 'coredns/coredns:1.6.9',
          cpuRequestMilli: 100,
          memoryRequestBytes: 70 * MIB,
          memoryLimitBytes: 170 * MIB,
          workload: { shape: 'steady', cpuCores: 0.006, memoryBytes: 24 * MIB },
          log: {
            shape: 'steady',
            everyMs: 600_000,
            text: '[INFO] 10.233.64.1:40211 - {n} "A IN cloudcore.kubeedge. udp 41 false 512" NOERROR',
          },
        },
      ],
    },
  ];
}
