import { humanDuration } from './human-duration.ts';
import { negotiate } from './negotiate.ts';
import type { KubeObject, Node, Pod } from './objects.ts';

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
  object?: unknown;
}

/** A meta.k8s.io/v1 Table: what `kubectl get` asks for and prints. */
export interface Table {
  kind: 'Table';
  apiVersion: `meta.k8s.io/${'v1' | 'v1beta1'}`;
  metadata: { selfLink?: string | undefined; resourceVersion?: string };
  columnDefinitions: TableColumn[];
  rows: TableRow[];
}

/** Whether an Accept header asks for a Table that we can make. */
export function wantsTable(accept: string | undefined): boolean {
  return negotiate(accept).as === 'Table';
}

/** What is printed of objects of one type. */
export interface Printer<T extends KubeObject = KubeObject> {
  readonly columns: readonly TableColumn[];
  cells(object: T, nowMs: number): (string | number)[];
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

/** Of types without a printer of their own (kubernetes/apiserver v0.19.3 pkg/registry/rest/table.go). */
const nameAndAge: Printer = {
  columns: [column('Name', 'Name of the object', { format: 'name' }), column('Age', 'Age of the object')],
  cells: ({ metadata }, nowMs) => [metadata.name, age(metadata.creationTimestamp, nowMs)],
};

export interface TableOptions {
  printer: Printer | undefined;
  metadata: Table['metadata'];
  /** What ages are counted to. */
  nowMs: number;
  /** What comes with each row, as `includeObject` of the query: None, Metadata or Object. */
  rowObject(object: KubeObject): object | undefined;
  /** Default v1. */
  version?: 'v1' | 'v1beta1';
}

/** The Table of some objects of one type. */
export function toTable(objects: readonly KubeObject[], options: TableOptions): Table {
  const { printer = nameAndAge, nowMs, rowObject, version = 'v1' } = options;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: options.metadata,
    columnDefinitions: [...printer.columns],
    rows: objects.map((object) => {
      const row = rowObject(object);
      return { cells: printer.cells(object, nowMs), ...(row === undefined ? {} : { object: row }) };
    }),
  };
}

/** As `kubectl get` prints ages; `<unknown>` without a time. */
export function age(timestamp: string | null | undefined, nowMs: number): string {
  return timestamp ? humanDuration(nowMs - Date.parse(timestamp)) : '<unknown>';
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
  let reason: string = pod.status.reason ?? pod.status.phase;
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
  if (pod.metadata.deletionTimestamp !== undefined) {
    reason = pod.status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
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

export const nodePrinter: Printer<Node> = { columns: nodeColumns, cells: nodeCells };
export const podPrinter: Printer<Pod> = { columns: podColumns, cells: podCells };
