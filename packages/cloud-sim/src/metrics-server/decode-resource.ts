import type { LogLine } from './klog.ts';
import { type Asked, type Decode, DecodeError, type Drop, EndlessDecode, type PodPoint } from './points.ts';
import { type ParserTraits, PrometheusError, PrometheusParser, type Sample } from './prometheus-parser.ts';
import { type Raw, structured } from './structured-log.ts';

export interface ResourceTraits {
  parser: ParserTraits;
  /** What becomes of a line that breaks the format. */
  syntaxError: 'passed-over' | 'fails-the-node';
  /** The name of a point's CPU field in log lines. */
  cpuField: string;
  /** How log lines show a point: as fmt's `%+v`, or as JSON. */
  points: 'fields' | 'json';
  sources: { incompleteNode: string; incompletePod: string; incompleteContainer: string };
}

/** A point while it is read; zero is what nothing was said about. */
interface Reading {
  startNs?: bigint;
  atNs?: bigint;
  cpu: bigint;
  memoryBytes: bigint;
}

const NODE_CPU = 'node_cpu_usage_seconds_total';
const NODE_MEMORY = 'node_memory_working_set_bytes';
const CONTAINER_CPU = 'container_cpu_usage_seconds_total';
const CONTAINER_MEMORY = 'container_memory_working_set_bytes';
const CONTAINER_START = 'container_start_time_seconds';

/**
 * The rules of metrics-server 0.6 and later for /metrics/resource: a node or container needs a cumulative CPU
 * and a working set above zero; a bad container takes its pod with it; a sample without a time was taken when
 * it was asked for. Everything else in the text is passed over.
 * kubernetes-sigs/metrics-server v0.6.4, v0.9.0 pkg/scraper/client/resource/decode.go.
 */
export function resourceDecoder(traits: ResourceTraits): Decode {
  return (text, asked) => {
    const node: Reading = { cpu: 0n, memoryBytes: 0n };
    const pods = new Map<string, PodReading>();
    for (const sample of samples(text, traits)) read(sample, { asked, node, pods });
    const drops: Drop[] = [];
    const kept = [...pods.values()].flatMap((pod) => completePod(pod, traits, drops) ?? []);
    const lacking = lack(node);
    if (lacking === undefined) return { nodes: [{ name: asked.node, ...node }], pods: kept, drops };
    const values = { node: asked.node, metric: pointText(node, traits, '&') };
    drops.unshift({
      what: 'node',
      name: asked.node,
      reason: lacking.reason,
      at: `node_${lacking.series}`,
      log: line(traits.sources.incompleteNode, 'Failed getting complete node metric', values),
    });
    return { nodes: [], pods: kept, drops };
  };
}

interface PodReading {
  namespace: string;
  name: string;
  containers: Map<string, Reading>;
}

/** @throws DecodeError; EndlessDecode where the real loop asks for the next sample for ever */
function* samples(text: string, { parser: parserTraits, syntaxError }: ResourceTraits): Iterable<Sample> {
  const parser = new PrometheusParser(text, parserTraits);
  for (;;) {
    try {
      const sample = parser.next();
      if (sample === undefined) return;
      yield sample;
    } catch (error) {
      if (!(error instanceof PrometheusError)) throw error;
      if (syntaxError === 'fails-the-node') throw new DecodeError(`failed parsing metrics: ${error.message}`);
      if (error.stuck) throw new EndlessDecode(error.message);
    }
  }
}

interface Into {
  asked: Asked;
  node: Reading;
  pods: Map<string, PodReading>;
}

function read({ series, value, timestampMs }: Sample, { asked, node, pods }: Into): void {
  const named = (name: string) => series === name || series.startsWith(`${name}{`);
  const atNs = (timestampMs ?? BigInt(Math.trunc(asked.askedAtMs))) * 1_000_000n;
  if (named(NODE_CPU)) Object.assign(node, { cpu: goUint64(value * 1e9), atNs });
  else if (named(NODE_MEMORY)) Object.assign(node, { memoryBytes: goUint64(value), atNs });
  const family = [CONTAINER_CPU, CONTAINER_MEMORY, CONTAINER_START].find(named);
  if (family === undefined) return;
  const container = containerOf(series.slice(family.length), pods);
  if (family === CONTAINER_CPU) Object.assign(container, { cpu: goUint64(value * 1e9), atNs });
  else if (family === CONTAINER_MEMORY) Object.assign(container, { memoryBytes: goUint64(value), atNs });
  else container.startNs = goInt64(value * 1e9);
}

