import type { IncomingMessage } from 'node:http';
import {
  type Certificate,
  createHttpServer,
  type Host,
  listenHttp,
  type NetSocket,
  type World,
} from '@kubeedge-sim/sim-kit';

/** A pod of an edge that registers itself. Times in milliseconds since the epoch. */
export interface PodReport {
  namespace: string;
  name: string;
  uid: string;
  labels: Readonly<Record<string, string>>;
  createdAtMs: number;
  startedAtMs: number;
  hostNetwork: boolean;
  /** Empty on the host's network. */
  ip: string;
  containers: readonly { name: string; image: string }[];
}

/** What an edge says of itself: the fields of a Node's status that edgecore fills in. */
export interface NodeStatusReport {
  /** False when the container runtime does not answer. */
  ready: boolean;
  kubeletVersion: string;
  containerRuntimeVersion: string;
  internalIp: string;
  hostname: string;
  /** Port of the kubelet endpoint as the edge has it; a patch may leave it out. */
  port?: number;
  /**
   * The embedded kubelet's patch of its Node (`nodepatch`, v1.12.0 and later) instead of a whole
   * `nodestatus`.
   */
  patch?: boolean;
  cpu: string;
  memory: string;
  pods: string;
  osImage?: string;
  kernelVersion?: string;
  /** The pods it runs, of an edge that registers itself. */
  podReports?: readonly PodReport[];
}

export interface CloudhubOptions {
  certificate: Certificate;
  /** Who may have signed an edge's client certificate. */
  clientRoots: readonly Certificate[];
  /** Default 10000. */
  port?: number;
  /** Called for each status, as edgecontroller's upstream is. */
  onNodeStatus: (nodeName: string, report: NodeStatusReport) => void;
}

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A node status arrived at CloudHub. */
    'cloudhub.node-status': { node: string; ready: boolean };
  }
}

/** Bytes of a status message taken at most. */
const BODY_BYTES_MAX = 1 << 20;

/**
 * CloudHub (10000) as far as node status needs it: the path and the client certificate are the real ones, the
 * message is one JSON request in place of the WebSocket with packed messages.
 * Source: kubeedge v1.6.1 cloud/pkg/cloudhub/servers/server.go,
 * cloud/pkg/edgecontroller/controller/upstream.go.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startCloudhub(
  world: World,
  host: Host,
  options: CloudhubOptions,
): Promise<AsyncDisposable> {
  const server = createHttpServer((request, response) => {
    receive(request)
      .then(({ node, report }) => {
        const { connection } = request.socket as unknown as NetSocket;
        const parent = world.trace.linked(connection);
        const detail = { node, ready: report.ready };
        world.trace.emit({
          host: host.name,
          component: 'cloudcore',
          kind: 'cloudhub.node-status',
          detail,
          parent,
        });
        options.onNodeStatus(node, report);
        response.statusCode = 204;
      })
      .catch((error: unknown) => {
        response.statusCode = 400;
        response.write(`${error instanceof Error ? error.message : String(error)}\n`);
      })
      .finally(() => response.end());
  });
  const tls = {
    certificate: options.certificate,
    clientAuth: 'require',
    clientRoots: options.clientRoots,
  } as const;
  return listenHttp(host, { port: options.port ?? 10_000 }, { tls, component: 'cloudcore' }, server);
}

/** @throws RangeError for a path or a body that is not a node status */
async function receive(request: IncomingMessage): Promise<{ node: string; report: NodeStatusReport }> {
  const node = /^\/[0-9a-f]+\/([^/]+)\/events$/.exec(request.url ?? '')?.[1];
  if (node === undefined) throw new RangeError(`no node in the path ${request.url}`);
  const message = JSON.parse(await bodyOf(request)) as { status?: NodeStatusReport } | null;
  if (typeof message?.status?.kubeletVersion !== 'string')
    throw new RangeError('no node status in the message');
  return { node: decodeURIComponent(node), report: message.status };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is still read, so that the sender gets to its answer.
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  if (bytes > BODY_BYTES_MAX) throw new RangeError('status message too large');
  return Buffer.concat(chunks).toString();
}
