import type { Server } from 'node:http';
import {
  type Certificate,
  createHttpServer,
  type Endpoint,
  type Host,
  listenHttp,
  type NetSocket,
  type TlsClientOptions,
  type World,
} from '@kubeedge-sim/sim-kit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { createClusterView } from './cluster-view.ts';
import { kubesphereArguments, parseFlags } from './flags.ts';
import { addHealthRoutes } from './health.ts';
import { createLog } from './klog.ts';
import { createKubeletClient } from './kubelet-client.ts';
import { addMetricsRoutes } from './metrics-routes.ts';
import { startScrapeLoop } from './scrape-loop.ts';
import { createScraper } from './scraper.ts';
import { createStorage } from './storage.ts';
import { COMPONENT } from './trace-kinds.ts';
import { type MetricsServerTag, type MetricsServerVersion, metricsServerVersions } from './versions.data.ts';

export interface MetricsServerOptions {
  /** What it serves with; the real one makes a self-signed one in --cert-dir. */
  certificate: Certificate;
  /** Where it lists nodes and pods. */
  apiserver: Endpoint;
  /** How it checks the apiserver; default: not at all. */
  apiserverTls?: TlsClientOptions;
  /** The command line; default {@link kubesphereArguments}. */
  args?: readonly string[];
  /** Default v0.4.2. */
  version?: MetricsServerTag;
  /** Service account token, sent to the apiserver and to kubelets. */
  token?: string;
  /** Who may have issued kubelet certificates, unless --kubelet-insecure-tls. */
  kubeletRoots?: readonly Certificate[];
}

export interface MetricsServer extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly version: MetricsServerTag;
  close(): Promise<void>;
}

/**
 * Starts metrics-server on `host`: it scrapes at once and then every --metric-resolution, and serves
 * metrics.k8s.io/v1beta1 on --secure-port.
 * @throws FlagError with the real words; SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startMetricsServer(
  world: World,
  host: Host,
  options: MetricsServerOptions,
): Promise<MetricsServer> {
  const tag = options.version ?? 'v0.4.2';
  const version: MetricsServerVersion = metricsServerVersions[tag];
  const flags = parseFlags(options.args ?? kubesphereArguments);
  const { token = 'metrics-server', certificate, apiserver } = options;
  const log = createLog(world, host);
  const storage = createStorage(version.sources);
  const tls = options.apiserverTls ?? { verify: false };
  const view = createClusterView(host, { apiserver, tls, token });
  const roots = options.kubeletRoots ?? [];
  const client = createKubeletClient(host, { flags, scrapePath: version.scrapePath, token, roots });
  const resolutionMs = flags.metricResolutionMs;
  const timeoutMs = resolutionMs * version.timeoutRatio;
  const scrape = createScraper({ world, host, version, client, log, timeoutMs });

  let server: Server = createHttpServer();
  const app = fastify({
    pluginTimeout: 0,
    exposeHeadRoutes: false,
    serverFactory: (handler) => {
      server = createHttpServer(handler);
      return server;
    },
  });
  const eventOf = addAccounting(app, world, host);
  addMetricsRoutes(app, { world, view, storage, version, log, eventOf });
  let checks: Parameters<typeof addHealthRoutes>[1] = {};
  addHealthRoutes(app, { livez: () => checks.livez?.(), readyz: () => checks.readyz?.() });
  await app.ready();
  const serverTls = { certificate, clientAuth: 'request' } as const;
  const target = { port: flags.securePort };
  const listener = await listenHttp(host, target, { tls: serverTls, component: COMPONENT }, server);
  const loop = startScrapeLoop({ world, host, view, scrape, storage, version, log, resolutionMs });
  checks = loop.checks;
  const close = async () => {
    await loop[Symbol.asyncDispose]();
    await listener.close();
    await app.close();
  };
  return {
    endpoint: { address: host.address, port: flags.securePort },
    version: tag,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Records each request's answer; what it leads to has the dial as its parent. */
function addAccounting(app: FastifyInstance, world: World, host: Host) {
  const eventOf = (request: FastifyRequest) => {
    const { connection } = request.raw.socket as unknown as NetSocket;
    return world.trace.linked(connection);
  };
  app.addHook('onRequest', async (request, reply) => {
    const parent = eventOf(request);
    reply.header('date', new Date(world.clock.now()).toUTCString());
    reply.raw.once('close', () => {
      const detail = { path: request.url, status: reply.raw.statusCode };
      world.trace.emit({
        host: host.name,
        component: COMPONENT,
        kind: 'metrics-server.answer',
        parent,
        detail,
      });
    });
  });
  return eventOf;
}
