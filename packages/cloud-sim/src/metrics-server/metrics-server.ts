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
import { parseLabelSelector } from '../kube-apiserver/selectors.ts';
import { serviceAccount, simToken } from '../kube-apiserver/sim-tokens.ts';
import { createClusterView } from './cluster-view.ts';
import { argumentsFor, parseFlags } from './flags.ts';
import { addHealthRoutes } from './health.ts';
import { createLog } from './klog.ts';
import { createKubeletClient } from './kubelet-client.ts';
import { addMetricsRoutes } from './metrics-routes.ts';
import type { Drop } from './points.ts';
import { type RoundState, startScrapeLoop } from './scrape-loop.ts';
import { createScraper, noteDrop } from './scraper.ts';
import type { MetricsServerTag } from './tags.ts';
import { COMPONENT } from './trace-kinds.ts';
import { metricsServerVersions } from './versions.data.ts';

const ACCOUNT = serviceAccount('kube-system', 'metrics-server');

export interface MetricsServerOptions {
  /** What it serves with; the real one makes a self-signed one in --cert-dir. */
  certificate: Certificate;
  /** Where it lists nodes and pods. */
  apiserver: Endpoint;
  /** How it checks the apiserver; default: not at all. */
  apiserverTls?: TlsClientOptions;
  /** The command line; default {@link argumentsFor}. */
  args?: readonly string[];
  /** Default v0.4.2. */
  version?: MetricsServerTag;
  /** Service account token, sent to the apiserver and to kubelets; default: one that apiservers of this world know. */
  token?: string;
  /** Who may have issued kubelet certificates, unless --kubelet-insecure-tls. */
  kubeletRoots?: readonly Certificate[];
  /**
   * Address of its pod on the pod network: what it dials then passes PREROUTING of `host` instead of OUTPUT. Default: none,
   * as with `hostNetwork: true`. It listens on `host` either way.
   */
  pod?: string;
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
  const version = metricsServerVersions[tag];
  const flags = parseFlags(options.args ?? argumentsFor(tag), tag);
  const { token = simToken(world, ACCOUNT), certificate, apiserver, pod } = options;
  const log = createLog(world, host);
  const resolutionMs = flags.metricResolutionMs;
  const storage = version.createStorage(resolutionMs);
  const tls = options.apiserverTls ?? { verify: false };
  const view = createClusterView(host, { apiserver, tls, token, traits: version.view, pod });
  const roots = options.kubeletRoots ?? [];
  const client = createKubeletClient(host, { flags, traits: version.client, token, roots, pod });
  const timeoutMs =
    version.timeout === 'request-timeout'
      ? flags.kubeletRequestTimeoutMs
      : resolutionMs * version.timeout.partOfResolution;
  const { nodeSelector } = flags;
  const wantsNode = parseLabelSelector(nodeSelector) ?? (() => true);
  const scraped = createScraper({ world, host, version, client, log, timeoutMs, nodeSelector });
  const scrape: typeof scraped = (nodes, signal) =>
    scraped(
      nodes.filter(({ metadata }) => wantsNode(metadata.labels ?? {})),
      signal,
    );

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
  const note = (drop: Drop, parent?: number) => noteDrop(world, host, log, drop, parent);
  const traits = version.answers;
  addMetricsRoutes(app, { world, view, storage, traits, wantsNode, log, note, eventOf });
  const startedMs = world.clock.now();
  let round: RoundState = { lastStartMs: undefined, lastOk: version.health.lastOkAtFirst, synced: false };
  addHealthRoutes(app, {
    traits: version.health,
    voice: version.voice,
    log,
    view: () => ({ nowMs: world.clock.now(), startedMs, resolutionMs, round, ready: storage.ready }),
  });
  await app.ready();
  const serverTls = { certificate, clientAuth: 'request' } as const;
  const target = { port: flags.securePort };
  const listener = await listenHttp(host, target, { tls: serverTls, component: COMPONENT }, server);
  const loop = startScrapeLoop({ world, host, view, scrape, storage, version, log, resolutionMs });
  round = loop.state;
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
