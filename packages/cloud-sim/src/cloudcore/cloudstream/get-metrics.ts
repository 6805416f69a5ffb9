import { sessionMissing } from '../messages.ts';
import { GoPanic } from './go-panic.ts';
import type { GoRequest } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import { edgedPort, MetricsConnection } from './metrics-connection.ts';
import { serveOnSession } from './serve-on-session.ts';
import { metricsSessionKey } from './session-key.ts';
import type { StreamContext } from './stream-server.ts';

const statements = { addError: 'addConnectionError', deletedFrom: 'deletedFrom' } as const;

/**
 * Serves a metrics request. 200 is decided before the edge knows of it, which is why edged's status is lost
 * and a closed session answers 200 with nothing in it. kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go
 * getMetrics
 */
export async function getMetrics(
  context: StreamContext,
  request: GoRequest,
  response: GoResponse,
): Promise<void> {
  const { process, tunnels } = context;
  const { key, forwardedUri } = metricsSessionKey(process.release, request);
  const hostHeader = request.host;
  if (forwardedUri !== undefined) {
    const nodeIp = tunnels.nodeIp(key);
    if (nodeIp !== undefined) request.host = `${nodeIp}:${edgedPort}`;
  }
  const session = tunnels.session(key);
  const { method, target: path } = request;
  const detail = {
    method,
    path,
    hostHeader: process.world.net.describe(hostHeader),
    route: 'metrics' as const,
    sessionKey: process.world.net.describe(key),
    found: session !== undefined,
    ...(forwardedUri !== undefined && { forwardedUri }),
  };
  const traceId = process.trace('stream.request', detail, process.world.trace.linked(request.connection));
  const exchange = { request, response, traceId };
  let connection: MetricsConnection | undefined;
  let end: 'complete' | 'panic' = 'complete';
  try {
    let error: string | undefined;
    if (session === undefined) {
      error = sessionMissing(process.release, process.world.net.describe(key));
    } else {
      response.writeHeader(200);
      connection = new MetricsConnection(process, session, exchange);
      error = await serveOnSession(context, session, connection, statements);
    }
    if (error !== undefined) {
      response.writeHeader(500);
      const line = `${process.release.metricsErrorPrefix}${error}`;
      process.log('E', 'metricsError', line, connection?.traceId ?? traceId);
    }
  } catch (error) {
    if (error instanceof GoPanic) end = 'panic';
    throw error;
  } finally {
    const ended = {
      connectId: connection?.messageId ?? 0,
      status: end === 'panic' ? 0 : response.status,
      bytes: response.bytesWritten,
      end: end === 'complete' && request.done.aborted ? ('client-gone' as const) : end,
    };
    process.trace('stream.response', ended, connection?.traceId ?? traceId);
  }
}
