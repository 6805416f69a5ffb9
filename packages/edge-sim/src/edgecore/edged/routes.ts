import { gzipSync } from 'node:zlib';
import { CONTAINER_LOGS_PATH, containerLogsAnswer } from './container-logs.ts';
import { podContainerAnswer, rootStatsAnswer, systemContainerAnswer } from './container-stats-routes.ts';
import type { EdgedContext } from './context.ts';
import type { Handler, Route } from './go-mux.ts';
import {
  type Answer,
  internalError,
  jsonAnswer,
  plainError,
  type RouteRequest,
  textAnswer,
} from './http-answer.ts';
import { kubeletMetricsText } from './metrics.ts';
import { cadvisorMetricsText } from './metrics-cadvisor.ts';
import { resourceMetricsText } from './metrics-resource.ts';
import { podsText } from './pods.ts';
import { PROMETHEUS_CONTENT_TYPE } from './prometheus-text.ts';
import { remoteCommandRoutes } from './remote-command.ts';
import { runningPodsText } from './running-pods.ts';
import { machineSpecText } from './spec.ts';
import type { Summary } from './stats-types.ts';
import { collectSummary, StatsError } from './summary.ts';
import { summaryToJson } from './summary-json.ts';

/**
 * Every path edged can have, without those of exec, attach and port forwarding, which its traits speak of, and those of
 * run and profiling.
 * Source: kubeedge v1.6.1 vendor/k8s.io/kubernetes/pkg/kubelet/server/server.go, all of which it enables but
 * /cri/.
 */
export const EDGED_PATHS = [
  '/healthz',
  '/healthz/ping',
  '/healthz/log',
  '/healthz/syncloop',
  '/pods',
  '/stats/',
  '/stats/summary',
  '/stats/container',
  '/stats/{podName}/{containerName}',
  '/stats/{namespace}/{podName}/{uid}/{containerName}',
  '/metrics',
  '/metrics/cadvisor',
  '/metrics/resource',
  '/metrics/resource/v1alpha1',
  '/metrics/probes',
  '/spec/',
  '/configz',
  '/runningpods/',
  '/logs/',
  CONTAINER_LOGS_PATH,
] as const;

/** The routes of a context, those of its traits' paths. */
export function edgedRoutes(context: EdgedContext): Route[] {
  const all: Route[] = [
    ...healthRoutes(),
    ...statsRoutes(context),
    ...metricsRoutes(context),
    restful('/pods', '/pods', ['GET'], () => {
      const pods = context.pods.all();
      return jsonAnswer(podsText(pods, context.machine, context.nodeName), { pods: pods.length });
    }),
    restful('/spec/', '/spec/', ['GET'], () => jsonAnswer(machineSpecText(context))),
    restful('/runningpods/', '/runningpods/', ['GET'], () => {
      const { text, pods } = runningPodsText(context.machine);
      return jsonAnswer(text, { pods });
    }),
    plain('/configz', () => jsonAnswer('{}')),
    plain('/logs/', () => plainError(405, 'logs endpoint is disabled.')),
    {
      kind: 'restful',
      path: CONTAINER_LOGS_PATH,
      root: '/containerLogs',
      methods: ['GET'],
      handler: (request) => containerLogsAnswer(request, context),
    },
  ];
  const served = all.filter((route) => context.traits.paths.includes(route.path));
  if (context.traits.debuggingDisabled) return [...served, ...disabledRoutes()];
  return [...served, ...remoteCommandRoutes(context)];
}

// InstallDebuggingDisabledHandlers
const DISABLED_PATHS = [
  '/run/',
  '/exec/',
  '/attach/',
  '/portForward/',
  '/containerLogs/',
  '/runningpods/',
  '/debug/pprof/',
  '/logs/',
];

const disabledRoutes = (): Route[] =>
  DISABLED_PATHS.map((path) => plain(path, () => plainError(405, 'Debug endpoints are disabled.')));

const plain = (path: string, handler: Handler): Route => ({ kind: 'plain', path, handler });

const restful = (path: string, root: string, methods: readonly string[], handler: Handler): Route => ({
  kind: 'restful',
  path,
  root,
  methods,
  produces: 'application/json',
  handler,
});

const HEALTH_CHECKS = ['ping', 'log', 'syncloop'];

