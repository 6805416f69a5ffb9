import {
  milliValue,
  type Node,
  type NodeMetrics,
  parseQuantity,
  type Usage,
  unitValue,
} from '@kubeedge-sim/cloud-sim';
import { type ApiClient, KubectlError } from './api-client.ts';
import type { KubectlCommand } from './arguments.ts';
import { requireMetricsApi } from './discovery.ts';
import { alignColumns } from './tabwriter.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1/nodes';
const group = 'metrics.k8s.io';
const parts = ['cpu', 'memory'] as const;

/**
 * `kubectl top node [NAME]` (kubernetes/kubectl kubernetes-1.20.2 pkg/cmd/top/top_node.go). @throws
 * KubectlError
 */
export async function topNode(client: ApiClient, command: KubectlCommand): Promise<string> {
  const { selector, sortBy } = command;
  const [, name, ...more] = command.words;
  if (more.length > 0) {
    throw new KubectlError("error: node [NAME | -l label]\nSee 'kubectl top node -h' for help and examples");
  }
  await requireMetricsApi(client);
  const query = selector === '' ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
  const path = name === undefined ? `${METRICS}${query}` : `${METRICS}/${name}`;
  const subject = { group, resource: 'nodes', ...(name === undefined ? {} : { name }) };
  const metrics = itemsOf<NodeMetrics>(await client.get(path, { subject }));
  if (metrics.length === 0) throw new KubectlError('error: metrics not available yet');
  const nodesPath = name === undefined ? `/api/v1/nodes${query}` : `/api/v1/nodes/${name}`;
  const nodes = itemsOf<Node>(await client.get(nodesPath));
  const allocatable = new Map(nodes.map((node) => [node.metadata.name, node.status.allocatable]));

  const headers = ['NAME', 'CPU(cores)', 'CPU%', 'MEMORY(bytes)', 'MEMORY%'];
  const lines = command.noHeaders ? [] : [headers];
  for (const { metadata, usage } of sortedByUsage(metrics, sortBy)) {
    const available = allocatable.get(metadata.name) ?? {};
    lines.push([metadata.name, ...parts.flatMap((part) => usageCells(usage, part, available[part]))]);
    allocatable.delete(metadata.name);
  }
  // The real order is that of a Go map, which is random.
  for (const missing of [...allocatable.keys()].sort()) lines.push([missing, ...unknownCells]);
  return alignColumns(lines.map((cells) => `${cells.join('\t')}\t\n`).join(''));
}

// Up to 1.22 each value is followed by an empty cell, so that the columns drift.
const unknownCells = ['<unknown>', '', '', '<unknown>', '', '', '<unknown>', '', '', '<unknown>', '', ''];

/** The items of a list, or the one object itself. */
export function itemsOf<T>(text: string): T[] {
  const body = JSON.parse(text) as { items?: T[] } & T;
  return body.items ?? [body];
}

/** The order of `--sort-by cpu|memory` (descending) or by name. */
function sortedByUsage(metrics: readonly NodeMetrics[], sortBy: string): NodeMetrics[] {
  if (sortBy !== '' && sortBy !== 'cpu' && sortBy !== 'memory') {
    throw new KubectlError('error: --sort-by accepts only cpu or memory');
  }
  const amount = ({ usage }: NodeMetrics) => quantity(usage[sortBy as keyof Usage]);
  return [...metrics].sort((a, b) => {
    if (sortBy === '') return a.metadata.name < b.metadata.name ? -1 : 1;
    return Number(amount(b) - amount(a));
  });
}

function usageCells(usage: Usage, part: keyof Usage, available: string | undefined): string[] {
  const used = quantity(usage[part]);
  const cell = formatUsage(part, used);
  if (available === undefined) return [cell];
  const percent = (Number(milliValue(used)) / Number(milliValue(quantity(available)))) * 100;
  return [cell, `${Math.trunc(percent)}%`];
}

/** `76m` (rounded up) or `343Mi` (rounded down); `value` in units of 10⁻⁹. */
export function formatUsage(part: keyof Usage, value: bigint): string {
  return part === 'cpu' ? `${milliValue(value)}m` : `${unitValue(value) / 1_048_576n}Mi`;
}

/** A quantity text as a number of 10⁻⁹ units; what cannot be read counts as zero. */
export function quantity(text: string): bigint {
  return parseQuantity(text) ?? 0n;
}
