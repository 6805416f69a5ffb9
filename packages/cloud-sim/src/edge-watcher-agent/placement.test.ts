import { describe, expect, it } from 'vitest';
import { fitOf, type NodeSelectorTerm, type NodeTraits, type Placement } from './placement.ts';

/** What ks-installer v3.1.0 roles/kubeedge/templates/values.yaml.j2 gives to the agents. */
const installed: Placement = {
  affinity: near({ matchExpressions: [{ key: 'node-role.kubernetes.io/edge', operator: 'DoesNotExist' }] }),
  tolerations: [
    { effect: 'NoSchedule', key: 'node-role.kubernetes.io/master' },
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
  ],
};

function near(...nodeSelectorTerms: NodeSelectorTerm[]): NonNullable<Placement['affinity']> {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

const node = (part: Partial<NodeTraits> = {}): NodeTraits => ({
  name: 'master-2',
  labels: { zone: 'a', cores: '8' },
  taints: [],
  ...part,
});
const tainted = (key: string, effect = 'NoSchedule', value?: string) =>
  node({ taints: [{ key, effect, ...(value !== undefined && { value }) }] });

describe('the placement that KubeSphere installs', () => {
  it.each([
    ['a node of the cloud', node(), 'runs'],
    ['an edge', node({ labels: { 'node-role.kubernetes.io/edge': '' } }), 'none'],
    ["kubeadm's master", tainted('node-role.kubernetes.io/master'), 'runs'],
    // Equal, as no operator means: the value counts.
    [
      'a master whose taint has a value',
      tainted('node-role.kubernetes.io/master', 'NoSchedule', 'yes'),
      'stays',
    ],
    // kubeadm's masters have it from 1.24 on, and EdgeWatcher is older.
    ['a control plane of 1.24', tainted('node-role.kubernetes.io/control-plane'), 'stays'],
    ['what is for add-ons only', tainted('CriticalAddonsOnly', 'NoExecute', 'true'), 'runs'],
    ['a taint that is only a preference', tainted('dedicated', 'PreferNoSchedule'), 'runs'],
    ['a node for something else', tainted('dedicated', 'NoSchedule', 'db'), 'stays'],
    ['a node that throws others out', tainted('dedicated', 'NoExecute'), 'none'],
    ['a cordoned node', tainted('node.kubernetes.io/unschedulable'), 'runs'],
    ['a node that is not ready', tainted('node.kubernetes.io/not-ready', 'NoExecute'), 'runs'],
  ] as const)('%s', (_what, where, fit) => {
    expect(fitOf(installed, where)).toBe(fit);
  });
});

describe('a placement', () => {
  it.each<[string, Placement, ReturnType<typeof fitOf>]>([
    ['of nothing is everywhere', {}, 'runs'],
    ['by labels', { nodeSelector: { zone: 'a' } }, 'runs'],
    ['by other labels', { nodeSelector: { zone: 'a', cores: '4' } }, 'none'],
    ['by terms needs one', { affinity: near() }, 'none'],
    ['by an empty term', { affinity: near({}) }, 'none'],
    [
      'by one of two terms',
      {
        affinity: near(
          { matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] },
          { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['master-2'] }] },
        ),
      },
      'runs',
    ],
    [
      'by all requirements of a term',
      {
        affinity: near({
          matchExpressions: [
            { key: 'zone', operator: 'Exists' },
            { key: 'rack', operator: 'NotIn', values: ['1'] },
            { key: 'cores', operator: 'Gt', values: ['4'] },
            { key: 'cores', operator: 'Lt', values: ['9'] },
          ],
        }),
      },
      'runs',
    ],
    [
      'by a number that is none',
      { affinity: near({ matchExpressions: [{ key: 'zone', operator: 'Gt', values: ['4'] }] }) },
      'none',
    ],
    [
      'by an operator that nobody knows',
      { affinity: near({ matchExpressions: [{ key: 'zone', operator: 'Like', values: ['a'] }] }) },
      'none',
    ],
  ])('%s', (_what, placement, fit) => {
    expect(fitOf(placement, node())).toBe(fit);
  });
});
