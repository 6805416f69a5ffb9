import { parseQuantity } from '@kubeedge-sim/cloud-sim';
import type { MachineDescription, PodDescription } from '@kubeedge-sim/edge-sim';
import { cloudcoreRow } from '../cluster/cloudcore-row.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import type { DumpNode, DumpPod } from './dump.ts';
import { findEngine } from './find-versions.ts';
import { internalAddress, isIPv4, type PlacedEdge, type PlacedNode, type Placement } from './place-nodes.ts';
import type { TwinVersions } from './twin-versions.ts';

const DAY_MS = 86_400_000;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
/**
 * Docker of a cloud node whose own is not Docker, or not known: every release with a Docker client agrees
 * with it.
 */
const CLOUD_DOCKER = '20.10.24';
const CORES_MAX = 1_024;
/** What no pod of the dump says about itself. */
const WORKLOAD = { shape: 'steady', cpuCores: 0.02, memoryBytes: 16 * MIB } as const;

export interface TwinOptions {
  versions: TwinVersions;
  /** The edges to build; a cluster of thousands is played one kind of edge at a time. */
  edges: readonly PlacedEdge[];
  /** Running pods built per node at most; default all. */
  podsPerNodeMax?: number;
  nowMs: number;
}

/**
 * The same cluster as a description: names, addresses, releases, engines, pods. A running pod is needed to
 * see whether pods have metrics: a node that has none gets a stand-in.
 */
export function describeTwin(placement: Placement, options: TwinOptions): ClusterDescription {
  const { versions, edges, nowMs } = options;
  const addressOf = addressBook();
  const cloud = controlPlaneOf(placement);
  const cloudName = cloud?.node.name ?? standInName(edges);
  const machine = (placed: PlacedNode | undefined): MachineDescription =>
    describeMachine(placed?.node, runningPods(placed, options.podsPerNodeMax), nowMs);
  const edgeMachine = (edge: PlacedEdge): MachineDescription => {
    const described = machine(edge);
    return described.pods.length > 0
      ? described
      : { ...described, pods: [standInPod(edge.node.name, nowMs)] };
  };
  return {
    kubernetes: /^v\d+\.\d+\.\d+/.exec(cloud?.node.kubeletVersion ?? '')?.[0] ?? 'v1.19.8',
    cloudcore: versions.cloudcore.version,
    metricsServer: {
      version: versions.metricsServer.version,
      // As the founding cluster: kubesphere/ks-installer v3.1.0 roles/metrics-server. A dump of nodes does
      // not tell.
      args: [
        '--cert-dir=/tmp',
        '--secure-port=4443',
        '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
        '--kubelet-use-node-status-port',
        '--kubelet-insecure-tls',
        '--metric-resolution=15s',
      ],
    },
    cloud: {
      name: cloudName,
      address: addressOf(cloud?.node),
      docker: cloudDocker(cloud?.node),
      machine: machine(cloud),
    },
    edges: edges.map((edge) => ({
      name: edge.node.name,
      address: addressOf(edge.node),
      edgecore: edge.edgecore,
      docker: edge.engine.version,
      machine: edgeMachine(edge),
    })),
    dnatPorts: (cloudcoreRow(versions.cloudcore.version)?.nat ?? 'manual') === 'manual' ? [10_350] : [],
  };
}

/** The cloud node that plays the control plane: a ready one with that role, or any other, or none. */
export function controlPlaneOf({ cloud }: Placement): PlacedNode | undefined {
  const isControlPlane = ({ node }: PlacedNode) =>
    node.roles.includes('control-plane') || node.roles.includes('master');
  const ready = cloud.filter(({ node }) => node.ready === 'True');
  return ready.find(isControlPlane) ?? cloud.find(isControlPlane) ?? ready[0] ?? cloud[0];
}

/** Gives every node its InternalIP, or a stand-in where that is none or taken (RFC 2544's 198.18.0.0/15). */
function addressBook(): (node: DumpNode | undefined) => string {
  const taken = new Set<string>();
  let next = 0;
  const standIn = () => {
    next++;
    return `198.${18 + (next >> 16)}.${(next >> 8) & 255}.${next & 255}`;
  };
  return (node) => {
    let address = (node && internalAddress(node)) ?? '';
    while (!isIPv4(address) || /^(0|127|22[4-9]|2[345]\d)\./.test(address) || taken.has(address))
      address = standIn();
    taken.add(address);
    return address;
  };
}

function standInName(edges: readonly PlacedEdge[]): string {
  const names = new Set(edges.map(({ node }) => node.name));
  let name = 'cloud-stand-in';
  while (names.has(name)) name += '-0';
  return name;
}

/** The Docker that is played on a cloud node: its own where that is known. */
export function cloudDocker(node: DumpNode | undefined): string {
  const found = findEngine(node?.containerRuntimeVersion ?? '');
  return 'unknown' in found ? CLOUD_DOCKER : found.profile.version;
}

/** Pods that have containers now: only these can have metrics. */
export const isRunning = (pod: DumpPod) => pod.phase === 'Running';

function runningPods(placed: PlacedNode | undefined, max = Number.POSITIVE_INFINITY): readonly DumpPod[] {
  return (placed?.pods ?? []).filter(isRunning).slice(0, max);
}

function standInPod(node: string, nowMs: number): PodDescription {
  const containers = [{ name: 'app', image: 'busybox:1.32' }];
  const name = `stand-in-on-${node}`;
  const pod = { namespace: 'default', name, labels: {}, phase: 'Running', hostNetwork: false, containers };
  return describePod(pod, 0, nowMs);
}

function describeMachine(
  node: DumpNode | undefined,
  pods: readonly DumpPod[],
  nowMs: number,
): MachineDescription {
  const memory = quantity(node?.memory);
  return {
    cores: Math.min(quantity(node?.cpu) ?? 2, CORES_MAX),
    memoryBytes: memory !== undefined && memory >= 64 * MIB ? memory : 4 * GIB,
    kernelVersion: node?.kernelVersion ?? '4.15.0-142-generic',
    osImage: node?.osImage ?? 'Ubuntu 18.04.5 LTS',
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
    pods: pods.map((pod, index) => describePod(pod, index, nowMs)),
  };
}

function describePod(pod: DumpPod, index: number, nowMs: number): PodDescription {
  const standIn = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  return {
    namespace: pod.namespace,
    name: pod.name,
    // It becomes the name of a cgroup.
    uid: pod.uid !== undefined && /^[0-9a-f-]{8,64}$/.test(pod.uid) ? pod.uid : standIn,
    labels: pod.labels,
    createdAtMs: nowMs - 2 * DAY_MS,
    startedAtMs: nowMs - 2 * DAY_MS + 9_000,
    hostNetwork: pod.hostNetwork,
    ip: pod.hostNetwork ? '' : (pod.podIP ?? `172.17.0.${2 + (index % 250)}`),
    containers: pod.containers.map((container) => ({ ...container, workload: WORKLOAD })),
  };
}

/** A quantity text as a number; undefined for none and for what no machine has. */
function quantity(text: string | undefined): number | undefined {
  // An exponent could ask for a number of any length.
  const value =
    text === undefined || !/^[\d.]{1,20}[a-zA-Z]{0,2}$/.test(text) ? undefined : parseQuantity(text);
  const number = value === undefined ? 0 : Number(value / 1_000_000_000n);
  return number > 0 && number < 2 ** 50 ? number : undefined;
}
