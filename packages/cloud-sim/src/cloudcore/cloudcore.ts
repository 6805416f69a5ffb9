import { type Certificate, chooseLimits, type Host, Opened, type World } from '@kubeedge-sim/sim-kit';
import { type Dialect, dialectOf } from '@kubeedge-sim/wire';
import type { SecretStore } from '../kube-apiserver/secret-store.ts';
import type { CloudhubCertificates } from './cloudhub/httpserver/prepare-certs.ts';
import { httpServerRelease } from './cloudhub/httpserver/release.ts';
import { startHttpServer } from './cloudhub/httpserver/server.ts';
import { keepToken } from './cloudhub/httpserver/token.ts';
import { startIptablesManager } from './cloudstream/iptables.ts';
import { startStreamServer } from './cloudstream/stream-server.ts';
import { startTunnelServer, type TunnelServer } from './cloudstream/tunnel-server.ts';
import { createNodePortWriter } from './cloudstream/update-node-kubelet-endpoint.ts';
import { nodeStatusPort, type ReportedPort } from './edgecontroller/upstream.ts';
import { type CloudcoreLimits, cloudcoreLimitsDefault } from './limits.ts';
import type { Load } from './load.ts';
import { startMonitor } from './monitor.ts';
import type { NodeClient, PodClient } from './nodes.ts';
import { createProcess } from './process.ts';
import { cloudcoreRelease } from './release.ts';
import { createTunnelPortStore, negotiateTunnelPort, type TunnelPortStore } from './tunnel-port.ts';

/** How to start a cloudcore. */
export interface CloudcoreOptions {
  /** KubeEdge tag; default `v1.6.1`. */
  release?: string;
  /** What the process speaks on the tunnel; default: the release's official build. */
  dialect?: Dialect;
  /** Server certificate of port 10003 (upstream: tlsStreamCertFile). */
  streamCertificate: Certificate;
  /** Server certificate of port 10004 (upstream: tlsTunnelCertFile, or CloudHub's). */
  tunnelCertificate: Certificate;
  /** Who may have signed an edge's client certificate (upstream: tlsTunnelCAFile, or CloudHub's). */
  tunnelClientRoots: readonly Certificate[];
  /** Default 10003. */
  streamPort?: number;
  /** Default 10004. */
  tunnelPort?: number;
  /** klog's -v; default 0. */
  verbosity?: number;
  /** Bounds of the simulator's other than the default ones. */
  limits?: Partial<CloudcoreLimits>;
  /** The Nodes of kube-apiserver; without them no Node is written, and every edge gets its session. */
  nodes?: NodeClient;
  /** The pods of kube-apiserver, whose Nodes name sessions from v1.8.2 on; without them no pod is known. */
  pods?: PodClient;
  /** ConfigMap kubeedge/tunnelport; to be kept from one cloudcore to the next. Default: none was there. */
  tunnelPorts?: TunnelPortStore;
  /** `modules.iptablesManager.mode`, from v1.9 on: `external` leaves the rules to {@link startIptablesManager}. */
  iptablesManager?: 'internal' | 'external';
  /** CloudHub's port 10002, where edges get certificates; without it nothing listens there. */
  https?: HttpsOptions;
  /** Called when the process has ended by itself and everything it had opened is closed. */
  onExit?: (code: number, reason: string) => void;
}

/** `modules.cloudHub.https`, and the certificates behind it. */
export interface HttpsOptions {
  certificates: CloudhubCertificates;
  /** Where the token is kept. */
  secrets: SecretStore;
  /** Default 10002. */
  port?: number;
  /** `edgeCertSigningDuration` in days, from v1.4 on; default 365. */
  signingDays?: number;
  /** `tokenRefreshDuration` in hours, from v1.7 on; default 12. */
  tokenRefreshHours?: number;
}

/**
 * A running cloudcore process. Disposing it is killing it: connections drop, sessions and connect ids are
 * gone.
 */
export interface Cloudcore extends AsyncDisposable {
  readonly release: string;
  readonly host: Host;
  readonly streamPort: number;
  /** Where edges connect: 10004. Not what upstream calls the tunnel port of a Node, see tunnel-port.ts. */
  readonly tunnelPort: number;
  /**
   * What edgecontroller writes as the kubelet port with a status of an edge: `port`, or the present one if
   * left out; undefined when the release drops the message.
   */
  nodeStatusPort(node: string, reported: ReportedPort): { port?: number } | undefined;
  /**
   * Session keys ever used (hostnames and internal IPs), in order of first use, and how their newest session
   * is.
   */
  sessions(): SessionState[];
  /** What the process costs beyond its work. */
  readonly load: Pick<Load, 'goroutines' | 'spinning' | 'cpuSeconds'>;
}

