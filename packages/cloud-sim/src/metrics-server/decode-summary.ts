import type { ContainerPoint, Decode, Drop, MetricsPoint, PodPoint } from './points.ts';
import { type CpuStats, type MemoryStats, parseSummary, type Summary } from './summary-json.ts';

/** Where the log calls stand in the version's source. */
export interface DecodeSources {
  nodeTime: string;
  nodeCpu: string;
  nodeMemory: string;
  containerTime: string;
  containerCpu: string;
  containerMemory: string;
}

/**
 * The rules of metrics-server 0.4 for a kubelet Summary: a node or container needs a time (the earlier of
 * cpu's and memory's), `usageNanoCores` and `workingSetBytes`; zero is a value. A bad node is left out and
 * its pods are kept; a bad container takes its pod with it, because a partial sum would mislead the
 * horizontal pod autoscaler.
 * kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/decode.go.
 */
export function summaryDecoder(sources: DecodeSources): Decode {
  return (text) => {
    const summary = parseSummary(text);
    const drops: Drop[] = [];
    const node = decodeNode(summary.node, sources, drops);
    const pods = summary.pods.flatMap((pod) => decodePod(pod, sources, drops) ?? []);
    return { nodes: node === undefined ? [] : [node], pods, drops };
  };
}

function decodeNode(stats: Summary['node'], sources: DecodeSources, drops: Drop[]) {
  const { nodeName: name } = stats;
  const { point, problems } = decodeUsage(stats);
  for (const { part, reason } of problems) {
    const message =
      part === 'time'
        ? `Skip metric for node "${name}", error: ${reason}`
        : `Skip ${part === 'cpu' ? 'CPU' : 'Memory'} metric for node "${name}", error ${reason}`;
    const source = { time: sources.nodeTime, cpu: sources.nodeCpu, memory: sources.nodeMemory }[part];
    drops.push({ what: 'node', name, reason, log: { message, source, verbosity: 1, severity: 'I' } });
  }
  return point === undefined ? undefined : { name, ...point };
}

function decodePod(
  stats: Summary['pods'][number],
  sources: DecodeSources,
  drops: Drop[],
): PodPoint | undefined {
  const { namespace, name } = stats.podRef;
  const pod = `${namespace}/${name}`;
  const containers: ContainerPoint[] = [];
  for (const container of stats.containers) {
    const { point, problems } = decodeUsage(container);
    if (point !== undefined) containers.push({ name: container.name, ...point });
    for (const { part, reason } of problems) {
      const what =
        part === 'time' ? 'Skip container' : `Skip ${part === 'cpu' ? 'CPU' : 'Memory'} metric for container`;
      const message = `${what} "${container.name}" in pod ${pod}, error: ${reason}`;
      const source = {
        time: sources.containerTime,
        cpu: sources.containerCpu,
        memory: sources.containerMemory,
      }[part];
      const log = { message, source, verbosity: 1, severity: 'I' as const };
      drops.push({ what: 'container', name: `${pod}/${container.name}`, reason, log });
    }
  }
  if (containers.length === stats.containers.length) return { namespace, name, containers };
  drops.push({ what: 'pod', name: pod, reason: 'a container of it was dropped' });
  return undefined;
}

interface Problem {
  part: 'time' | 'cpu' | 'memory';
  reason: string;
}

function decodeUsage(stats: { cpu?: CpuStats; memory?: MemoryStats }): {
  point?: MetricsPoint;
  problems: Problem[];
} {
  const times = [stats.cpu?.atMs, stats.memory?.atMs].filter((atMs) => atMs !== undefined);
  if (times.length === 0) {
    return { problems: [{ part: 'time', reason: 'no non-zero timestamp on either CPU or memory' }] };
  }
  const cpu = stats.cpu?.usageNanoCores;
  const memory = stats.memory?.workingSetBytes;
  const problems: Problem[] = [];
  if (cpu === undefined) problems.push({ part: 'cpu', reason: 'missing usageNanoCores value' });
  if (memory === undefined) problems.push({ part: 'memory', reason: 'missing workingSetBytes value' });
  if (cpu === undefined || memory === undefined) return { problems };
  return { point: { atMs: Math.min(...times), ...quantities(cpu, memory) }, problems };
}

const MAX_INT64 = 2n ** 63n - 1n;

/** uint64Quantity: what does not fit an int64 loses its last decimal digit. */
function quantities(cpu: bigint, memory: bigint): Pick<MetricsPoint, 'cpu' | 'memoryBytes'> {
  return {
    cpu: cpu <= MAX_INT64 ? { value: cpu, exponent: -9 } : { value: cpu / 10n, exponent: -8 },
    memoryBytes: memory <= MAX_INT64 ? memory : (memory / 10n) * 10n,
  };
}
