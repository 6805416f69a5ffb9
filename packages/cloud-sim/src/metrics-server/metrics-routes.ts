import type { World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pod } from '../kube-apiserver/objects.ts';
import { sendJson, sendText } from '../kube-apiserver/send.ts';
import { notFound } from '../kube-apiserver/status.ts';
import { wantsTable } from '../kube-apiserver/table.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Log } from './klog.ts';
import {
  METRICS_API,
  metricsResources,
  metricsTable,
  type NodeMetrics,
  nodeMetrics,
  type PodMetrics,
  podMetrics,
  select,
  type Usage,
} from './metrics-api.ts';
import { formatBinary, formatDecimal, parseQuantity, unitValue } from './quantity.ts';
import type { MetricsStorage } from './storage.ts';
import type { MetricsServerVersion } from './versions.data.ts';

export interface MetricsRoutesOptions {
  world: World;
  view: ClusterView;
  storage: MetricsStorage;
  version: MetricsServerVersion;
  log: Log;
  /** The trace event of a request, for what follows from it. */
  eventOf(request: FastifyRequest): number | undefined;
}

type Params = { namespace: string; name: string };
type ListQuery = { labelSelector?: string; fieldSelector?: string };

/**
 * Adds the Metrics API. A node is answered for only if it is known and has a point, a pod only if it is
 * Running, too.
 * kubernetes-sigs/metrics-server v0.4.2 pkg/api/{install,node,pod}.go.
 */
export function addMetricsRoutes(app: FastifyInstance, options: MetricsRoutesOptions): void {
  const { world, view, storage, version, log } = options;
  const when = () => ({ nowMs: world.clock.now(), windowMs: version.windowMs });
  const { sources } = version;
  const get = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => FastifyReply) =>
    app.get(url, async (request, reply) => {
      // An informer would know by now. If the apiserver is away, what was known stays.
      await view.refresh({ parent: options.eventOf(request) }).catch(() => {});
      return handler(request, reply);
    });
  const fail = (request: FastifyRequest, source: string, message: string) =>
    log({ severity: 'E', verbosity: 0, source, message }, options.eventOf(request));

  app.get(METRICS_API, (_request, reply) => sendJson(reply, metricsResources));
  get(`${METRICS_API}/nodes`, (request, reply) => {
    const items = select(view.nodes, request.query as ListQuery)
      .map(({ metadata }) => storage.node(metadata.name))
      .filter((point) => point !== undefined)
      .map((point) => nodeMetrics(point, when()));
    return sendList(request, reply, 'NodeMetricsList', items);
  });
  get(`${METRICS_API}/nodes/:name`, (request, reply) => {
    const { name } = request.params as Params;
    const point = storage.node(name);
    if (point !== undefined) return sendOne(request, reply, 'NodeMetrics', nodeMetrics(point, when()));
    const message = `unable to fetch node metrics for node "${name}": no metrics known for node "${name}"`;
    fail(request, sources.noNodeMetrics, message);
    return sendJson(reply, notFound({ group: 'metrics.k8s.io', resource: 'nodemetrics' }, name), 404);
  });
  for (const url of [`${METRICS_API}/pods`, `${METRICS_API}/namespaces/:namespace/pods`]) {
    get(url, (request, reply) => {
      const { namespace } = request.params as Partial<Params>;
      const items = select(view.pods, request.query as ListQuery)
        .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
        .map(pointOf)
        .filter((point) => point !== undefined)
        .map((point) => podMetrics(point, when()));
      return sendList(request, reply, 'PodMetricsList', items);
    });
  }
  get(`${METRICS_API}/namespaces/:namespace/pods/:name`, (request, reply) => {
    const { namespace, name } = request.params as Params;
    const key = `${namespace}/${name}`;
    const pod = view.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
    if (pod === undefined) {
      // client-go's lister says `pod`, not `pods` (client-go v0.19.7 listers/core/v1/pod.go).
      const status = notFound({ resource: 'pod' }, name);
      fail(request, sources.noPod, `Error while getting pod ${name}: ${status.message}`);
      return sendJson(reply, status, 404);
    }
    const point = pointOf(pod);
    if (point !== undefined) return sendOne(request, reply, 'PodMetrics', podMetrics(point, when()));
    const message = `unable to fetch pod metrics for pod ${key}: no metrics known for pod "${key}"`;
    fail(request, sources.noPodMetrics, message);
    return sendJson(reply, notFound({ group: 'metrics.k8s.io', resource: 'podmetrics' }, key), 404);
  });
  app.setNotFoundHandler((_request, reply) => sendText(reply, '404 page not found', 404));

  function pointOf({ metadata, status }: Pod) {
    return status.phase === 'Running' ? storage.pod(metadata.namespace, metadata.name) : undefined;
  }
}

function sendOne(request: FastifyRequest, reply: FastifyReply, kind: string, item: NodeMetrics | PodMetrics) {
  const { selfLink } = item.metadata;
  if (wantsTable(request.headers.accept)) return sendJson(reply, metricsTable([rowOf(item)], selfLink));
  return sendJson(reply, { kind, apiVersion: 'metrics.k8s.io/v1beta1', ...item });
}

function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  kind: string,
  items: (NodeMetrics | PodMetrics)[],
) {
  const selfLink = request.url.replace(/\?.*$/, '');
  if (wantsTable(request.headers.accept)) return sendJson(reply, metricsTable(items.map(rowOf), selfLink));
  return sendJson(reply, { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata: { selfLink }, items });
}

function rowOf(item: NodeMetrics | PodMetrics): { object: NodeMetrics | PodMetrics; usage: Usage } {
  if ('usage' in item) return { object: item, usage: item.usage };
  const sum = (part: keyof Usage) =>
    item.containers.reduce((total, { usage }) => total + (parseQuantity(usage[part]) ?? 0n), 0n);
  const usage = { cpu: formatDecimal(sum('cpu'), -9), memory: formatBinary(unitValue(sum('memory'))) };
  return { object: item, usage };
}
