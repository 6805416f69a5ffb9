import { GoTextError, parseGoDuration, parseGoInt } from './go-text.ts';
import { type MetricLevel, metricNames } from './metric-names.data.ts';
import type { Sorting } from './sort-page.ts';
import type { KubesphereVersion } from './versions.data.ts';

/** A request that is answered 400 with these words. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}

/** The time asked for is before the namespace was there: an answer without values. */
export class NoHitError extends Error {
  override readonly name = 'NoHitError';
}

/** What a query is about: the members of the URL's path and the filters. */
export interface Selection {
  level: MetricLevel;
  /** `.*` unless given. */
  resourceFilter: string;
  /** `ns/pod|ns/pod`, or empty. */
  namespacedResourcesFilter: string;
  /** `rank`, or whatever. */
  queryType: string;
  nodeName: string;
  namespaceName: string;
  workloadKind: string;
  workloadName: string;
  podName: string;
}

/** Milliseconds since the epoch; a step in nanoseconds. */
export type QueryTime = { atMs: number } | { startMs: number; endMs: number; stepNs: number };

export interface MonitoringQuery {
  selection: Selection;
  /** Names of the level, all of them. */
  names: readonly string[];
  /** A regular expression that is not anchored. */
  metricsFilter: string;
  time: QueryTime;
  paging?: { sorting: Sorting; page: number; limit: number };
}

/** Milliseconds since the epoch at which a namespace was made. @throws Error with the words of a client of kube-apiserver */
export type NamespaceAge = (namespace: string) => Promise<number>;

const DEFAULT_STEP_NS = 600e9;

/** Labels by which a level's resources are told apart; a level without one cannot be sorted. */
const identifiers: Partial<Record<MetricLevel, string>> = {
  node: 'node',
  workspace: 'workspace',
  namespace: 'namespace',
  workload: 'workload',
  pod: 'pod',
  container: 'container',
  pvc: 'persistentvolumeclaim',
  ingress: 'ingress',
};

export interface ReadQueryOptions {
  level: MetricLevel;
  path: Readonly<Record<string, string | undefined>>;
  params: URLSearchParams;
  version: KubesphereVersion;
  nowMs: number;
  namespaceAge: NamespaceAge;
}

/**
 * Reads a request, in the order of kubesphere/kubesphere v3.1.0 pkg/kapis/monitoring/v1alpha3/helper.go
 * parseRequestParams and makeQueryOptions: times, namespace, sorting.
 * @throws BadRequestError, NoHitError
 */
export async function readQuery(options: ReadQueryOptions): Promise<MonitoringQuery> {
  const { level, path, params, version } = options;
  const param = (name: string) => params.get(name) ?? '';
  const selection: Selection = {
    level,
    resourceFilter: param('resources_filter') || '.*',
    namespacedResourcesFilter:
      level === 'pod' ? param('namespaced_resources_filter').replace(/\$+$/, '') : '',
    queryType: level === 'node' ? param('type') : '',
    nodeName: path['node'] ?? '',
    namespaceName: path['namespace'] ?? '',
    workloadKind: path['kind'] ?? '',
    workloadName: path['workload'] ?? '',
    podName: path['pod'] ?? '',
  };
  let time = readTime(param, options);
  if (selection.namespaceName !== '') {
    time = afterCreation(time, await createdAt(options.namespaceAge, selection.namespaceName));
  }
  const paging = readPaging(param, identifiers[level]);
  return {
    selection,
    names: metricNames(level, version.minor),
    metricsFilter: param('metrics_filter') || '.*',
    time,
    ...(paging && { paging }),
  };
}

type Param = (name: string) => string;

function readTime(param: Param, { version, nowMs }: ReadQueryOptions): QueryTime {
  const [start, end] = [param('start'), param('end')];
  try {
    if (start !== '' && end !== '') {
      const startMs = milliseconds(start);
      const endMs = milliseconds(end);
      const step = param('step');
      const stepNs = step === '' ? DEFAULT_STEP_NS : parseGoDuration(step, version.go !== '1.13');
      if (startMs > endMs) throw new BadRequestError("'start' must be before 'end'.");
      return { startMs, endMs, stepNs };
    }
    if (start !== '' || end !== '') {
      throw new BadRequestError("'time' and the combination of 'start' and 'end' are mutually exclusive.");
    }
    const time = param('time');
    return { atMs: time === '' ? nowMs : milliseconds(time) };
  } catch (error) {
    if (error instanceof GoTextError) throw new BadRequestError(error.message);
    throw error;
  }
}

const milliseconds = (seconds: string) => Number(parseGoInt(seconds)) * 1_000;

async function createdAt(namespaceAge: NamespaceAge, namespace: string): Promise<number> {
  try {
    return await namespaceAge(namespace);
  } catch (error) {
    throw new BadRequestError(error instanceof Error ? error.message : String(error));
  }
}

/** A range that begins before the namespace does begins with the first step after its creation, counted from the end. */
function afterCreation(time: QueryTime, createdMs: number): QueryTime {
  const noHit = () => new NoHitError("'end' or 'time' must be after the namespace creation time.");
  if ('atMs' in time) {
    if (time.atMs < createdMs) throw noHit();
    return time;
  }
  const { startMs, endMs, stepNs } = time;
  if (endMs < createdMs) throw noHit();
  if (startMs >= createdMs) return time;
  const stepMs = stepNs / 1e6;
  // Upstream counts back in a loop, which a step that is not positive never ends.
  const steps = stepMs > 0 ? Math.max(0, Math.ceil((endMs - createdMs) / stepMs) - 1) : 0;
  return { startMs: endMs - steps * stepMs, endMs, stepNs };
}

function readPaging(param: Param, identifier: string | undefined): MonitoringQuery['paging'] {
  const target = param('sort_metric');
  if (target === '') return undefined;
  const order = param('sort_type') === 'asc' ? 'asc' : 'desc';
  const page = positive(param('page'), 1, 'page');
  const limit = positive(param('limit'), 5, 'limit');
  return identifier === undefined ? undefined : { sorting: { target, identifier, order }, page, limit };
}

function positive(text: string, fallback: number, name: string): number {
  if (text === '') return fallback;
  const number = /^[+]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : 0n;
  if (number <= 0n || number >= 2n ** 63n) throw new BadRequestError(`Invalid parameter '${name}'.`);
  return Number(number);
}
