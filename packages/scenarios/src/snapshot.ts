import type { Cell } from './scenario.ts';
import type { ApiAnswer, Simulation } from './simulation.ts';

/** What could be read from a cluster at one moment. */
export interface Snapshot {
  format: 'kubeedge-sim-snapshot';
  /** Raised when an older reader would misunderstand what is written. */
  version: 1;
  scenario: string;
  cell: Cell;
  seed: number;
  /** The moment, on the cluster's clock: ISO 8601. */
  takenAt: string;
  /** By path and query of the API server, e.g. `/api/v1/nodes/edge-node-1/proxy/stats/summary`. */
  answers: Record<string, ApiAnswer>;
}

const METRICS = '/apis/metrics.k8s.io/v1beta1';

/** What is asked of every cluster. */
const paths = [
  '/healthz',
  '/livez',
  '/readyz',
  '/version',
  '/api',
  '/apis',
  '/api/v1',
  '/apis/metrics.k8s.io',
  METRICS,
  '/api/v1/nodes',
  '/api/v1/pods',
  `${METRICS}/nodes`,
  `${METRICS}/pods`,
];

/** What is asked of every kubelet. */
const kubeletPaths = [
  '/healthz',
  '/pods',
  '/stats/summary',
  '/stats/summary?only_cpu_and_memory=true',
  '/metrics',
  '/metrics/cadvisor',
  '/metrics/resource',
  '/metrics/resource/v1alpha1',
];

/**
 * Reads what clients of the metrics path read: discovery, nodes, pods, metrics.k8s.io and the kubelets, each by the way
 * a client's request takes; refusals are answers, too.
 * @throws NetError when the API server cannot be asked
 */
export async function takeSnapshot(simulation: Simulation): Promise<Snapshot> {
  const { scenario, cell, seed, cluster } = simulation;
  const { cloud, edges } = cluster.description;
  const nodes = [cloud.name, ...edges.map(({ name }) => name)];
  const takenAt = new Date(cluster.world.clock.now()).toISOString();
  const answers: Record<string, ApiAnswer> = {};
  const ask = async (path: string) => {
    answers[path] = await simulation.get(path);
  };
  for (const path of paths) await ask(path);
  for (const node of nodes) {
    await ask(`/api/v1/nodes/${node}`);
    await ask(`${METRICS}/nodes/${node}`);
    for (const path of kubeletPaths) await ask(`/api/v1/nodes/${node}/proxy${path}`);
  }
  const pods = namesOf(answers['/api/v1/pods']);
  for (const namespace of new Set(pods.map((pod) => pod.namespace))) {
    await ask(`/api/v1/namespaces/${namespace}/pods`);
    await ask(`${METRICS}/namespaces/${namespace}/pods`);
  }
  for (const { namespace, name } of pods) {
    await ask(`/api/v1/namespaces/${namespace}/pods/${name}`);
    await ask(`${METRICS}/namespaces/${namespace}/pods/${name}`);
  }
  return { format: 'kubeedge-sim-snapshot', version: 1, scenario: scenario.id, cell, seed, takenAt, answers };
}

function namesOf(list: ApiAnswer | undefined): { namespace: string; name: string }[] {
  if (list?.status !== 200) return [];
  const { items } = JSON.parse(list.body) as { items: { metadata: { namespace: string; name: string } }[] };
  return items.map(({ metadata }) => metadata);
}
