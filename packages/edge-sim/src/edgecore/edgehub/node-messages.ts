import type { PodDescription } from '../../machine/description.ts';

/** A pod as a node that registers itself describes it to the cloud. Times in milliseconds since the epoch. */
export interface PodReport {
  namespace: string;
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  startedAtMs: number;
  hostNetwork: boolean;
  /** Empty on the host's network. */
  ip: string;
  containers: readonly { name: string; image: string }[];
}

/** A core/v1 Taint. */
export interface NodeTaint {
  key: string;
  effect: string;
}

/** What a node says of itself, in the words of the Node object's status. */
export interface NodeReport {
  /** False when the container runtime does not answer. */
  ready: boolean;
  kubeletVersion: string;
  containerRuntimeVersion: string;
  kernelVersion: string;
  osImage: string;
  machineId: string;
  bootId: string;
  internalIp: string;
  hostname: string;
  /** Said once, when the Node is registered. */
  taints?: readonly NodeTaint[];
  /** Port of the kubelet endpoint; a patch may leave it out. */
  port?: number;
  /** Whether this is the embedded kubelet's patch of its Node instead of a whole status. */
  patch: boolean;
  /** Whether that patch is sent in base64 instead of as text. */
  patchInBase64?: boolean;
  cpu: string;
  memory: string;
  pods: string;
}

/** The Node as edged asks for it. kubeedge v1.6.1 edge/pkg/edged/edged_status.go initialNode */
export function initialNode(report: NodeReport) {
  return {
    metadata: {
      // The embedded kubelet names its Node; before, its name is in the message's resource only.
      ...(report.patch && { name: report.hostname }),
      creationTimestamp: null,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': report.hostname,
        'kubernetes.io/os': 'linux',
        'node-role.kubernetes.io/agent': '',
        'node-role.kubernetes.io/edge': '',
      },
    },
    spec: report.taints === undefined ? {} : { taints: report.taints },
    status: {
      ...resourcesOf(report),
      addresses: addressesOf(report),
      daemonEndpoints: { kubeletEndpoint: { Port: report.patch ? (report.port ?? 0) : 0 } },
      nodeInfo: nodeInfoOf(report),
    },
  };
}

/** edged's own UID, the same on every node. kubeedge v1.6.1 edge/pkg/edged/edged.go newEdged */
const EDGED_UID = '38796d14-1df3-11e8-8e5a-286ed488f209';

/** kubeedge v1.6.1 edge/pkg/edged/edged_status.go getNodeStatusRequest */
export function nodeStatusRequest(report: NodeReport, nowMs: number) {
  return {
    UID: EDGED_UID,
    Status: {
      ...resourcesOf(report),
      phase: 'Running',
      conditions: [readyCondition(report, nowMs)],
      addresses: addressesOf(report),
      daemonEndpoints: { kubeletEndpoint: { Port: report.port ?? 0 } },
      nodeInfo: nodeInfoOf(report),
    },
    ExtendResources: null,
  };
}

/**
 * What the embedded kubelet patches, as text; v1.12.0 sends Go's bytes, which are base64 in JSON.
 * kubeedge v1.12.0, v1.12.1 edge/pkg/metamanager/client/node.go Patch
 */
export function nodePatch(report: NodeReport, nowMs: number): string {
  const status = {
    ...resourcesOf(report),
    conditions: [readyCondition(report, nowMs)],
    addresses: addressesOf(report),
    ...(report.port !== undefined && { daemonEndpoints: { kubeletEndpoint: { Port: report.port } } }),
    nodeInfo: nodeInfoOf(report),
  };
  const text = JSON.stringify({ status });
  return report.patchInBase64 === true ? Buffer.from(text).toString('base64') : text;
}

function resourcesOf({ cpu, memory, pods }: NodeReport) {
  return { capacity: { cpu, memory, pods }, allocatable: { cpu, memory, pods } };
}

function addressesOf({ internalIp, hostname }: NodeReport) {
  return [
    { type: 'InternalIP', address: internalIp },
    { type: 'Hostname', address: hostname },
  ];
}

function nodeInfoOf(report: NodeReport) {
  const { machineId, bootId, kernelVersion, osImage, containerRuntimeVersion, kubeletVersion } = report;
  return {
    // kubeedge v1.6.2 edge/pkg/edged/edged_status.go getNodeInfo leaves them out; the embedded kubelet does not.
    machineID: report.patch ? machineId : '',
    systemUUID: report.patch ? machineId : '',
    bootID: report.patch ? bootId : '',
    kernelVersion,
    osImage,
    containerRuntimeVersion,
    kubeletVersion,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  };
}

// kubeedge v1.6.1 edge/pkg/edged/edged_status.go setNodeReadyCondition: each status is the first of its request, so that
// the transition is always now.
function readyCondition({ ready }: NodeReport, nowMs: number) {
  const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: ready ? 'EdgeReady' : 'EdgeNotReady',
    message: ready ? 'edge is posting ready status' : 'edge is not ready',
  };
}

/** What a node that nobody has described says of a pod that it runs. */
export function podReport(pod: PodDescription): PodReport {
  const { namespace, name, uid, labels = {}, createdAtMs, startedAtMs, hostNetwork = false, ip } = pod;
  const containers = pod.containers.map(({ name: container, image }) => ({ name: container, image }));
  return { namespace, name, uid, labels, createdAtMs, startedAtMs, hostNetwork, ip, containers };
}
