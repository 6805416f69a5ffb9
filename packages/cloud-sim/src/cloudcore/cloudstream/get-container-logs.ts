import { sessionKeyFailed, sessionMissing } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import { ContainerLogConnection } from './containerlog-connection.ts';
import { GoPanic } from './go-panic.ts';
import type { GoRequest } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import { serveOnSession } from './serve-on-session.ts';
import { type PodUnknown, podSessionKey } from './session-key.ts';
import type { StreamContext } from './stream-server.ts';

const statements = { addError: 'logsAddConnectionError', deletedFrom: 'logsDeletedFrom' } as const;

/**
 * Serves a logs request: a chunked 200 of which nothing is sent before the edge's first DATA.
 * kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getContainerLogs
 */
export async function getContainerLogs(
  context: StreamContext,
  request: GoRequest,
  response: GoResponse,
): Promise<void> {
  const { process, tunnels, pods } = context;
  const { release, world } = process;
  const found = podSessionKey(release.logsSessionKey, request, pods);
  const session = 'key' in found ? tunnels.session(found.key) : undefined;
  const detail = {
    method: request.method,
    path: request.target,
    hostHeader: world.net.describe(request.host),
    route: 'logs' as const,
    ...('key' in found && { sessionKey: world.net.describe(found.key), found: session !== undefined }),
  };
  const traceId = process.trace('stream.request', detail, world.trace.linked(request.connection));
  let connection: ContainerLogConnection | undefined;
  let end: 'complete' | 'panic' = 'complete';
  try {
    let error: string | undefined;
    if ('error' in found) {
      error = sessionKeyError(process, found, traceId);
    } else if (session === undefined) {
      error = sessionMissing(release, world.net.describe(found.key));
    } else {
      response.header.set('Transfer-Encoding', 'chunked');
      response.writeHeader(200);
      connection = new ContainerLogConnection(process, session, { request, response, traceId });
      error = await serveOnSession(context, session, connection, statements);
    }
    if (error !== undefined) {
      response.writeHeader(500);
      process.log('E', 'logsError', `${release.logsErrorPrefix}${error}`, connection?.traceId ?? traceId);
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

/** Returns the error text that upstream's deferred report sees. */
function sessionKeyError(
  process: CloudcoreProcess,
  { error, sentence }: PodUnknown,
  traceId?: number,
): string {
  if (process.release.podErrorLines === 1) return sessionKeyFailed(sentence);
  process.log('E', 'logsPodError', sentence, traceId);
  return error;
}
