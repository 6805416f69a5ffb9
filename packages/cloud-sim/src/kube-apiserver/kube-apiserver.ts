import type { IncomingMessage, Server } from 'node:http';
import {
  type Certificate,
  createHttpServer,
  type Endpoint,
  type Host,
  listenHttp,
  type World,
} from '@kubeedge-sim/sim-kit';
import fastify, { type FastifyInstance } from 'fastify';
import { addAccess } from './access.ts';
import { type ApiService, addApiService } from './aggregation.ts';
import { answerErrors } from './answer-errors.ts';
import { type AuthenticationOptions, createAuthenticator } from './authentication.ts';
import { type ClientUpgrade, routeUpgrades } from './client-upgrades.ts';
import type { ClusterDescription } from './describe-cluster.ts';
import { addDiscovery, DEFAULT_SERVER_VERSION, serverVersion } from './discovery.ts';
import { faceRelease } from './face-release.ts';
import { createFirstNamespaces } from './first-namespaces.ts';
import { type FrontProxy, publishAuthentication } from './front-proxy.ts';
import { addNodeProxy } from './node-proxy.ts';
import { createObjectStore, type ObjectStore } from './object-store.ts';
import { addPodConnect } from './pod-connect.ts';
import { addPodLog } from './pod-log.ts';
import { addResourceRoutes } from './resource-routes.ts';
import { addReviews } from './reviews.ts';
import { sendJson, sendText } from './send.ts';
import { unknownPath } from './status.ts';
import { COMPONENT } from './trace-kinds.ts';
import { upgradeTraits } from './upgrade-traits.ts';

export interface KubeApiserverOptions extends AuthenticationOptions {
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
   * What `GET /version` says; default v1.19.8. What clients see of a release follows it where they could tell.
   */
  version?: string;
  kubeletClientCertificate?: Certificate;
  /**
   * How servers behind this one know it; then they are shown its certificate, and ConfigMap
   * kube-system/extension-apiserver-authentication tells them of its authority.
   */
  frontProxy?: FrontProxy;
}

export interface KubeApiserver extends AsyncDisposable {
  readonly endpoint: Endpoint;
  /** `https://address:port`. */
  readonly url: string;
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/**
 * Starts the part of kube-apiserver that kubectl and metrics-server need, on `host`. Whoever
 * is known may do everything; authorization goes no further.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startKubeApiserver(
  world: World,
  host: Host,
  options: KubeApiserverOptions,
): Promise<KubeApiserver> {
  const { certificate, port = 6443, store = createObjectStore(() => world.clock.now()) } = options;
  if (options.cluster !== undefined) store.describe(options.cluster);
  createFirstNamespaces(store);
  publishAuthentication(store, world.clock.now(), options);
  const endpoint = { address: host.address, port };
  let server: Server = createHttpServer();
  const app = fastify({
    pluginTimeout: 0,
    // A path that is no text, e.g. `%zz`; Go's server answers that before anybody sees it.
    frameworkErrors: (_error, _request, reply) => void sendText(reply, '400 Bad Request', 400),
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
  const { anonymous = false } = options;
  const authenticator = createAuthenticator(world, options);
  const { eventOf, userOf } = addAccess(app, world, host, { authenticator, anonymous });
  const apiServices = options.apiServices ?? [];
  const version = serverVersion(options.version ?? DEFAULT_SERVER_VERSION);
  const release = faceRelease(version.gitVersion);
  addDiscovery(app, {
    store,
    version,
    release,
    groups: apiServices,
    endpoint: `${endpoint.address}:${endpoint.port}`,
  });
  const proxyClientCertificate = options.frontProxy?.certificate;
  for (const service of apiServices)
    addApiService(app, service, {
      world,
      host,
      store,
      eventOf,
      userOf,
      ...(proxyClientCertificate && { proxyClientCertificate }),
    });
  for (const url of ['/healthz', '/livez', '/readyz']) {
    app.get(url, (_request, reply) => reply.header('content-type', 'text/plain; charset=utf-8').send('ok'));
  }
  addReviews(app, { authenticator, anonymous, release, userOf });
  addResourceRoutes(app, store, { clock: world.clock, rng: world.rng.fork('kube-apiserver'), release });
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
  answerErrors(app);
  const isServed = (group: string) =>
    store.types().some((type) => type.group === group) ||
    apiServices.some((service) => service.group === group);
  app.setNotFoundHandler((request, reply) => {
    const [, , group] = /^\/(api|apis\/([^/?]+))(?:[/?]|$)/.exec(request.url) ?? [];
    const known = request.url.startsWith('/api/') || (group !== undefined && isServed(group));
    return known ? sendJson(reply, unknownPath(), 404) : sendText(reply, '404 page not found', 404);
  });
}
