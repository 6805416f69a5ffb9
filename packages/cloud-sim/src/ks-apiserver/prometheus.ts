import { type Host, httpRequest, type World } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import { formatGoFloat, parseGoFloat } from './go-text.ts';
import type { Metric, MetricValue, Point } from './metric.ts';
import { makeExpression } from './promql.ts';
import type { QueryTime, Selection } from './query.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { KubesphereVersion } from './versions.data.ts';

export interface PrometheusOptions {
  /** e.g. `http://prometheus-k8s.kubesphere-monitoring-system.svc:9090`; what errors name. */
  url: string;
  /** How to get there: a host of the world, or a dialler of the outside. */
  from: Pick<Host, 'connect'>;
}

/** What Prometheus has of some metrics, in the order in which its answers came. */
export type AskPrometheus = (
  names: readonly string[],
  query: { selection: Selection; time: QueryTime; parent: number },
) => Promise<Metric[]>;

/** prometheus/client_golang api/client.go DefaultRoundTripper. */
const DIAL_TIMEOUT_MS = 30_000;

/**
 * The Prometheus that KubeSphere is configured with. Without one it is an empty one: no cloud node is scraped in the
 * simulated cluster, and nothing is recorded.
 *
 * kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/prometheus/prometheus.go asks for all metrics at once and
 * keeps the order in which answers come; here it is drawn by lot.
 */
export function createPrometheus(
  world: World,
  host: Host,
  version: KubesphereVersion,
  options: PrometheusOptions | undefined,
): AskPrometheus {
  const order = world.rng.fork('ks-apiserver/prometheus');
  return async (names, { selection, time, parent }) => {
    const type = 'atMs' in time ? 'vector' : 'matrix';
    const metrics = await Promise.all(
      names.map(async (name): Promise<Metric> => {
        const expression = options === undefined ? undefined : makeExpression(name, selection);
        if (options === undefined || expression === undefined) return { name, type, result: [] };
        const traced = {
          host: host.name,
          component: COMPONENT,
          kind: 'ks-apiserver.prometheus',
          parent,
        } as const;
        try {
          const values = await ask(options, version, expression, { time, parent });
          const result = values.filter(selectedBy(selection.namespacedResourcesFilter));
          world.trace.emit({ ...traced, detail: { metric: name, series: result.length } });
          return { name, type, result };
        } catch (cause) {
          const error = goErrorMessage(cause);
          world.trace.emit({
            ...traced,
            detail: { metric: name, series: 0, error: world.net.describe(error) },
          });
          return { name, result: [], error };
        }
      }),
    );
    for (let at = metrics.length - 1; at > 0; at--) {
      const other = order.int(0, at);
      [metrics[at], metrics[other]] = [metrics[other] as Metric, metrics[at] as Metric];
    }
    return metrics;
  };
}

class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
}

const goErrorMessage = (cause: unknown) =>
  cause instanceof PrometheusError ? cause.message : goErrorText(cause);

interface Answer {
  status?: string;
  errorType?: string;
  error?: string;
  data?: { resultType?: string; result?: unknown };
}

/** One query: POST, and GET where that is 405 (prometheus/client_golang v1.7.1 api/prometheus/v1/api.go). */
async function ask(
  { url, from }: PrometheusOptions,
  version: KubesphereVersion,
  expression: string,
  { time, parent }: { time: QueryTime; parent: number },
): Promise<MetricValue[]> {
  const { hostname, port, pathname } = new URL(url);
  const target = { address: hostname, port: port === '' ? 80 : Number(port) };
  const range = 'startMs' in time;
  const path = `${pathname.replace(/\/$/, '')}/api/v1/${range ? 'query_range' : 'query'}`;
  const form = formOf(expression, time);
  const send = async (method: 'POST' | 'GET') => {
    const full = method === 'POST' ? path : `${path}?${form}`;
    try {
      return await httpRequest(from, {
        target,
        method,
        path: full,
        headers: {
          host: new URL(url).host,
          'user-agent': 'Go-http-client/1.1',
          ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
        },
        ...(method === 'POST' && { body: form }),
        timeoutMs: DIAL_TIMEOUT_MS,
        component: COMPONENT,
        parent,
      });
    } catch (cause) {
      const asked = `${new URL(url).origin}${full}`;
      const quoted = version.go === '1.13' ? asked : JSON.stringify(asked);
      throw new PrometheusError(`${method === 'POST' ? 'Post' : 'Get'} ${quoted}: ${goErrorText(cause)}`);
    }
  };
  let response = await send('POST');
  if (response.status === 405) {
    response.body.destroy();
    response = await send('GET');
  }
  return seriesOf(response.status, await response.text(), range);
}

function formOf(expression: string, time: QueryTime): string {
  const seconds = (ms: number) => formatGoFloat(ms / 1_000);
  const form: Record<string, string> =
    'atMs' in time
      ? { query: expression, time: seconds(time.atMs) }
      : {
          end: seconds(time.endMs),
          query: expression,
          start: seconds(time.startMs),
          step: formatGoFloat(time.stepNs / 1e9),
        };
  return Object.entries(form)
    .map(([name, value]) => `${name}=${queryEscape(value)}`)
    .join('&');
}

/** golang/go src/net/url/url.go QueryEscape. */
const queryEscape = (text: string) =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function seriesOf(status: number, text: string, range: boolean): MetricValue[] {
  const bodyCounts = status === 400 || status === 422;
  if (Math.floor(status / 100) !== 2 && !bodyCounts) {
    const [side, type] = status < 500 ? ['client', 'client_error'] : ['server', 'server_error'];
    throw new PrometheusError(
      status >= 400 && status < 600
        ? `${type}: ${side} error: ${status}`
        : `bad_response: bad response code ${status}`,
    );
  }
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    throw new PrometheusError('bad_response: invalid character in the answer');
  }
  if (bodyCounts && answer.status === 'success') {
    throw new PrometheusError('bad_response: inconsistent body for response code');
  }
  if (answer.status === 'error') throw new PrometheusError(`${answer.errorType}: ${answer.error}`);
  const { resultType, result } = answer.data ?? {};
  // Any other type, a scalar say, is passed over.
  if (resultType !== (range ? 'matrix' : 'vector') || !Array.isArray(result)) return [];
  return result.map(readSeries);
}

type WirePoint = [atSeconds: number, value: string];

function readSeries(series: {
  metric: Record<string, string>;
  value?: WirePoint;
  values?: WirePoint[];
}): MetricValue {
  const point = ([at, value]: WirePoint): Point => [at, parseGoFloat(value)];
  return {
    metric: series.metric,
    ...(series.value && { value: point(series.value) }),
    ...(series.values && { values: series.values.map(point) }),
  };
}

/** kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/prometheus/prometheus.go genMetricFilter. */
function selectedBy(filter: string): (value: MetricValue) => boolean {
  if (filter === '') return () => true;
  const wanted = new Set(filter.split('|'));
  return ({ metric = {} }) => wanted.has(`${metric['namespace'] ?? ''}/${metric['pod'] ?? ''}`);
}
