import type { Server } from 'node:http';
import {
  createHttpServer,
  type Endpoint,
  type Host,
  listenHttp,
  type NetSocket,
  type World,
} from '@kubeedge-sim/sim-kit';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Route, routeRequest } from '../cloudcore/cloudstream/go-restful.ts';
import { sendText } from '../kube-apiserver/send.ts';
import { serviceAccount, simToken } from '../kube-apiserver/sim-tokens.ts';
import { type ApiClient, type ApiServerOptions, createApiClient } from './api-client.ts';
import { type AskEdgeMetrics, createEdgeMetrics } from './edge-metrics.ts';
import { createLog, type Log } from './klog.ts';
import { createMonitoring } from './monitoring.ts';
import { addMonitoringRoutes, MONITORING_ROOT, monitoringPaths } from './monitoring-routes.ts';
import { createPrometheus, type PrometheusOptions } from './prometheus.ts';
import { addProxyRoutes } from './proxy-routes.ts';
import { addResourceRoutes, RESOURCES_ROOT, resourcePaths } from './resource-routes.ts';
import { COMPONENT } from './trace-kinds.ts';
import { type KubesphereTag, type KubesphereVersion, kubesphereVersions } from './versions.data.ts';

const ACCOUNT = serviceAccount('kubesphere-system', 'kubesphere');

export interface KsApiserverOptions {
  /** kube-apiserver; it is asked over HTTPS. */
  apiserver: Endpoint;
  /** How that is checked; default: not at all. */
  apiserverTls?: ApiServerOptions['tls'];
  /** Service account token; default: one that apiservers of this world know. */
  token?: string;
  /** Default v3.1.0. */
  version?: KubesphereTag;
  /** Default 9090; the Service in front of it has port 80. */
  port?: number;
  /** Default: an empty one. */
  prometheus?: PrometheusOptions;
  /** EdgeWatcher, or edgeservice from v3.3.0 on. */
  kubeedge?: Endpoint;
  /** The one cluster that `/kapis/clusters/NAME/…` may name; default `host`. */
  cluster?: string;
}

export interface KsApiserver extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** `http://address:port`. */
  readonly url: string;
  readonly version: KubesphereTag;
  close(): Promise<void>;
}

/**
 * Starts the part of ks-apiserver that shows edge nodes and their pods, on `host`: monitoring, lists of nodes and pods, and
 * the proxies to the service that joins edge nodes and to kube-apiserver. Nobody has to log in (upstream's authorization
 * mode AlwaysAllow).
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startKsApiserver(
  world: World,
  host: Host,
  options: KsApiserverOptions,
): Promise<KsApiserver> {
  const {
    version: tag = 'v3.1.0',
    port = 9_090,
    token = simToken(world, ACCOUNT),
    cluster = 'host',
  } = options;
  const version: KubesphereVersion = kubesphereVersions[tag];
  const apiserver = {
    endpoint: options.apiserver,
    tls: options.apiserverTls ?? ({ verify: false } as const),
    token,
  };
  const log = createLog(world, host);
  const get = createApiClient(host, version, apiserver);
  const edgeMetrics = await discoverEdgeMetrics(world, host, get, log);
  const prometheus = createPrometheus(world, host, version, options.prometheus);
  const monitoring = createMonitoring({ world, host, version, prometheus, edgeMetrics });

  let server: Server = createHttpServer();
  const app = fastify({
    pluginTimeout: 0,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 1_000, ignoreTrailingSlash: true },
    // kubesphere/kubesphere v3.1.0 pkg/apiserver/dispatch/dispatch.go: the host cluster is asked without the prefix.
    rewriteUrl: ({ url = '/' }) => withoutCluster(url, cluster),
    serverFactory: (handler) => {
      server = createHttpServer(handler);
      return server;
    },
  });
  const eventOf = addAccounting(app, world, host);
  const now = () => world.clock.now();
  addRouting(app, version);
  addMonitoringRoutes(app, { version, now, get, monitoring, eventOf });
  addResourceRoutes(app, { version, now, get, eventOf });
  addProxyRoutes(app, { world, host, version, log, kubeedge: options.kubeedge, apiserver, eventOf });
  await app.ready();
  const listener = await listenHttp(host, { port }, { component: COMPONENT }, server);
  const close = async () => {
    await listener.close();
    await app.close();
  };
  return {
    endpoint: { address: host.address, port },
    url: `http://${host.address}:${port}`,
    version: tag,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Whether metrics-server is there is found out now and never again: a Metrics API that comes later is not used until
 * ks-apiserver starts anew (kubesphere/kubesphere v3.1.0 pkg/simple/client/monitoring/metricsserver/metricsserver.go
 * NewMetricsClient).
 */