/**
 * All checks pass while edged answers at all; its sync loop's entry time is never set, which the check takes
 * as fine.
 * Source: kubeedge v1.6.1 vendor/k8s.io/apiserver/pkg/server/healthz/healthz.go,
 * edge/pkg/edged/edged_getters.go.
 */
function healthRoutes(): Route[] {
  const ok: Handler = () => textAnswer('ok');
  const root: Handler = ({ query }) => {
    const lines = HEALTH_CHECKS.map((check) =>
      query.getAll('exclude').includes(check) ? `[+]${check} excluded: ok\n` : `[+]${check} ok\n`,
    );
    return {
      status: 200,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: query.has('verbose') ? `${lines.join('')}healthz check passed\n` : 'ok',
    };
  };
  return [plain('/healthz', root), ...HEALTH_CHECKS.map((check) => plain(`/healthz/${check}`, ok))];
}

function statsRoutes(context: EdgedContext): Route[] {
  const route = (path: string, handler: Handler) => restful(path, '/stats/', ['GET', 'POST'], handler);
  const pod: Handler = (request) => podContainerAnswer(request, context);
  return [
    route('/stats/', (request) => rootStatsAnswer(request, context)),
    route('/stats/summary', (request) => summaryAnswer(request, context)),
    route('/stats/container', (request) => systemContainerAnswer(request, context)),
    route('/stats/{podName}/{containerName}', pod),
    route('/stats/{namespace}/{podName}/{uid}/{containerName}', pod),
  ];
}

function summaryAnswer(request: RouteRequest, context: EdgedContext): Answer {
  const values = [...formOf(request).getAll('only_cpu_and_memory')];
  const onlyCpuAndMemory = values.length === 1 && values[0] === 'true';
  const summary = summaryOrError(context, onlyCpuAndMemory);
  if (summary instanceof StatsError) return internalError(summary.message);
  return jsonAnswer(summaryToJson(summary), summaryNotes(summary));
}

/** Go's Form: the body's values of a posted form, then the query's. */
function formOf({ method, headers, body, query }: RouteRequest): URLSearchParams {
  const posted =
    method === 'POST' && headers['content-type'] === 'application/x-www-form-urlencoded' ? body : '';
  return new URLSearchParams([...new URLSearchParams(posted), ...query]);
}

function summaryOrError(context: EdgedContext, onlyCpuAndMemory: boolean): Summary | StatsError {
  try {
    return collectSummary(context, onlyCpuAndMemory);
  } catch (error) {
    if (error instanceof StatsError) return error;
    throw error;
  }
}

const summaryNotes = ({ pods, skipped }: Summary) => ({
  pods: pods.length,
  listed: pods.map(({ podRef }) => `${podRef.namespace}/${podRef.name}`),
  skipped,
});

function metricsRoutes(context: EdgedContext): Route[] {
  const resource =
    (cpuType: 'counter' | 'gauge'): Handler =>
    (request) => {
      const summary = summaryOrError(context, true);
      if (summary instanceof StatsError)
        return metricsAnswer(request, resourceMetricsText(undefined, cpuType));
      return {
        ...metricsAnswer(request, resourceMetricsText(summary, cpuType, context.traits.resourceMetrics)),
        notes: summaryNotes(summary),
      };
    };
  return [
    plain('/metrics', (request) => metricsAnswer(request, kubeletMetricsText(context))),
    plain('/metrics/cadvisor', async (request) => metricsAnswer(request, await cadvisorMetricsText(context))),
    plain('/metrics/resource', resource('counter')),
    plain('/metrics/resource/v1alpha1', resource('gauge')),
    plain('/metrics/probes', (request) => metricsAnswer(request, '')),
  ];
}

/**
 * promhttp packs the text when the client takes gzip.
 * Source: client_golang v1.7.1 prometheus/promhttp/http.go.
 */
function metricsAnswer({ headers }: RouteRequest, text: string): Answer {
  const encodings = [headers['accept-encoding'] ?? []].flat().join(',').split(',');
  const gzip = encodings.some((encoding) => /^gzip(;|$)/.test(encoding.trim()));
  return {
    status: 200,
    headers: { ...(gzip && { 'Content-Encoding': 'gzip' }), 'Content-Type': PROMETHEUS_CONTENT_TYPE },
    body: gzip ? gzipSync(text) : text,
  };
}
