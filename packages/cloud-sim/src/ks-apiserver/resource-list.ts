import type { Node, ObjectMeta, Pod } from '../kube-apiserver/objects.ts';
import { parseLabelSelector } from '../kube-apiserver/selectors.ts';
import type { KubesphereVersion } from './versions.data.ts';

export interface ResourceList<T> {
  items: T[];
  totalItems: number;
}

/** Tells whether an object passes a filter of its own kind; undefined for a field that it does not know. */
export type OwnFilter<T> = (object: T, field: string, value: string) => boolean | undefined;

const reserved = new Set(['page', 'limit', 'sortBy', 'ascending', 'labelSelector']);

/**
 * Filters, sorts and cuts as the console's lists want it: `labelSelector`, `page`, `limit`, `sortBy`, `ascending`; any other
 * parameter is a filter, and one that nobody knows lets nothing through.
 *
 * kubesphere/kubesphere v3.1.0 pkg/apiserver/query/types.go, pkg/models/resources/v1alpha3/interface.go DefaultList.
 */
export function listResources<T extends { metadata: ObjectMeta }>(
  objects: readonly T[],
  params: URLSearchParams,
  version: KubesphereVersion,
  own: OwnFilter<T>,
): ResourceList<T> {
  // A selector that cannot be read selects everything.
  const selector = parseLabelSelector(params.get('labelSelector') ?? '') ?? (() => true);
  const filters = [...params].filter(([field]) => !reserved.has(field));
  const found = objects.filter(
    (object) =>
      selector(object.metadata.labels ?? {}) &&
      filters.every(
        ([field, value]) => own(object, field, value) ?? metaFilter(object.metadata, field, value, version),
      ),
  );
  const greater = params.get('sortBy') === 'name' ? laterName : newer;
  const ascending = /^(1|t|T|TRUE|true|True)$/.test(params.get('ascending') ?? '');
  found.sort((a, b) => (greater(a.metadata, b.metadata) === ascending ? 1 : -1));
  const limit = integer(params.get('limit')) ?? -1;
  const offset = ((integer(params.get('page')) ?? 1) - 1) * limit;
  return { items: cut(found, limit, offset), totalItems: found.length };
}

function cut<T>(items: T[], limit: number, offset: number): T[] {
  if (limit === -1) return items;
  if (limit < 0 || offset < 0 || offset > items.length) return [];
  return items.slice(offset, offset + limit);
}

const integer = (text: string | null) => (/^[+-]?\d+$/.test(text ?? '') ? Number(text) : undefined);

const laterName = (a: ObjectMeta, b: ObjectMeta) => a.name > b.name;
const newer = (a: ObjectMeta, b: ObjectMeta) =>
  a.creationTimestamp === b.creationTimestamp ? laterName(a, b) : a.creationTimestamp > b.creationTimestamp;

function metaFilter(meta: ObjectMeta, field: string, value: string, version: KubesphereVersion): boolean {
  const labels = (all: Record<string, string> | undefined) =>
    version.labelSelectors ? (parseLabelSelector(value)?.(all ?? {}) ?? false) : labelMatch(all ?? {}, value);
  switch (field) {
    case 'names':
      return value.split(',').includes(meta.name);
    case 'name':
      return meta.name.includes(value);
    case 'alias':
      return (
        version.alias &&
        meta.annotations !== undefined &&
        (meta.annotations['kubesphere.io/alias-name'] ?? '').includes(value)
      );
    case 'uid':
      return meta.uid === value;
    case 'namespace':
      return (meta.namespace ?? '') === value;
    case 'annotation':
      return labels(meta.annotations);
    case 'label':
      return labels(meta.labels);
    default:
      // No simulated object has an owner.
      return false;
  }
}

/** `key`, `key=value` or `key!=value`; a key that is absent never matches. */
function labelMatch(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const [, key = filter, not, wanted] = /^(.*?)(!?)=(.*)$/s.exec(filter) ?? [];
  const value = labels[key];
  if (value === undefined) return false;
  if (not === '!') return value !== wanted;
  return wanted === undefined || wanted === '*' || value === wanted;
}

const healthy: Readonly<Record<string, string>> = {
  MemoryPressure: 'False',
  DiskPressure: 'False',
  PIDPressure: 'False',
  NetworkUnavailable: 'False',
  ConfigOK: 'True',
  KubeletReady: 'True',
  Ready: 'True',
};

/** `status=` of nodes: kubesphere/kubesphere v3.1.0 pkg/models/resources/v1alpha3/node/nodes.go getNodeStatus. */
export const nodeFilter: OwnFilter<Node> = (node, field, value) => {
  if (field !== 'status') return undefined;
  if (node.spec.unschedulable === true) return value === 'unschedulable';
  const warns = node.status.conditions.some(({ type, status }) => status !== (healthy[type] ?? status));
  return value === (warns ? 'warning' : 'running');
};

/**
 * `nodeName=`, and by release `status=` and `phase=`, of pods: kubesphere/kubesphere v3.1.0 and v3.4.1
 * pkg/models/resources/v1alpha3/pod/pods.go.
 */
export function podFilter({ podStatus }: KubesphereVersion): OwnFilter<Pod> {
  return (pod, field, value) => {
    const { phase } = pod.status;
    if (field === 'nodeName') return (pod.spec.nodeName ?? '') === value;
    if (field === 'phase' && podStatus === 'type') return phase === value;
    if (field === 'status' && podStatus !== undefined)
      return (podStatus === 'type' ? statusType(pod) : phase) === value;
    return undefined;
  };
}

function statusType({ status }: Pod): string {
  let reason: string = status.reason ?? status.phase;
  const containers = status.containerStatuses ?? [];
  for (const { state } of containers.toReversed()) {
    if (state.waiting?.reason) reason = state.waiting.reason;
    else if (state.terminated !== undefined)
      reason = state.terminated.reason ?? `ExitCode:${state.terminated.exitCode}`;
  }
  if (reason === 'Completed' && containers.some(({ ready, state }) => ready && state.running !== undefined)) {
    const ready = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
    reason = ready === true ? 'Running' : 'NotReady';
  }
  if (reason === 'Running' || reason === 'Completed') return reason;
  // A pod that is through counts as waiting, unless its Ready condition says why.
  if (reason === 'Succeeded' && !status.conditions?.some(({ type }) => type === 'Ready')) return 'Completed';
  return reason === 'Failed' || reason === 'Error' || reason.startsWith('OutOf') ? 'Error' : 'Waiting';
}
