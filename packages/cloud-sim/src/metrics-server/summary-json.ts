import { DecodeError } from './points.ts';

/**
 * The fields of a kubelet Summary that metrics-server reads; times in nanoseconds, undefined when zero.
 */
export interface Summary {
  node: UsageStats & { nodeName: string };
  pods: {
    podRef: { name: string; namespace: string };
    containers: (UsageStats & { name: string })[];
  }[];
}

export interface UsageStats {
  startNs?: bigint;
  cpu?: CpuStats;
  memory?: MemoryStats;
}

export interface CpuStats {
  atNs?: bigint;
  usageNanoCores?: bigint;
  usageCoreNanoSeconds?: bigint;
}

export interface MemoryStats {
  atNs?: bigint;
  workingSetBytes?: bigint;
}

/** Says of a text that is no JSON what the real decoder says. */
export type SyntaxComplaint = (text: string) => string;

const NUMBER = Symbol('number');

type Json = null | boolean | string | JsonNumber | Json[] | { [key: string]: Json };

/** A number as it was written, because a uint64 does not fit a double. */
interface JsonNumber {
  [NUMBER]: true;
  source: string;
}

/**
 * Reads a Summary as easyjson's generated code does: unknown fields are skipped, null leaves a field as it
 * was.
 * kubernetes-sigs/metrics-server v0.4.2 pkg/scraper/types_easyjson.go, mailru/easyjson v0.7.1
 * jlexer/lexer.go.
 * @throws DecodeError; the words are the real ones except for the offset of a wrongly typed field
 */
export function parseSummary(text: string, syntaxError: SyntaxComplaint): Summary {
  const root = fields(parseJson(text, syntaxError));
  const node = fields(root.node);
  return {
    node: { nodeName: string(node.nodeName), ...usage(node) },
    pods: list(root.pods).map((each) => {
      const pod = fields(each);
      const podRef = fields(pod.podRef);
      return {
        podRef: { name: string(podRef.name), namespace: string(podRef.namespace) },
        containers: list(pod.containers).map((inner) => {
          const container = fields(inner);
          return { name: string(container.name), ...usage(container) };
        }),
      };
    }),
  };
}

function usage(stats: Record<string, Json>): UsageStats {
  const { startTime, cpu, memory } = stats;
  const { atNs: startNs } = time(startTime);
  return { ...(startNs !== undefined && { startNs }), ...cpuOf(cpu), ...memoryOf(memory) };
}

function cpuOf(cpu: Json | undefined): { cpu?: CpuStats } {
  if (!isSet(cpu)) return {};
  const stats = fields(cpu);
  const counts = { ...count('usageNanoCores', stats), ...count('usageCoreNanoSeconds', stats) };
  return { cpu: { ...time(stats.time), ...counts } };
}

function memoryOf(memory: Json | undefined): { memory?: MemoryStats } {
  if (!isSet(memory)) return {};
  const stats = fields(memory);
  return { memory: { ...time(stats.time), ...count('workingSetBytes', stats) } };
}

const isSet = (value: Json | undefined): value is Exclude<Json, null> =>
  value !== undefined && value !== null;

function fields(value: Json | undefined): Record<string, Json> {
  if (!isSet(value)) return {};
  if (typeof value !== 'object' || Array.isArray(value) || isNumber(value)) throw wrongType('{', value);
  return value as Record<string, Json>;
}

function list(value: Json | undefined): Json[] {
  if (!isSet(value)) return [];
  if (!Array.isArray(value)) throw wrongType('[', value);
  return value;
}

function string(value: Json | undefined): string {
  if (!isSet(value)) return '';
  if (typeof value !== 'string') throw wrongType('string', value);
  return value;
}

function count<K extends string>(key: K, stats: Record<string, Json>): { [P in K]?: bigint } {
  const value = stats[key];
  if (!isSet(value)) return {};
  if (!isNumber(value)) throw wrongType('number', value);
  const { source } = value;
  const problem = !/^\d+$/.test(source)
    ? 'invalid syntax'
    : BigInt(source) >= 2n ** 64n
      ? 'value out of range'
      : undefined;
  if (problem === undefined) return { [key]: BigInt(source) } as { [P in K]?: bigint };
  throw new DecodeError(
    `parse error: strconv.ParseUint: parsing "${source}": ${problem} near offset 0 of '${source}'`,
  );
}

const LAYOUT = '2006-01-02T15:04:05Z07:00';

/** metav1.Time: null, "" and the year 1 are zero (apimachinery v0.19.7 pkg/apis/meta/v1/time.go). */
function time(value: Json | undefined): { atNs?: bigint } {
  if (!isSet(value) || value === '') return {};
  if (typeof value !== 'string') {
    const kind = isNumber(value) ? 'number' : typeof value === 'boolean' ? 'bool' : 'object';
    throw new DecodeError(`json: cannot unmarshal ${kind} into Go value of type string`);
  }
  if (value.startsWith('0001-01-01T00:00:00')) return {};
  const atMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)
    ? Date.parse(value)
    : NaN;
  if (Number.isNaN(atMs)) {
    throw new DecodeError(`parsing time "${value}" as "${LAYOUT}": cannot parse "${value}" as "2006"`);
  }
  return { atNs: BigInt(atMs) * 1_000_000n };
}

const isNumber = (value: Json): value is JsonNumber =>
  typeof value === 'object' && value !== null && NUMBER in value;

function wrongType(expected: string, found: Json): DecodeError {
  const text = typeof found === 'string' ? found : isNumber(found) ? found.source : '';
  return new DecodeError(`parse error: expected ${expected} near offset 0 of '${text}'`);
}

/** JSON.parse that keeps numbers as written. */
function parseJson(text: string, syntaxError: SyntaxComplaint): Json {
  // The reviver's third argument is ECMAScript's "JSON.parse source text access", which TypeScript's es2024
  // lacks.
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? { [NUMBER]: true, source: context?.source ?? String(value) } : value;
  try {
    return JSON.parse(text, reviver) as Json;
  } catch {
    throw new DecodeError(syntaxError(text));
  }
}
