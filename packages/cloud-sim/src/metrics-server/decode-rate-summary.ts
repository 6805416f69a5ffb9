import { easyjsonError } from './easyjson-errors.ts';
import type { LogLine } from './klog.ts';
import type { ContainerPoint, Decode, Drop, NodePoint, PodPoint } from './points.ts';
import { structured } from './structured-log.ts';
import { parseSummary, type Summary, type UsageStats } from './summary-json.ts';

export interface RateSummaryTraits {
  /** Whether a node without a start time is dropped. */
  nodeNeedsStart: boolean;
  sources: {
    nodeTime: string;
    nodeCpu: string;
    nodeMemory: string;
    containerTime: string;
    containerCpu: string;
    containerMemory: string;
  };
}

/**
 * The rules of metrics-server 0.5 for a kubelet Summary: cpu needs a time, `usageCoreNanoSeconds` and
 * `workingSetBytes` must be there and above zero, and a container needs a start time. A bad container takes its
 * pod with it. kubernetes-sigs/metrics-server v0.5.0, v0.5.2 pkg/scraper/client/summary/decode.go.
 */
export function rateSummaryDecoder(traits: RateSummaryTraits): Decode {
  return (text) => {
    const summary = parseSummary(text, easyjsonError);
    const drops: Drop[] = [];
    const node = decodeNode(summary.node, traits, drops);
    const pods = summary.pods.flatMap((pod, index) => decodePod({ pod, index }, traits, drops) ?? []);
    return { nodes: node === undefined ? [] : [node], pods, drops };
  };
}

const line = (source: string, message: string, values: Record<string, string>): LogLine => ({
  message: structured(message, values),
  source,
  verbosity: 1,
  severity: 'I',
});

function decodeNode(
  stats: Summary['node'],
  { nodeNeedsStart, sources }: RateSummaryTraits,
  drops: Drop[],
): NodePoint | undefined {
  const { nodeName: name, startNs, cpu } = stats;
  const drop = (reason: string, field: string, log: LogLine) =>
    drops.push({ what: 'node', name, reason, at: `node.${field}`, log });
  if ((nodeNeedsStart && startNs === undefined) || cpu?.atNs === undefined) {
    const field = cpu?.atNs === undefined ? 'cpu.time' : 'startTime';
    drop('no time', field, line(sources.nodeTime, 'Failed getting node metric timestamp', { node: name }));
    return undefined;
  }
  const { cpuProblem, memoryProblem, ...usage } = decodeUsage(stats);
  if (cpuProblem !== undefined) {
    const log = line(sources.nodeCpu, 'Skipped node CPU metric', { node: name, err: cpuProblem });
    drop(cpuProblem, 'cpu.usageCoreNanoSeconds', log);
  }
  if (memoryProblem !== undefined) {
    const log = line(sources.nodeMemory, 'Skipped node memory metric', { node: name, err: memoryProblem });
    drop(memoryProblem, 'memory.workingSetBytes', log);
  }
  if (cpuProblem !== undefined || memoryProblem !== undefined) return undefined;
  return { name, ...(nodeNeedsStart && startNs !== undefined && { startNs }), atNs: cpu.atNs, ...usage };
}

function decodePod(
  { pod: stats, index }: { pod: Summary['pods'][number]; index: number },
  { sources }: RateSummaryTraits,
  drops: Drop[],
): PodPoint | undefined {
  const { namespace, name } = stats.podRef;
  const pod = `${namespace}/${name}`;
  const containers: ContainerPoint[] = [];
  for (const [position, container] of stats.containers.entries()) {
    const { name: containerName, startNs, cpu } = container;
    const drop = (reason: string, field: string, log: LogLine) => {
      const at = `pods[${index}].containers[${position}].${field}`;
      drops.push({ what: 'container', name: `${pod}/${containerName}`, reason, at, log });
    };
    const values = { containerName, pod };
    if (startNs === undefined || cpu?.atNs === undefined) {
      const field = startNs === undefined ? 'startTime' : 'cpu.time';
      drop(
        'no time',
        field,
        line(sources.containerTime, 'Failed getting container metric timestamp', values),
      );
      continue;
    }
    const { cpuProblem, memoryProblem, ...usage } = decodeUsage(container);
    if (cpuProblem !== undefined) {
      const log = line(sources.containerCpu, 'Skipped container CPU metric', { ...values, err: cpuProblem });
      drop(cpuProblem, 'cpu.usageCoreNanoSeconds', log);
    }
    if (memoryProblem !== undefined) {
      const log = line(sources.containerMemory, 'Skipped container memory metric', {
        ...values,
        err: memoryProblem,
      });
      drop(memoryProblem, 'memory.workingSetBytes', log);
    }
    if (cpuProblem === undefined && memoryProblem === undefined) {
      containers.push({ name: containerName, startNs, atNs: cpu.atNs, ...usage });
    }
  }
  if (containers.length === stats.containers.length) return { namespace, name, containers };
  drops.push({ what: 'pod', name: pod, reason: 'a container of it was dropped' });
  return undefined;
}

function decodeUsage({ cpu, memory }: UsageStats) {
  const core = cpu?.usageCoreNanoSeconds;
  const bytes = memory?.workingSetBytes;
  const cpuProblem =
    core === undefined
      ? 'missing usageCoreNanoSeconds value'
      : core === 0n
        ? 'Got UsageCoreNanoSeconds equal zero'
        : undefined;
  const memoryProblem =
    bytes === undefined
      ? 'missing workingSetBytes value'
      : bytes === 0n
        ? 'Got WorkingSetBytes equal zero'
        : undefined;
  return { cpuProblem, memoryProblem, cpu: core ?? 0n, memoryBytes: bytes ?? 0n };
}
