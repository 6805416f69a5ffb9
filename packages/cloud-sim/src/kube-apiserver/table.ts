import { humanDuration } from './human-duration.ts';
import type { Node, Pod } from './objects.ts';

/** A column of a meta.k8s.io/v1 Table; priority 0 is always shown, 1 with `-o wide`. */
export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  priority: number;
}

export interface TableRow {
  cells: (string | number)[];
  object: unknown;
}

/** A meta.k8s.io/v1 Table: what `kubectl get` asks for and prints. */
export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: { selfLink?: string | undefined; resourceVersion?: string };
  columnDefinitions: TableColumn[];
  rows: TableRow[];
}

/** Whether an Accept header asks for a Table that we can make. */
export function wantsTable(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => /;as=Table;/.test(`${range.replaceAll(' ', '')};`));
}

// kubernetes/kubernetes v1.19.3 pkg/printers/internalversion/printers.go nodeColumnDefinitions,
// podColumnDefinitions.
const nodeColumns: TableColumn[] = [
  column('Name', 'Name must be unique within a namespace.', { format: 'name' }),
  column('Status', 'The status of the node'),
  column('Roles', 'The roles of the node'),
  column(
    'Age',
    'CreationTimestamp is a timestamp representing the server time when this object was created.',
  ),
  column('Version', 'Kubelet Version reported by the node.'),
  column('Internal-IP', 'List of addresses reachable to the node.', { priority: 1 }),
  column('External-IP', 'List of addresses reachable to the node.', { priority: 1 }),
  column('OS-Image', 'OS Image reported by the node from /etc/os-release.', { priority: 1 }),
  column('Kernel-Version', "Kernel Version reported by the node from 'uname -r'.", { priority: 1 }),
  column('Container-Runtime', 'ContainerRuntime Version reported by the node.', { priority: 1 }),
];

const podColumns: TableColumn[] = [
  column('Name', 'Name must be unique within a namespace.', { format: 'name' }),
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.'),
  column('Status', 'The aggregate status of the containers in this pod.'),
  column('Restarts', 'The number of times the containers in this pod have been restarted.', {
    type: 'integer',
  }),
  column(
    'Age',
    'CreationTimestamp is a timestamp representing the server time when this object was created.',
  ),
  column('IP', 'IP address allocated to the pod.', { priority: 1 }),
  column('Node', 'NodeName is a request to schedule this pod onto a specific node.', { priority: 1 }),
  column('Nominated Node', 'nominatedNodeName is set only when this pod preempts other pods.', {
    priority: 1,
  }),
  column('Readiness Gates', 'If specified, all readiness gates will be evaluated.', { priority: 1 }),
];

export function column(name: string, description: string, rest: Partial<TableColumn> = {}): TableColumn {
  return { name, type: 'string', format: '', description, priority: 0, ...rest };
}

/** The Table of some objects of one kind; `nowMs` is what ages are counted to. */
export function toTable(
  objects: readonly (Node | Pod)[],
  options: { kind: 'Node' | 'Pod'; metadata: Table['metadata']; nowMs: number },
): Table {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.kind === 'Node' ? nodeColumns : podColumns,
    rows: objects.map((object) => ({
      cells: object.kind === 'Node' ? nodeCells(object, options.nowMs) : podCells(object, options.nowMs),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function age(creationTimestamp: string, nowMs: number): string {
  return humanDuration(nowMs - Date.parse(creationTimestamp));
}

/** kubernetes/kubernetes v1.19.3 pkg/printers/internalversion/printers.go printNode. */
function nodeCells(node: Node, nowMs: number): string[] {
  const ready = node.status.conditions.find(({ type }) => type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {})
    .filter((label) => label.startsWith(prefix) && label.length > prefix.length)
    .map((label) => label.slice(prefix.length))
    .sort();
  const address = (wanted: string) =>
    node.status.addresses.find(({ type }) => type === wanted)?.address ?? '<none>';
  const { kubeletVersion, osImage, kernelVersion, containerRuntimeVersion } = node.status.nodeInfo;
  return [
    node.metadata.name,
    node.spec.unschedulable === true ? `${status},SchedulingDisabled` : status,
    roles.join(',') || '<none>',
    age(node.metadata.creationTimestamp, nowMs),
    kubeletVersion,
    address('InternalIP'),
    address('ExternalIP'),
    osImage || '<unknown>',
    kernelVersion || '<unknown>',
    containerRuntimeVersion || '<unknown>',
  ];
}

/**
 * kubernetes/kubernetes v1.19.3 pkg/printers/internalversion/printers.go printPod, without init containers.
 */
function podCells(pod: Pod, nowMs: number): (string | number)[] {
  const statuses = pod.status.containerStatuses ?? [];
  const running = statuses.filter(({ ready, state }) => ready && state.running !== undefined);
  let reason = pod.status.reason ?? pod.status.phase;
  for (const { state } of [...statuses].reverse()) {
    if (state.waiting?.reason) reason = state.waiting.reason;
    else if (state.terminated !== undefined) {
      reason = state.terminated.reason ?? `ExitCode:${state.terminated.exitCode}`;
    }
  }
  if (reason === 'Completed' && running.length > 0) {
    const ready = pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    reason = ready === true ? 'Running' : 'NotReady';
  }
  return [
    pod.metadata.name,
    `${running.length}/${pod.spec.containers.length}`,
    reason,
    statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    age(pod.metadata.creationTimestamp, nowMs),
    pod.status.podIPs?.[0]?.ip || '<none>',
    pod.spec.nodeName || '<none>',
    '<none>',
    '<none>',
  ];
}
