import type { Taint } from '../kube-apiserver/objects.ts';

/** Where the pods of a DaemonSet may run. Of affinity only what is required of nodes is read. */
export interface Placement {
  nodeSelector?: Readonly<Record<string, string>>;
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: readonly NodeSelectorTerm[] };
    };
  };
  tolerations?: readonly Toleration[];
}

export interface NodeSelectorTerm {
  matchExpressions?: readonly Requirement[];
  matchFields?: readonly Requirement[];
}

interface Requirement {
  key: string;
  operator: string;
  values?: readonly string[];
}

export interface Toleration {
  key?: string;
  /** Default `Equal`. */
  operator?: string;
  value?: string;
  /** Every effect unless given. */
  effect?: string;
}

/** What of a Node a placement goes by. */
export interface NodeTraits {
  name: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
}

/**
 * Whether a node gets a pod (`runs`), keeps the one that it has (`stays`), or may have none. A taint that came later takes
 * away no pod unless its effect is NoExecute.
 * kubernetes v1.19.10 pkg/controller/daemon/daemon_controller.go nodeShouldRunDaemonPod, Predicates
 */
export function fitOf(placement: Placement, node: NodeTraits): 'runs' | 'stays' | 'none' {
  const { nodeSelector = {}, affinity, tolerations = [] } = placement;
  const isSelected = Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value);
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isNear = required === undefined || (required.nodeSelectorTerms ?? []).some(matchesTerm(node));
  if (!isSelected || !isNear) return 'none';
  const all = [...tolerations, ...ofEveryDaemon];
  const untolerated = node.taints.filter((taint) => !all.some((toleration) => tolerates(toleration, taint)));
  if (untolerated.some(({ effect }) => effect === 'NoExecute')) return 'none';
  return untolerated.some(({ effect }) => effect === 'NoSchedule') ? 'stays' : 'runs';
}

/** What the controller adds for pods on their host's network. pkg/controller/daemon/util/daemonset_util.go */
const ofEveryDaemon: readonly Toleration[] = [
  ...['not-ready', 'unreachable'].map((condition) => ({ condition, effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable', 'network-unavailable'].map(
    (condition) => ({ condition, effect: 'NoSchedule' }),
  ),
].map(({ condition, effect }) => ({ key: `node.kubernetes.io/${condition}`, operator: 'Exists', effect }));

/** kubernetes/api v0.19.10 core/v1/toleration.go ToleratesTaint */
function tolerates({ key = '', operator = '', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === '' || operator === 'Equal') return value === (taint.value ?? '');
  return operator === 'Exists';
}

/** A term without any requirement matches nothing. pkg/apis/core/v1/helper/helpers.go MatchNodeSelectorTerms */
const matchesTerm =
  ({ name, labels }: NodeTraits) =>
  ({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean =>
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every((requirement) => meets(requirement, labels)) &&
    matchFields.every((requirement) => meets(requirement, { 'metadata.name': name }));

/** kubernetes/apimachinery v0.19.10 pkg/labels/selector.go Matches; what cannot be read matches nothing. */
function meets(
  { key, operator, values = [] }: Requirement,
  found: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(found, key) ? found[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value));
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isMore(value, values[0]);
    case 'Lt':
      return isMore(values[0], value);
    default:
      return false;
  }
}

const isMore = (one: string | undefined, other: string | undefined) => {
  const isInteger = (text: string | undefined): text is string =>
    text !== undefined && /^[+-]?\d+$/.test(text);
  return isInteger(one) && isInteger(other) && BigInt(one) > BigInt(other);
};
