import type { World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf } from '../kube-apiserver/query.ts';
import { sendJson, sendText } from '../kube-apiserver/send.ts';
import { notFound } from '../kube-apiserver/status.ts';
import { wantsTable } from '../kube-apiserver/table.ts';
import type { AnswerTraits } from './answer-traits.ts';
import type { ClusterView, SeenPod } from './cluster-view.ts';
import type { Log, LogLine } from './klog.ts';
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
import type { Drop } from './points.ts';
import { formatBinary, formatDecimal, parseQuantity, unitValue } from './quantity.ts';
import type { MetricsStorage } from './storage.ts';

export interface MetricsRoutesOptions {
  world: World;
  view: ClusterView;
  storage: MetricsStorage;
  traits: AnswerTraits;
  /** Whether --node-selector wants a node with these labels. */
  wantsNode(labels: Readonly<Record<string, string>>): boolean;
  log: Log;
  /** Puts down what could not be answered for. */
  note(drop: Drop, parent: number | undefined): void;
  /** The trace event of a request, for what follows from it. */
  eventOf(request: FastifyRequest): number | undefined;
}

type Params = { namespace: string; name: string };

/**
 * Adds the Metrics API. A node is answered for only if it is known and has metrics, a pod only if it runs, too.
 * kubernetes-sigs/metrics-server v0.3.7 pkg/storage/{node,pod}metrics/reststorage.go; v0.4.2, v0.5.2, v0.9.0
 * pkg/api/{install,node,pod}.go.
 */
export function addMetricsRoutes(app: FastifyInstance, options: MetricsRoutesOptions): void {
  const { world, view, storage, traits, log } = options;
  const { words } = traits;
  const how = () => ({ nowMs: world.clock.now(), traits });
  const get = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => FastifyReply) =>
    app.get(url, async (request, reply) => {
      // An informer would know by now. If the apiserver is away, what was known stays.
      await view.refresh({ parent: options.eventOf(request) }).catch(() => {});
      return handler(request, reply);
    });
  const say = (request: FastifyRequest, lines: readonly LogLine[]) => {
    for (const line of lines) log(line, options.eventOf(request));
  };
  const noter = (request: FastifyRequest) => (drop: Drop) => options.note(drop, options.eventOf(request));

  app.get(METRICS_API, (_request, reply) => sendJson(reply, metricsResources(traits)));
  get(`${METRICS_API}/nodes`, (request, reply) => {
    const nodes = select(view.nodes, queryOf(request), traits).filter(({ metadata }) =>
      options.wantsNode(metadata.labels ?? {}),
    );
    const items = nodes.flatMap(({ metadata }) => {
      const measured = storage.node(metadata.name, noter(request));
      if (measured !== undefined) return [nodeMetrics(metadata, measured, how())];
      say(request, words.notListedNode(metadata.name));
      return [];
    });
    return sendList(request, reply, 'NodeMetricsList', items);
  });
  get(`${METRICS_API}/nodes/:name`, (request, reply) => {
    const { name } = request.params as Params;
    const node = view.nodes.find(({ metadata }) => metadata.name === name);
    if (node === undefined && traits.unknownNode === 'as-node') {
      return sendJson(reply, notFound({ resource: 'node' }, name), 404);
    }
    const measured = storage.node(name, noter(request));
    if (measured !== undefined) {
      return sendOne(request, reply, 'NodeMetrics', nodeMetrics(node?.metadata ?? { name }, measured, how()));
    }
    say(request, words.noNodeMetrics(name));
    return sendJson(reply, notFound({ group: 'metrics.k8s.io', resource: 'nodemetrics' }, name), 404);
  });
  for (const url of [`${METRICS_API}/pods`, `${METRICS_API}/namespaces/:namespace/pods`]) {
    get(url, (request, reply) => {
      const { namespace } = request.params as Partial<Params>;
      const pods = select(view.pods, queryOf(request), traits).filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      );
      const items = inOrder(pods).flatMap((pod) => answerFor(pod, request) ?? []);
      return sendList(request, reply, 'PodMetricsList', items);
    });
  }
  get(`${METRICS_API}/namespaces/:namespace/pods/:name`, (request, reply) => {
    const { namespace, name } = request.params as Params;
    const key = `${namespace}/${name}`;
    const pod = view.pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
    if (pod === undefined) {
      say(request, words.noPod(name));
      return sendJson(reply, notFound({ resource: traits.unknownPod }, name), 404);
    }
    const measured = answered(pod) ? storage.pod(namespace, name, noter(request)) : undefined;
    if (measured !== undefined) {
      return sendOne(request, reply, 'PodMetrics', podMetrics(pod.metadata, measured, how()));
    }
    say(request, words.noPodMetrics(key));
    return sendJson(reply, notFound({ group: 'metrics.k8s.io', resource: 'podmetrics' }, key), 404);
  });
  app.setNotFoundHandler((_request, reply) => sendText(reply, '404 page not found', 404));

  const answered = ({ running }: SeenPod) => running || !traits.onlyRunning;

  function answerFor(pod: SeenPod, request: FastifyRequest): PodMetrics | undefined {
    if (!answered(pod)) return undefined;
    const { metadata } = pod;
    const measured = storage.pod(metadata.namespace, metadata.name, noter(request));
    if (measured !== undefined) return podMetrics(metadata, measured, how());
    say(request, words.notListedPod(`${metadata.namespace}/${metadata.name}`));
    return undefined;
  }

  /** Nodes come in the order of their names already; pods are to be in that of namespace, then name. */
  function inOrder(pods: SeenPod[]): SeenPod[] {
    if (!traits.sorted) return pods;
    const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
    return pods.sort(
      ({ metadata: a }, { metadata: b }) => compare(a.namespace, b.namespace) || compare(a.name, b.name),
    );
  }

  function sendOne(
    request: FastifyRequest,
    reply: FastifyReply,
    kind: string,
    item: NodeMetrics | PodMetrics,
  ) {
    const { selfLink } = item.metadata;
    if (asTable(request)) return sendJson(reply, metricsTable([rowOf(item)], selfLink));
    return sendJson(reply, { kind, apiVersion: 'metrics.k8s.io/v1beta1', ...item });
  }

  function sendList(
    request: FastifyRequest,
    reply: FastifyReply,
    kind: string,
    items: (NodeMetrics | PodMetrics)[],
  ) {
    const selfLink = traits.selfLink ? request.url.replace(/\?.*$/, '') : undefined;
    if (asTable(request)) return sendJson(reply, metricsTable(items.map(rowOf), selfLink));
    const metadata = selfLink === undefined ? {} : { selfLink };
    return sendJson(reply, { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata, items });
  }

  function asTable({ headers }: FastifyRequest): boolean {
    return traits.tables && wantsTable(headers.accept);
  }
}

function rowOf(item: NodeMetrics | PodMetrics): { object: NodeMetrics | PodMetrics; usage: Usage } {
  if ('usage' in item) return { object: item, usage: item.usage };
  const sum = (part: keyof Usage) =>
    item.containers.reduce((total, { usage }) => total + (parseQuantity(usage[part]) ?? 0n), 0n);
  const usage = { cpu: formatDecimal(sum('cpu'), -9), memory: formatBinary(unitValue(sum('memory'))) };
  return { object: item, usage };
}
