import { expect, it } from 'vitest';
import { makeExpression } from './promql.ts';
import type { Selection } from './query.ts';

const nothing: Selection = {
  level: 'pod',
  resourceFilter: '.*',
  namespacedResourcesFilter: '',
  queryType: '',
  nodeName: '',
  namespaceName: '',
  workloadKind: '',
  workloadName: '',
  podName: '',
};

/** The matchers of owner and pod, `kube_pod_owner{…}` and `kube_pod_info{…}`. */
function matchers(selection: Partial<Selection>) {
  const expression = makeExpression('pod_cpu_usage', { ...nothing, ...selection }) ?? '';
  const [, owner, pod] =
    /kube_pod_owner\{(.*)\} \* on .* kube_pod_info\{(.*)\}, 0\.001\)$/.exec(expression) ?? [];
  return [owner, pod];
}

it('nodes are chosen by name, or by the filter', () => {
  const of = (selection: Partial<Selection>) =>
    makeExpression('node_cpu_total', { ...nothing, level: 'node', ...selection });
  expect(of({ resourceFilter: 'a|b$' })).toBe('node:node_num_cpu:sum{node=~"a|b$"}');
  expect(of({ nodeName: 'a', resourceFilter: 'b' })).toBe('node:node_num_cpu:sum{node="a"}');
});

it.for([
  [{}, '', ''],
  [{ namespaceName: 'ns' }, '', 'pod=~".*", namespace="ns"'],
  [{ namespaceName: 'ns', podName: 'p' }, '', 'pod="p", namespace="ns"'],
  [{ nodeName: 'n' }, '', 'node="n",pod=~".*"'],
  [{ nodeName: 'n', podName: 'p' }, '', 'pod="p", node="n"'],
  [{ nodeName: 'n', podName: 'ns/p' }, '', 'namespace="ns",pod="p", node="n"'],
  [{ namespacedResourcesFilter: 'a/b|c/d' }, '', 'namespace=~"a|c",pod=~"b|d"'],
  [{ namespacedResourcesFilter: 'b' }, '', 'pod=~"b"'],
  [
    { namespaceName: 'ns', workloadKind: 'deployment', workloadName: 'web' },
    'owner_kind="ReplicaSet", owner_name=~"^web-[^-]{1,10}$"',
    'pod=~".*", namespace="ns"',
  ],
  [
    { namespaceName: 'ns', workloadKind: 'daemonset', workloadName: 'web' },
    'owner_kind="DaemonSet", owner_name="web"',
    'pod=~".*", namespace="ns"',
  ],
  [{ namespaceName: 'ns', workloadKind: 'job', workloadName: 'web' }, '', 'pod=~".*", namespace="ns"'],
] as const)('pods of %j', ([selection, owner, pod]) => {
  expect(matchers(selection)).toEqual([owner, pod]);
});

it('there is no query of other levels', () => {
  expect(makeExpression('cluster_cpu_usage', { ...nothing, level: 'cluster' })).toBeUndefined();
});
