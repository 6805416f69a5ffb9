import type { IncomingMessage, Server } from 'node:http';
import {
  type Certificate,
  createHttpServer,
  type Endpoint,
  type Host,
  listenHttp,
  type NetSocket,
  type World,
} from '@kubeedge-sim/sim-kit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type ApiService, addApiService } from './aggregation.ts';
import { type ClientUpgrade, routeUpgrades } from './client-upgrades.ts';
import { addCoreRoutes } from './core-routes.ts';
import type { ClusterDescription } from './describe-cluster.ts';
import {
  coreResources,
  coreVersions,
  DEFAULT_SERVER_VERSION,
  groupDocument,
  groupList,
  serverVersion,
} from './discovery.ts';
import { createFirstNamespaces } from './first-namespaces.ts';
import { addNodeProxy } from './node-proxy.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';
import { addPodConnect } from './pod-connect.ts';
import { addPodLog } from './pod-log.ts';
import { addSecretRoutes } from './secret-routes.ts';
import { sendJson, sendText } from './send.ts';
import { unauthorized } from './status.ts';
import { COMPONENT } from './trace-kinds.ts';
import { upgradeTraits } from './upgrade-traits.ts';

export interface KubeApiserverOptions {
  /** What clients see; for them to verify it, it must name the host's address. */
  certificate: Certificate;
  /** Default 6443. */
  port?: number;
  /** What is there from the beginning. */
  cluster?: ClusterDescription;
  /** Shared with whoever writes node status; default: a new one. */
  store?: ObjectStore;
  /** e.g. metrics-server for `metrics.k8s.io/v1beta1`. */
  apiServices?: readonly ApiService[];
  /**
   * Bearer token to user name. Without it every token is taken; a request without one is always anonymous.
   */
  tokens?: Readonly<Record<string, string>>;
  /**
   * What `GET /version` says; default v1.19.8. What becomes of upgrades follows it, all other behaviour is 1.19's.
   */
  version?: string;
  kubeletClientCertificate?: Certificate;
}

export interface KubeApiserver extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** `https://address:port`. */
  readonly url: string;
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/**
 * Starts the part of kube-apiserver that kubectl and metrics-server need, on `host`. Every request is
 * authorized; anonymous ones, too.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startKubeApiserver(
  world: World,
  host: Host,
  options: KubeApiserverOptions,
): Promise<KubeApiserver> {
  const { certificate, port = 6443, store = createObjectStore(() => world.clock.now()) } = options;
  createFirstNamespaces(store);
  if (options.cluster !== undefined) store.describe(options.cluster);
  const endpoint = { address: host.address, port };
  let server: Server = createHttpServer();
  const app = fastify({
    pluginTimeout: 0,
    exposeHeadRoutes: false,
    // `edge-1:10350` names a node and its port.
    routerOptions: { maxParamLength: 1_000 },
    serverFactory: (handler) => {
      server = createHttpServer(handler);
      return server;
    },
  });
  const upgradeOf = routeUpgrades(server);
  const ended = new AbortController();
  addRoutes(app, { world, host, endpoint, store, options, upgradeOf, signal: ended.signal });
  await app.ready();
  const tls = { certificate, clientAuth: 'request' } as const;
  const listener = await listenHttp(host, { port }, { tls, component: COMPONENT }, server);
  const close = async () => {
    await listener.close();
    ended.abort();
    await app.close();
  };
  return {
    endpoint,
    url: `https://${endpoint.address}:${port}`,
    store,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Assembly {
  world: World;
  host: Host;
  endpoint: Endpoint;
  store: ObjectStore;
  options: KubeApiserverOptions;
  upgradeOf(request: IncomingMessage): ClientUpgrade | undefined;
  signal: AbortSignal;
}

function addRoutes(app: FastifyInstance, assembly: Assembly): void {
  const { world, host, endpoint, store, options } = assembly;
  const { eventOf, userOf } = addAccounting(app, world, host, options.tokens);
  const apiServices = options.apiServices ?? [];
  const version = serverVersion(options.version ?? DEFAULT_SERVER_VERSION);
  const documents: Record<string, object> = {
    '/api': coreVersions(`${endpoint.address}:${endpoint.port}`),
    '/apis': groupList(apiServices),
    '/api/v1': coreResources,
    '/version': version,
  };
  for (const service of apiServices) {
    documents[`/apis/${service.group}`] = groupDocument(service);
    addApiService(app, service, { world, host, eventOf, userOf });
  }
  for (const [url, document] of Object.entries(documents)) {
    app.get(url, (_request, reply) => sendJson(reply, document));
  }
  for (const url of ['/healthz', '/livez', '/readyz']) {
    app.get(url, (_request, reply) => reply.header('content-type', 'text/plain; charset=utf-8').send('ok'));
  }
  addCoreRoutes(app, store, world.clock);
  addSecretRoutes(app, store, world.clock);
  const certificate = options.kubeletClientCertificate;
  const kubelets = {
    world,
    host,
    store,
    eventOf,
    ...(certificate && { kubeletClientCertificate: certificate }),
  };
  addNodeProxy(app, kubelets);
  addPodLog(app, kubelets);
  addPodConnect(app, {
    ...kubelets,
    traits: upgradeTraits(version.gitVersion),
    upgradeOf: ({ raw }) => assembly.upgradeOf(raw),
    signal: assembly.signal,
  });
  app.setNotFoundHandler((_request, reply) => sendText(reply, '404 page not found', 404));
}

/** Says who asks, and records each request and its answer. */
function addAccounting(
  app: FastifyInstance,
  world: World,
  host: Host,
  tokens: Readonly<Record<string, string>> | undefined,
) {
  const accounts = new WeakMap<FastifyRequest, { event: number; user: string }>();
  const trace = (parent: number | undefined) => ({ host: host.name, component: COMPONENT, parent });
  // Bodies are passed on as they are, never parsed.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.addHook('onRequest', async (request, reply) => {
    const user = userName(request.headers.authorization, tokens);
    const { connection } = request.raw.socket as unknown as NetSocket;
    const detail = { verb: request.method, path: request.url, user: user ?? '' };
    const event = world.trace.emit({
      ...trace(world.trace.linked(connection)),
      kind: 'apiserver.request',
      detail,
    });
    accounts.set(request, { event, user: user ?? '' });
    reply.header('date', new Date(world.clock.now()).toUTCString());
    reply.raw.once('close', () => {
      const answer = { path: request.url, status: reply.raw.statusCode };
      world.trace.emit({ ...trace(event), kind: 'apiserver.response', detail: answer });
    });
    if (user === undefined) await sendJson(reply, unauthorized(), 401);
  });
  return {
    eventOf: (request: FastifyRequest) => accounts.get(request)?.event ?? 0,
    userOf: (request: FastifyRequest) => accounts.get(request)?.user ?? '',
  };
}

/** The user's name; undefined when the token is not known. */
function userName(
  authorization: string | undefined,
  tokens: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  if (token === undefined) return 'system:anonymous';
  return tokens === undefined ? 'unchecked' : tokens[token];
}
