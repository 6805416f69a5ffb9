import type { Certificate, Listener } from '@kubeedge-sim/sim-kit';
import type { PodClient } from '../nodes.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { RequestKind } from '../release.ts';
import { getContainerLogs } from './get-container-logs.ts';
import { getAttach, getExec } from './get-exec.ts';
import { getMetrics } from './get-metrics.ts';
import { listenGoHttp } from './go-http-server.ts';
import { firstHeader, type GoRequest } from './go-request.ts';
import { type GoResponse, writeNotFound, writeRedirect } from './go-response.ts';
import { routeRequest } from './go-restful.ts';
import type { Session } from './session.ts';

/** What the stream server knows of tunnels. */
export interface TunnelTable {
  /** The newest session of a hostname or internal IP, closed or not. */
  session(key: string): Session | undefined;
  /** The internal IP a hostname last connected with. */
  nodeIp(hostname: string): string | undefined;
}

/** What handlers of the stream server work with. */
export interface StreamContext {
  readonly process: CloudcoreProcess;
  readonly tunnels: TunnelTable;
  /** The pods of kube-apiserver; without them none is known. */
  readonly pods: PodClient | undefined;
  /** The next connect id: one counter for the whole process, the first is 1. */
  nextMessageId(): number;
}

type StreamHandler = (context: StreamContext, request: GoRequest, response: GoResponse) => Promise<void>;

const handlers: { readonly [kind in RequestKind]: StreamHandler } = {
  metrics: getMetrics,
  logs: getContainerLogs,
  exec: getExec,
  attach: getAttach,
};

/**
 * Starts the server on port 10003 that faces kube-apiserver and metrics-server: HTTPS, client certificates
 * asked for and not verified. kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go Start
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startStreamServer(
  process: CloudcoreProcess,
  options: { port: number; certificate: Certificate; tunnels: TunnelTable; pods: PodClient | undefined },
): Promise<Listener> {
  let lastMessageId = 0;
  const context: StreamContext = {
    process,
    tunnels: options.tunnels,
    pods: options.pods,
    nextMessageId: () => {
      lastMessageId += 1;
      return lastMessageId;
    },
  };
  process.log('I', 'prepareStream', 'Prepare to start stream server ...');
  const { streamTlsMinVersion } = process.release;
  return listenGoHttp(process, {
    port: options.port,
    tls: {
      certificate: options.certificate,
      clientAuth: 'request',
      // Go's floor of TLS 1.0 cannot be had from today's OpenSSL; 1.2 is the lowest both nets speak.
      ...(streamTlsMinVersion === 'TLSv1.2' && { minVersion: streamTlsMinVersion }),
    },
    handler: (request, response) => handleStream(context, request, response),
  });
}

async function handleStream(context: StreamContext, request: GoRequest, response: GoResponse): Promise<void> {
  const { process } = context;
  const { release } = process;
  const { method, url } = request;
  const accept = firstHeader(request, 'Accept');
  const result = routeRequest(release.routes, release.goRestful, { method, path: url.path, accept });
  if (result.outcome === 'handler') return handlers[result.kind](context, request, response);
  const hostHeader = process.world.net.describe(request.host);
  const detail = { method, path: request.target, hostHeader, route: 'none' as const };
  const traceId = process.trace('stream.request', detail, process.world.trace.linked(request.connection));
  switch (result.outcome) {
    case 'redirect':
      writeRedirect(request, response, result.path);
      break;
    case 'not-found':
      writeNotFound(response);
      break;
    case 'error':
      if (result.allow !== undefined) response.header.set('Allow', result.allow);
      response.writeHeader(result.status);
      void response.write(Buffer.from(result.body));
      break;
  }
  const { status, bytesWritten: bytes } = response;
  process.trace('stream.response', { connectId: 0, status, bytes, end: 'complete' }, traceId);
}