function containerOf(labels: string, pods: Map<string, PodReading>): Reading {
  const name = between(labels, 'container="');
  const podName = between(labels, 'pod="');
  const namespace = between(labels, 'namespace="');
  const key = `${namespace}/${podName}`;
  const pod = pods.get(key) ?? { namespace, name: podName, containers: new Map<string, Reading>() };
  pods.set(key, pod);
  const container = pod.containers.get(name) ?? { cpu: 0n, memoryBytes: 0n };
  pod.containers.set(name, container);
  return container;
}

/** What stands behind the first occurrence, wherever that is, up to the next quote. */
function between(labels: string, tag: string): string {
  const at = labels.indexOf(tag) + tag.length;
  return labels.slice(at, labels.indexOf('"', at));
}

function completePod(pod: PodReading, traits: ResourceTraits, drops: Drop[]): PodPoint | undefined {
  const { namespace, name, containers } = pod;
  const ref = `${namespace}/${name}`;
  for (const [container, reading] of containers) {
    const lacking = lack(reading);
    if (lacking === undefined) continue;
    const values = { containerName: container, containerMetric: pointText(reading, traits, '') };
    drops.push(
      {
        what: 'container',
        name: `${ref}/${container}`,
        reason: lacking.reason,
        at: `container_${lacking.series}`,
        log: line(traits.sources.incompleteContainer, 'Failed getting complete container metric', values),
      },
      {
        what: 'pod',
        name: ref,
        reason: 'a container of it was dropped',
        log: line(traits.sources.incompletePod, 'Failed getting complete Pod metric', { pod: ref }),
      },
    );
    return undefined;
  }
  return {
    namespace,
    name,
    containers: [...containers].map(([each, reading]) => ({ name: each, ...reading })),
  };
}

function lack({ cpu, memoryBytes }: Reading): { reason: string; series: string } | undefined {
  if (cpu === 0n) return { reason: 'cpu is zero or missing', series: 'cpu_usage_seconds_total' };
  if (memoryBytes === 0n) return { reason: 'memory is zero or missing', series: 'memory_working_set_bytes' };
  return undefined;
}

const line = (source: string, message: string, values: Record<string, string | Raw>): LogLine => ({
  message: structured(message, values),
  source,
  verbosity: 1,
  severity: 'I',
});

function pointText(reading: Reading, { cpuField, points }: ResourceTraits, sign: string): Raw {
  const { startNs, atNs, cpu, memoryBytes } = reading;
  if (points === 'json') {
    const time = (ns: bigint | undefined) =>
      ns === undefined ? '0001-01-01T00:00:00Z' : isoTime(ns, 'T', 'Z');
    const fields = [
      `"StartTime":"${time(startNs)}"`,
      `"Timestamp":"${time(atNs)}"`,
      `"${cpuField}":${cpu}`,
      `"MemoryUsage":${memoryBytes}`,
    ];
    return { raw: `{${fields.join(',')}}` };
  }
  const time = (ns: bigint | undefined) =>
    ns === undefined ? '0001-01-01 00:00:00 +0000 UTC' : isoTime(ns, ' ', ' +0000 UTC');
  const fields = `StartTime:${time(startNs)} Timestamp:${time(atNs)} ${cpuField}:${cpu} MemoryUsage:${memoryBytes}`;
  return { raw: `${sign}{${fields}}` };
}

/** A time with as many digits of a second as it needs. */
function isoTime(ns: bigint, separator: string, end: string): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
  const fraction = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${seconds.replace('T', separator)}${fraction === '' ? '' : `.${fraction}`}${end}`;
}

/** Go's conversion on amd64, also of what no uint64 can hold. */
function goUint64(value: number): bigint {
  // NaN compares as neither.
  if (!(value < 2 ** 64 && value >= -(2 ** 63))) return 2n ** 63n;
  return BigInt.asUintN(64, BigInt(Math.trunc(value)));
}

function goInt64(value: number): bigint {
  const fits = value < 2 ** 63 && value >= -(2 ** 63);
  return fits ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}
