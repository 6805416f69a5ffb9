import { promqlTemplates } from './promql.data.ts';
import type { Selection } from './query.ts';

/**
 * The query of a metric, or undefined where the simulator has none: of nodes and pods only.
 *
 * kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/prometheus/promql.go makeNodeMetricExpr and
 * makePodMetricExpr. Names and filters go into the query as they are.
 */
export function makeExpression(metric: string, selection: Selection): string | undefined {
  const template = promqlTemplates[metric];
  if (template === undefined) return undefined;
  const [first, second] =
    selection.level === 'node'
      ? [nodeMatcher(selection), '']
      : [ownerMatcher(selection), podMatcher(selection)];
  return template.replaceAll('$1', () => first).replaceAll('$2', () => second);
}

const nodeMatcher = ({ nodeName, resourceFilter }: Selection) =>
  nodeName === '' ? `node=~"${resourceFilter}"` : `node="${nodeName}"`;

function ownerMatcher({ workloadKind, workloadName }: Selection): string {
  if (workloadName === '') return '';
  const matchers: Readonly<Record<string, string>> = {
    deployment: `owner_kind="ReplicaSet", owner_name=~"^${workloadName}-[^-]{1,10}$"`,
    statefulset: `owner_kind="StatefulSet", owner_name="${workloadName}"`,
    daemonset: `owner_kind="DaemonSet", owner_name="${workloadName}"`,
  };
  return matchers[workloadKind] ?? '';
}

function podMatcher(selection: Selection): string {
  const { namespaceName, nodeName, podName, resourceFilter } = selection;
  if (namespaceName !== '') {
    const pod = podName === '' ? `pod=~"${resourceFilter}"` : `pod="${podName}"`;
    return `${pod}, namespace="${namespaceName}"`;
  }
  const filters = namespacedMatchers(selection.namespacedResourcesFilter);
  if (nodeName === '') return filters.join(',');
  if (podName === '') return [`node="${nodeName}"`, `pod=~"${resourceFilter}"`, ...filters].join(',');
  const slash = podName.indexOf('/');
  return slash < 0
    ? `pod="${podName}", node="${nodeName}"`
    : `namespace="${podName.slice(0, slash)}",pod="${podName.slice(slash + 1)}", node="${nodeName}"`;
}

/** `ns/pod|ns/pod` as one matcher of namespaces and one of pods: which belong together is looked at in the answer. */
function namespacedMatchers(filter: string): string[] {
  if (filter === '') return [];
  const parts = filter.split('|').map((part) => /^([^/]*)\/(.*)$/s.exec(part) ?? [part, undefined, part]);
  const namespaces = parts.flatMap(([, namespace]) => (namespace === undefined ? [] : [namespace]));
  const pods = parts.map(([, , pod]) => pod);
  return [
    ...(namespaces.length > 0 ? [`namespace=~"${namespaces.join('|')}"`] : []),
    `pod=~"${pods.join('|')}"`,
  ];
}