/** One entry of upstream's session map. */
export interface SessionState {
  readonly key: string;
  /** The hostname of the session the key points to. */
  readonly hostname: string;
  /** False also for a session whose edge is gone without notice. */
  readonly closed: boolean;
  /** Requests in progress on it. */
  readonly requests: number;
}

// kubeedge v1.6.1 pkg/apis/componentconfig/cloudcore/v1alpha1/default.go EdgeCertSigningDuration
const EDGE_CERT_DAYS = 365;

/**
 * Starts cloudcore's cloudstream module on `host`: stream server (10003) and tunnel server (10004), and
 * from v1.8 on the host's NAT rules. A process that ends while it starts (see `onExit`) resolves as well,
 * and serves nothing.
 * kubeedge v1.6.1 cloud/pkg/cloudstream/cloudstream.go Start; v1.8.0 cloud/cmd/cloudcore/app/server.go
 * @throws CloudcoreError CLOUDCORE_ERR_RELEASE_UNKNOWN, CLOUDCORE_ERR_NO_CLOUDSTREAM; SimError
 * SIM_ERR_PORT_IN_USE, SIM_ERR_LIMIT
 */
export async function startCloudcore(
  world: World,
  host: Host,
  options: CloudcoreOptions,
): Promise<Cloudcore> {
  const release = cloudcoreRelease(options.release ?? 'v1.6.1');
  const { streamPort = 10_003, tunnelPort = 10_004, verbosity = 0, nodes } = options;
  const { tunnelPorts = createTunnelPortStore() } = options;
  const dialect = options.dialect ?? dialectOf(release.release);
  const ending = new AbortController();
  const opened = new Opened();
  const close = async () => {
    ending.abort();
    await opened[Symbol.asyncDispose]();
  };
  const { process, stop } = createProcess(world, host, {
    release,
    dialect,
    limits: chooseLimits('cloudcore', cloudcoreLimitsDefault, options.limits),
    verbosity,
    onExit: (code, reason) => void close().then(() => options.onExit?.(code, reason)),
  });
  const nodeTunnelPort = negotiateTunnelPort(process, tunnelPorts);
  let tunnels: TunnelServer | undefined;
  try {
    if (process.alive) tunnels = await open();
  } catch (error) {
    stop();
    await close();
    throw error;
  }

  async function open(): Promise<TunnelServer> {
    if (release.monitor) opened.use(await startMonitor(process));
    if (release.nat !== 'manual' && (options.iptablesManager ?? 'internal') === 'internal') {
      const ensures = release.nat === 'managed-when-new' ? 'when-new' : 'every-cycle';
      opened.use(
        startIptablesManager(world, host, { component: 'cloudcore', ensures, streamPort, tunnelPorts }),
      );
    }
    const { signal } = ending;
    const started = opened.use(
      await startTunnelServer(process, {
        port: tunnelPort,
        certificate: options.tunnelCertificate,
        clientRoots: options.tunnelClientRoots,
        nodePorts: createNodePortWriter(process, { nodes, tunnelPort: nodeTunnelPort, signal }),
      }),
    );
    const { streamCertificate: certificate, pods } = options;
    opened.use(await startStreamServer(process, { port: streamPort, certificate, tunnels: started, pods }));
    if (options.https !== undefined) await openHttps(options.https);
    return started;
  }

  async function openHttps(https: HttpsOptions): Promise<void> {
    const own = httpServerRelease(release.release);
    if (own === undefined) return;
    const { certificates, secrets, port = 10_002, signingDays = EDGE_CERT_DAYS, tokenRefreshHours } = https;
    opened.use(keepToken(process, { release: own, certificates, secrets, refreshHours: tokenRefreshHours }));
    const context = { process, release: own, certificates, signingDays };
    opened.use(await startHttpServer(context, { port, nodes }));
  }

  return world.own({
    release: release.release,
    host,
    streamPort,
    tunnelPort,
    load: process.load,
    nodeStatusPort: (node, reported) => nodeStatusPort(process, nodeTunnelPort, nodes, node, reported),
    sessions: () =>
      [...(tunnels?.sessions ?? [])].map(([key, session]) => ({
        key,
        hostname: session.sessionId,
        closed: session.tunnelClosed,
        requests: session.connections.length,
      })),
    async [Symbol.asyncDispose]() {
      stop();
      await close();
    },
  });
}