async function discoverEdgeMetrics(
  world: World,
  host: Host,
  get: ApiClient,
  log: Log,
): Promise<AskEdgeMetrics | undefined> {
  const found = (available: boolean) =>
    world.trace.emit({
      host: host.name,
      component: COMPONENT,
      kind: 'ks-apiserver.metrics-api',
      detail: { available },
    });
  type Groups = { groups: { name: string; versions: { version: string }[] }[] };
  try {
    const { groups } = await get<Groups>({ path: '/apis', resource: '' });
    const metrics = groups.find(({ name }) => name === 'metrics.k8s.io');
    if (metrics?.versions.some(({ version }) => version === 'v1beta1') !== true) {
      log(
        { severity: 'W', source: 'metricsserver.go:238', message: 'Metrics API not available.' },
        found(false),
      );
      return undefined;
    }
  } catch (error) {
    log(
      { severity: 'E', source: 'metricsserver.go:231', message: String((error as Error).message) },
      found(false),
    );
    return undefined;
  }
  found(true);
  const lots = world.rng.fork('ks-apiserver/pods');
  const shuffle = <T>(items: readonly T[]) =>
    items
      .map((item) => ({ item, at: lots.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  return createEdgeMetrics({ get, log, shuffle });
}

function withoutCluster(url: string, cluster: string): string {
  const [, root, name, rest] = /^(\/(?:kapis|apis|api))\/clusters\/([^/?]+)(\/.*)$/s.exec(url) ?? [];
  return name === cluster ? `${root}${rest}` : url;
}

/** Records each request and its answer. */
function addAccounting(app: FastifyInstance, world: World, host: Host) {
  const events = new WeakMap<FastifyRequest, number>();
  const trace = (parent: number | undefined) => ({ host: host.name, component: COMPONENT, parent });
  // Bodies are passed on as they are, never parsed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => {
    const { connection } = request.raw.socket as unknown as NetSocket;
    const detail = { verb: request.method, path: request.url };
    const kind = 'ks-apiserver.request';
    const event = world.trace.emit({ ...trace(world.trace.linked(connection)), kind, detail });
    events.set(request, event);
    reply.header('date', new Date(world.clock.now()).toUTCString());
    reply.raw.once('close', () => {
      const answer = { path: request.url, status: reply.raw.statusCode };
      world.trace.emit({ ...trace(event), kind: 'ks-apiserver.answer', detail: answer });
    });
  });
  return (request: FastifyRequest) => events.get(request) ?? 0;
}

/** What is refused before a handler sees it, in the words of go-restful 2.14.3 and of the ServeMux around it. */
function addRouting(app: FastifyInstance, version: KubesphereVersion): void {
  const routes = [
    ...monitoringPaths(version).map((path) => getRoute(MONITORING_ROOT, path)),
    ...resourcePaths.map((path) => getRoute(RESOURCES_ROOT, path)),
  ];
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith(MONITORING_ROOT) && !request.url.startsWith(RESOURCES_ROOT)) return;
    const accepted = (request.headers.accept || '*/*')
      .split(',')
      .map((range) => range.split(';', 1)[0]?.trim());
    if (accepted.includes('*/*') || accepted.includes('application/json')) return;
    await reply.code(406).send('406: Not Acceptable\n\nAvailable representations: application/json');
  });
  app.setNotFoundHandler((request, reply) => {
    const path = decodeURI(request.url.replace(/\?.*$/s, ''));
    const elsewhere = /^\/(?:kapis|apis|api)\/clusters\/([^/]+)\//.exec(path)?.[1];
    if (elsewhere !== undefined) return sendText(reply, `cluster ${elsewhere} not found`, 404);
    const result = routeRequest(routes, '2.16.0', { method: request.method, path, accept: '' });
    // The console asks for `//pods` where it means those of all namespaces.
    if (result.outcome === 'redirect') return redirect(request, reply, result.path);
    if (result.outcome !== 'error') return sendText(reply, '404 page not found', 404);
    if (result.allow !== undefined) reply.header('allow', result.allow);
    return reply.code(result.status).send(result.body);
  });
}

/** golang/go src/net/http/server.go Redirect. */
function redirect(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply {
  const [, query = ''] = /^[^?]*(\?.*)$/s.exec(request.url) ?? [];
  const location = path + query;
  const escapes: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&#34;',
    "'": '&#39;',
  };
  const shown = location.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
  reply.code(301).header('location', location).header('content-type', 'text/html; charset=utf-8');
  return reply.send(`<a href="${shown}">Moved Permanently</a>.\n\n`);
}

const getRoute = (root: string, path: string): Route<'get'> => ({
  method: 'GET',
  root,
  path: path.slice(root.length),
  kind: 'get',
});
