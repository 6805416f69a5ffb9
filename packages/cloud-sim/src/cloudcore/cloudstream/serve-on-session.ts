import { addConnectionFailed } from '../messages.ts';
import type { LogStatement } from '../release.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import type { Session } from './session.ts';
import type { StreamContext } from './stream-server.ts';

/** A connection whose Serve sees it through; returns Go's error text, if any. */
export interface ServedConnection extends ApiserverConnection {
  serve(): Promise<string | undefined>;
}

/**
 * What all handlers of kubeedge v1.6.1 cloud/pkg/cloudstream/streamserver.go do once they have their session.
 * Returns the error text that their deferred report sees, if any.
 */
export async function serveOnSession(
  context: StreamContext,
  session: Session,
  connection: ServedConnection,
  statements: { readonly addError: LogStatement; readonly deletedFrom: LogStatement },
): Promise<string | undefined> {
  const { process } = context;
  const { release } = process;
  const addError = await session.addApiserverConnection(connection, context.nextMessageId());
  if (addError !== undefined) {
    const { kind: type } = connection;
    const kind = type === 'exec' || type === 'attach' ? (`${type} connection` as const) : 'connection';
    const line = addConnectionFailed(release, kind, session.describe(), addError);
    if (release.addErrorWrapped) return line;
    process.log('E', statements.addError, line, connection.traceId);
    return addError;
  }
  let failed = false;
  try {
    const error = await connection.serve();
    if (error === undefined || release.serveErrorShadowed) return undefined;
    failed = true;
    return `apiconnection Serve ${connection.describe()} in ${session.describe()} error ${error}`;
  } finally {
    if (failed || !release.deletedOnErrorOnly) {
      session.deleteApiserverConnection(connection);
      const line = `Delete ${connection.describe()} from ${session.describe()}`;
      process.log('I', statements.deletedFrom, line, connection.traceId);
    }
  }
}
