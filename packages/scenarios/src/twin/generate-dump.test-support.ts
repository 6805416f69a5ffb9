// Test support: a cluster of any size as kubectl prints it, the same for the same seed.
import { createRng } from '@kubeedge-sim/sim-kit';
import type { Verdict } from './predict.ts';

/** A kind of node, and what is to be said of it. `cloud` and `unplaced` are no edges. */
interface NodeKind {
  kubeletVersion?: string;
  runtime?: string;
  role?: 'edge' | 'master' | 'worker';
  ready?: 'False' | 'Unknown';
  expected: Verdict | 'cloud' | 'unplaced';
}

/** Facts about the real releases, not about this code: see the matrix test beside the founding scenario. */
export const nodeKinds: readonly NodeKind[] = [
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', runtime: 'docker://18.9.1', expected: 'symptom' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', runtime: 'docker://19.3.5', expected: 'healthy' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', runtime: 'docker://20.10.24+dfsg1', expected: 'healthy' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.2', runtime: 'docker://18.9.1', expected: 'healthy' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1-kubesphere', runtime: 'docker://18.9.9', expected: 'symptom' },
  // A patch that was never released: its line refuses as all its patches do.
  { kubeletVersion: 'v1.19.3-kubeedge-v1.5.0', runtime: 'docker://18.9.77', expected: 'symptom' },
  {
    kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
    runtime: 'docker://29.0.0',
    ready: 'False',
    expected: 'other',
  },
  {
    kubeletVersion: 'v1.19.3-kubeedge-v1.6.1',
    runtime: 'docker://18.9.1',
    ready: 'Unknown',
    expected: 'not-ready',
  },
  {
    kubeletVersion: 'v1.22.6-kubeedge-v1.12.1-beta.0+5c9a3b1',
    runtime: 'containerd://1.6.6',
    expected: 'not-affected',
  },
  { kubeletVersion: 'v1.29.5-kubeedge-v1.18.0', runtime: 'docker://24.0.7', expected: 'not-affected' },
  {
    kubeletVersion: 'v1.19.3-kubeedge-v0.0.0-master+$Format:%h$',
    runtime: 'docker://18.9.1',
    expected: 'unknown',
  },
  { kubeletVersion: 'v1.20.4-k3s1', runtime: 'containerd://1.4.3-k3s1', role: 'edge', expected: 'unknown' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', runtime: 'docker://Unknown', expected: 'unknown' },
  { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', expected: 'unknown' },
  { role: 'edge', expected: 'unknown' },
  { expected: 'unplaced' },
  { kubeletVersion: 'v1.19.8', runtime: 'docker://20.10.6', role: 'master', expected: 'cloud' },
  { kubeletVersion: 'v1.19.8', runtime: 'containerd://1.6.8', role: 'worker', expected: 'cloud' },
];

const FIRST_PODS: readonly object[] = [
  { namespace: 'default', name: 'unscheduled', phase: 'Pending' },
  { namespace: 'default', name: 'orphan', phase: 'Running', nodeName: 'gone' },
];

export interface GeneratedDump {
  text: string;
  /** What is to be said of each node, by its name. */
  expected: ReadonlyMap<string, NodeKind['expected']>;
}

/**
 * `nodes` nodes of every kind in turn and `pods` pods spread at random, with kubectl's fields that nobody
 * reads.
 */
export function generateDump(options: { nodes: number; pods: number; seed: number }): GeneratedDump {
  const rng = createRng(options.seed);
  const expected = new Map<string, NodeKind['expected']>();
  const items: object[] = [];
  for (let index = 0; index < options.nodes; index++) {
    const kind = nodeKinds[index % nodeKinds.length] as NodeKind;
    const name = `node-${index}`;
    expected.set(name, kind.expected);
    items.push(nodeObject(name, `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`, kind));
  }
  for (const pod of FIRST_PODS) items.push(podObject(pod as PodPart));
  for (let index = FIRST_PODS.length; index < options.pods; index++) {
    const nodeName = `node-${rng.int(0, options.nodes - 1)}`;
    const phase = index % 10 === 0 ? 'Succeeded' : 'Running';
    items.push(podObject({ namespace: `ns-${index % 50}`, name: `pod-${index}`, phase, nodeName }));
  }
  return { text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items, metadata: {} }), expected };
}

function nodeObject(name: string, address: string, kind: NodeKind): object {
  const { kubeletVersion, runtime: containerRuntimeVersion, role, ready = 'True' } = kind;
  const isEdge = role === 'edge' || kubeletVersion?.includes('kubeedge');
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: `uid-${name}`,
      labels: {
        'kubernetes.io/hostname': name,
        ...(role !== undefined && { [`node-role.kubernetes.io/${role}`]: '' }),
      },
      managedFields: unreadFields,
    },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      capacity: { cpu: '4', memory: '8009408Ki', pods: '110' },
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: ready },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: isEdge ? 10_350 : 10_250 } },
      nodeInfo: {
        kubeletVersion,
        containerRuntimeVersion,
        osImage: 'Ubuntu 18.04.5 LTS',
        kernelVersion: '4.15.0',
      },
    },
  };
}

interface PodPart {
  namespace: string;
  name: string;
  phase: string;
  nodeName?: string;
}

function podObject({ namespace, name, phase, nodeName }: PodPart): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name,
      uid: `0f9a2c1e-0000-4000-8000-${name.replace(/\D/g, '').padStart(12, '0')}`,
      labels: { app: name },
      managedFields: unreadFields,
    },
    spec: { nodeName, containers: [{ name: 'app', image: 'nginx:1.19' }] },
    status: { phase, podIP: '172.17.0.2' },
  };
}

/** About as much as a real object carries along. */
const unreadFields = Array.from({ length: 12 }, (_, index) => ({
  manager: 'kube-controller-manager',
  operation: 'Update',
  fieldsV1: { 'f:metadata': { [`f:unread-${index}`]: { '.': {}, 'f:text': 'x'.repeat(120) } } },
}));
