import { goDuration, type Pod, type PodMetrics, type Usage } from '@kubeedge-sim/cloud-sim';
import type { Clock } from '@kubeedge-sim/sim-kit';
import { type ApiClient, KubectlError } from './api-client.ts';
import type { KubectlCommand } from './arguments.ts';
import { requireMetricsApi } from './discovery.ts';
import { alignColumns } from './tabwriter.ts';
import { formatUsage, itemsOf, quantity } from './top-node.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1';
const CREATION_DELAY_MS = 2 * 60_000;
const parts = ['cpu', 'memory'] as const;

export interface TopPodOptions {
  clock: Clock;
  /** Of the klog header. */
  processId: number;
}

/**
 * `kubectl top pod [NAME] [-A|-n NS] [--containers]` (kubernetes/kubectl kubernetes-1.20.2
 * pkg/cmd/top/top_pod.go).
 * @throws KubectlError
 */
export async function topPod(
  client: ApiClient,
  command: KubectlCommand,
  options: TopPodOptions,
): Promise<{ stdout: string; stderr: string }> {
  const { allNamespaces, namespace = 'default', selector } = command;
  const [, name, ...more] = command.words;
  if (more.length > 0) {
    throw new KubectlError("error: pod [NAME | -l label]\nSee 'kubectl top pod -h' for help and examples");
  }
  await requireMetricsApi(client);
  const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  const base = allNamespaces ? METRICS : `${METRICS}/namespaces/${namespace}`;
  const path = name === undefined ? `${base}/pods${query}` : `${base}/pods/${name}`;
  const subject = { group: 'metrics.k8s.io', resource: 'pods', ...(name === undefined ? {} : { name }) };
  const metrics = itemsOf<PodMetrics>(await client.get(path, { subject }));
  if (metrics.length > 0) return { stdout: print(metrics, command), stderr: '' };

  // The real one asks for the pods of the current namespace here, with -A, too.
  const pods = itemsOf<Pod>(await client.get(`/api/v1/namespaces/${namespace}/pods${query}`));
  for (const pod of pods) checkAge(pod, options);
  if (pods.length > 0) throw new KubectlError('error: metrics not available yet');
  const where = allNamespaces ? '' : ` in ${namespace} namespace.`;
  return { stdout: '', stderr: `No resources found${where}\n` };
}

/** A pod that should have metrics by now ends the command, with a line of klog before the error. */
function checkAge(pod: Pod, { clock, processId }: TopPodOptions): void {
  const { namespace, name, creationTimestamp } = pod.metadata;
  const ageMs = clock.now() - Date.parse(creationTimestamp);
  if (ageMs <= CREATION_DELAY_MS) return;
  const message = `Metrics not available for pod ${namespace}/${name}, age: ${goDuration(ageMs)}`;
  throw new KubectlError(
    `${klogHeader('W', clock.now(), processId)} top_pod.go:265] ${message}\nerror: ${message}`,
  );
}

/** `W0610 08:00:00.000000    4711` (k8s.io/klog v2.4.0 klog.go formatHeader); the time zone is UTC. */
function klogHeader(severity: string, atMs: number, processId: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T');
  const [day, clock] = [date.slice(5).replace('-', ''), time.replace('Z', '000')];
  return `${severity}${day} ${clock} ${String(processId).padStart(7)}`;
}

function print(metrics: readonly PodMetrics[], command: KubectlCommand): string {
  const { allNamespaces, containers, noHeaders } = command;
  const lead = [...(allNamespaces ? ['NAMESPACE'] : []), ...(containers ? ['POD'] : [])];
  const lines = noHeaders ? [] : [[...lead, 'NAME', 'CPU(cores)', 'MEMORY(bytes)']];
  for (const pod of [...metrics].sort(order(command))) {
    const { namespace = '', name } = pod.metadata;
    const own = allNamespaces ? [namespace] : [];
    if (!containers) {
      lines.push([...own, name, ...parts.map((part) => formatUsage(part, sum(pod, part)))]);
      continue;
    }
    const byName = [...pod.containers].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name: container, usage } of byName) {
      lines.push([...own, name, container, ...parts.map((part) => formatUsage(part, quantity(usage[part])))]);
    }
  }
  return alignColumns(lines.map((cells) => `${cells.join('\t')}\t\n`).join(''));
}

function order({ sortBy, allNamespaces }: KubectlCommand): (a: PodMetrics, b: PodMetrics) => number {
  if (sortBy === 'cpu' || sortBy === 'memory') return (a, b) => Number(sum(b, sortBy) - sum(a, sortBy));
  if (sortBy !== '') throw new KubectlError('error: --sort-by accepts only cpu or memory');
  const key = ({ metadata }: PodMetrics) =>
    allNamespaces ? `${metadata.namespace}\0${metadata.name}` : metadata.name;
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}

function sum(pod: PodMetrics, part: keyof Usage): bigint {
  return pod.containers.reduce((total, { usage }) => total + quantity(usage[part]), 0n);
}
