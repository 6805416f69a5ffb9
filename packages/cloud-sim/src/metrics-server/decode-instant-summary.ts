import type { Asked, ContainerPoint, Decode, Drop, MetricsPoint, PodPoint } from './points.ts';
import { parseSummary, type Summary, type SyntaxComplaint, type UsageStats } from './summary-json.ts';

/** What a node or container lacks. */
export interface Problem {
  part: 'time' | 'cpu' | 'memory';
  reason: string;
}

/** How a generation tells what it drops: as a log line of its own, or as part of the node's error. */
export interface InstantWords {
  reasons: { time: string; cpu: string; memory: string };
  node(problem: Problem, name: string, asked: Asked): Pick<Drop, 'log'> & { error?: string };
  container(
    problem: Problem,
    container: { name: string; pod: string },
    asked: Asked,
  ): Pick<Drop, 'log'> & { error?: string };
}

export interface InstantTraits {
  syntaxError: SyntaxComplaint;
  words: InstantWords;
  /** Whose name the node's point bears: the Node's, or the summary's own. */
  nodeName: 'node' | 'summary';
  /** `kept-with-zeros`: what is missing counts as zero, and what has no time is all zero, its name too. */
  badNode: 'dropped' | 'kept-with-zeros';
  badContainer: 'drops-its-pod' | 'kept-with-zeros';
}

/**
 * The rules of metrics-server up to 0.4 for a kubelet Summary: a node or container needs a time (the earlier of
 * cpu's and memory's), `usageNanoCores` and `workingSetBytes`; zero is a value. A bad node leaves its pods; a bad
 * container takes its pod with it, because a partial sum would mislead the horizontal pod autoscaler.
 * kubernetes-sigs/metrics-server v0.3.0, v0.3.7 pkg/sources/summary/summary.go; v0.4.2 pkg/scraper/decode.go.
 */
export function instantSummaryDecoder(traits: InstantTraits): Decode {
  return (text, asked) => {
    const summary = parseSummary(text, traits.syntaxError);
    const into = { drops: [] as Drop[], errors: [] as string[] };
    const nodes = decodeNode(summary.node, asked, traits, into);
    const pods = summary.pods.flatMap((pod, index) => decodePod({ pod, index }, asked, traits, into));
    return { nodes, pods, ...into };
  };
}

interface Into {
  drops: Drop[];
  errors: string[];
}

function decodeNode(stats: Summary['node'], asked: Asked, traits: InstantTraits, into: Into) {
  const { words, nodeName, badNode } = traits;
  const name = nodeName === 'node' ? asked.node : stats.nodeName;
  const { point, problems } = decodeUsage(stats, words);
  for (const problem of problems) {
    const { error, ...rest } = words.node(problem, name, asked);
    if (error !== undefined) into.errors.push(error);
    into.drops.push({ what: 'node', name, reason: problem.reason, at: pathOf('node', problem), ...rest });
  }
  if (problems.length === 0) return [{ name, ...point }];
  if (badNode === 'dropped') return [];
  return [{ name: point.atNs === undefined ? '' : name, ...point }];
}

function decodePod(
  { pod: stats, index }: { pod: Summary['pods'][number]; index: number },
  asked: Asked,
  { words, badContainer }: InstantTraits,
  into: Into,
): PodPoint[] {
  const { namespace, name } = stats.podRef;
  const pod = `${namespace}/${name}`;
  const containers: ContainerPoint[] = [];
  let bad = false;
  for (const [at, container] of stats.containers.entries()) {
    const { point, problems } = decodeUsage(container, words);
    containers.push({ name: point.atNs === undefined ? '' : container.name, ...point });
    for (const problem of problems) {
      bad = true;
      const { error, ...rest } = words.container(problem, { name: container.name, pod }, asked);
      if (error !== undefined) into.errors.push(error);
      into.drops.push({
        what: 'container',
        name: `${pod}/${container.name}`,
        reason: problem.reason,
        at: pathOf(`pods[${index}].containers[${at}]`, problem),
        ...rest,
      });
    }
  }
  if (!bad || badContainer === 'kept-with-zeros') return [{ namespace, name, containers }];
  into.drops.push({ what: 'pod', name: pod, reason: 'a container of it was dropped' });
  return [];
}

function pathOf(parent: string, { part }: Problem): string {
  const fields = { time: 'cpu.time', cpu: 'cpu.usageNanoCores', memory: 'memory.workingSetBytes' };
  return `${parent}.${fields[part]}`;
}

function decodeUsage(
  { cpu, memory }: UsageStats,
  { reasons }: InstantWords,
): { point: MetricsPoint; problems: Problem[] } {
  const [atNs] = [cpu?.atNs, memory?.atNs].filter((ns) => ns !== undefined).sort((a, b) => Number(a - b));
  if (atNs === undefined) {
    return { point: { cpu: 0n, memoryBytes: 0n }, problems: [{ part: 'time', reason: reasons.time }] };
  }
  const problems: Problem[] = [];
  if (cpu?.usageNanoCores === undefined) problems.push({ part: 'cpu', reason: reasons.cpu });
  if (memory?.workingSetBytes === undefined) problems.push({ part: 'memory', reason: reasons.memory });
  const point = { atNs, cpu: cpu?.usageNanoCores ?? 0n, memoryBytes: memory?.workingSetBytes ?? 0n };
  return { point, problems };
}
