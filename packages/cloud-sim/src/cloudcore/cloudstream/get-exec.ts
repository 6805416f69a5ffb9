import { hijackedSessionMissing, hijackedWriteHeader, notAnUpgrade, sessionKeyFailed } from '../messages.ts';
import { ContainerExecConnection } from './containerexec-connection.ts';
import { type GoRequest, headerHasToken } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import { serveOnSession } from './serve-on-session.ts';
import { podSessionKey } from './session-key.ts';
import type { StreamContext } from './stream-server.ts';

// A release that has attach prints both failures in one line, as its handler's own.
const statements = {
  exec: { addError: 'execAddConnectionError', deletedFrom: 'execDeletedFrom' },
  attach: { addError: 'attachError', deletedFrom: 'attachDeletedFrom' },
} as const;

type Handler = (context: StreamContext, request: GoRequest, response: GoResponse) => Promise<void>;

/** Serves an exec request. kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go getExec */
export const getExec: Handler = (...exchange) => serveHijacked('exec', ...exchange);

/** Serves an attach request. kubeedge v1.14.0 cloud/pkg/cloudstream/streamserver.go getAttach */
export const getAttach: Handler = (...exchange) => serveHijacked('attach', ...exchange);

/** Takes the client's connection over, before the edge knows of it. */
async function serveHijacked(
  kind: 'exec' | 'attach',
  ...[context, request, response]: Parameters<Handler>
): Promise<void> {
  const { process, tunnels, pods } = context;
  const { release, world } = process;
  const found = podSessionKey(release.execSessionKey, request, pods);
  const session = 'key' in found ? tunnels.session(found.key) : undefined;
  const detail = {
    method: request.method,
    path: request.target,
    hostHeader: world.net.describe(request.host),
    route: kind,
    ...('key' in found && { sessionKey: world.net.describe(found.key), found: session !== undefined }),
  };
  const traceId = process.trace('stream.request', detail, world.trace.linked(request.connection));
  const { hijackable } = request;
  let connection: ContainerExecConnection | undefined;
  let error: string | undefined;
  if ('error' in found) error = sessionKeyFailed(found.sentence);
  else if (session === undefined)
    error = hijackedSessionMissing(release, kind, world.net.describe(found.key));
  else if (!headerHasToken(request, 'Connection', 'upgrade') || hijackable === undefined)
    error = notAnUpgrade(release);
  else {
    response.hijacked = true;
    const { socket } = hijackable;
    connection = new ContainerExecConnection(process, session, { kind, request, socket, traceId });
    try {
      error = await serveOnSession(context, session, connection, statements[kind]);
    } finally {
      socket.destroySoon();
    }
  }
  const parent = connection?.traceId ?? traceId;
  if (error !== undefined) {
    if (connection === undefined) response.writeHeader(500);
    else process.logGo(hijackedWriteHeader(release.logSources.restfulWriteHeader ?? ''), parent);
    process.log('E', `${kind}Error`, `${release[`${kind}ErrorPrefix`]}${error}`, parent);
  }
  const ended = {
    connectId: connection?.messageId ?? 0,
    status: response.status,
    bytes: connection?.bytesWritten ?? 0,
    end: 'complete' as const,
  };
  process.trace('stream.response', ended, parent);
}
