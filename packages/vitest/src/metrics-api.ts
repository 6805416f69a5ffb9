import type { Simulation } from 'kubeedge-sim';

/** Which pods are meant: one, or all of a node. */
export type PodSelector = { namespace: string; name: string } | { node: string };

interface List {
  items: { metadata: { namespace?: string; name: string }; spec?: { nodeName?: string } }[];
}

/** What metrics.k8s.io lists: names, of pods with their namespace; or the error that kubectl prints. */
export async function lookAtMetrics(
  simulation: Simulation,
  resource: 'nodes' | 'pods',
): Promise<{ names: string[]; problem?: string }> {
  const answer = await simulation.kubectl('get', '--raw', `/apis/metrics.k8s.io/v1beta1/${resource}`);
  if (answer.exitCode !== 0) return { names: [], problem: answer.stderr.trim() };
  return { names: (JSON.parse(answer.stdout) as List).items.map(fullName) };
}

/**
 * The pods that a selector means. A name that ends in `*` stands for the pods that begin so: the names of a
 * Deployment's pods have an end of their own.
 */
export async function wantedPods(simulation: Simulation, pod: string | PodSelector): Promise<string[]> {
  const wanted = typeof pod === 'string' || 'node' in pod ? pod : `${pod.namespace}/${pod.name}`;
  if (typeof wanted === 'string' && !wanted.endsWith('*')) return [wanted];
  const answer = await simulation.kubectl('get', '--raw', '/api/v1/pods');
  if (answer.exitCode !== 0) throw new Error(`Tried to list the pods, found: ${answer.stderr.trim()}`);
  const { items } = JSON.parse(answer.stdout) as List;
  if (typeof wanted !== 'string')
    return items.filter(({ spec }) => spec?.nodeName === wanted.node).map(fullName);
  return items.map(fullName).filter((name) => name.startsWith(wanted.slice(0, -1)));
}

const fullName = ({ metadata: { namespace, name } }: List['items'][number]) =>
  namespace === undefined ? name : `${namespace}/${name}`;
