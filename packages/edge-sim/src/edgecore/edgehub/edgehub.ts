import {
  type Certificate,
  type Host,
  httpRequest,
  NetError,
  TlsError,
  type World,
} from '@kubeedge-sim/sim-kit';

// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go NodeStatusUpdateFrequency.
const STATUS_PERIOD_MS = 10_000;

/** A pod as a node that registers itself describes it to the cloud. Times in milliseconds since the epoch. */
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

/** What a node says of itself, in the words of the Node object's status. */
export interface NodeReport {
  /** False when the container runtime does not answer. */
  ready: boolean;
  kubeletVersion: string;
  containerRuntimeVersion: string;
  kernelVersion: string;
  osImage: string;
  machineId: string;
  bootId: string;
  internalIp: string;
  hostname: string;
  /** Port of the kubelet endpoint; a patch may leave it out. */
  port?: number;
  /** Whether this is the embedded kubelet's patch of its Node instead of a whole status. */
  patch: boolean;
  cpu: string;
  memory: string;
  pods: string;
  /** The pods that run on it, of a node that registers itself. */
  podReports?: readonly PodReport[];
}

export interface EdgehubOptions {
  world: World;
  host: Host;
  nodeName: string;
  /** CloudHub, `modules.edgeHub.websocket.server`. */
  server: { address: string; port: number };
  certificate: Certificate;
  report: () => Promise<NodeReport>;
  signal: AbortSignal;
}

/**
 * Reports the node's status to CloudHub every ten seconds. The path and the client certificate are
 * edgecore's; the message is the node status as JSON in one request, where the real edgehub keeps a WebSocket
 * with packed messages.
 * Source: kubeedge v1.6.1 edge/pkg/edged/edged_status.go syncNodeStatus.
 */
export async function runEdgehub(options: EdgehubOptions): Promise<void> {
  const { world, host, signal } = options;
  for (;;) {
    const report = await options.report();
    await send(options, report);
    await world.clock.sleep(STATUS_PERIOD_MS, { signal, label: `node status of ${host.name}` });
  }
}

async function send(options: EdgehubOptions, report: NodeReport): Promise<void> {
  const { world, host, server, nodeName, certificate, signal } = options;
  const { ready, kubeletVersion, containerRuntimeVersion } = report;
  const parent = world.trace.emit({
    host: host.name,
    component: 'edgehub',
    kind: 'edgehub.node-status',
    detail: { ready, kubeletVersion, containerRuntimeVersion },
  });
  try {
    const response = await httpRequest(host, {
      target: server,
      method: 'POST',
      path: `/e632aba927ea4ac2b575ec1603d56f10/${nodeName}/events`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nodeName, status: report }),
      tls: { verify: false, certificate },
      component: 'edgehub',
      parent,
      signal,
    });
    response.body.resume();
  } catch (error) {
    signal.throwIfAborted();
    // CloudHub away: the next period tries again, as edgehub's reconnect does.
    if (error instanceof NetError || error instanceof TlsError || isBroken(error)) return;
    throw error;
  }
}

/** Whether an open connection broke: by a reset, or on a real network because the path is gone. */
const isBroken = (error: unknown) => brokenCodes.has((error as { code?: string }).code ?? '');

const brokenCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
