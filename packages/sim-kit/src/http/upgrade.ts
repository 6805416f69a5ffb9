import http, { type IncomingMessage } from 'node:http';
import type { NetSocket } from '../net/net.ts';

export interface UpgradeRequest {
  method: string;
  /** Request target. */
  path: string;
  /** Written as they are, in this order; a name may come more than once. */
  headers: readonly (readonly [name: string, value: string])[];
  /** Hangs up. */
  signal?: AbortSignal | undefined;
}

/** A server that has changed the protocol: the connection is the caller's, with what came behind the answer. */
export interface Upgraded {
  readonly status: 101;
  readonly response: IncomingMessage;
  readonly socket: NetSocket;
  readonly head: Buffer;
}

/** One that has not; its connection ends with the body, which is to be read or destroyed. */
export interface NotUpgraded {
  /** Never 101. */
  readonly status: number;
  readonly response: IncomingMessage;
  readonly socket: NetSocket;
}

/**
 * Asks the server at the other end of a fresh connection to change the protocol. The connection is destroyed when it
 * fails. @throws ECONNRESET ("socket hang up") when the server goes away; what node says of an answer that is no HTTP
 */
export function requestUpgrade(
  socket: NetSocket,
  { method, path, headers, signal }: UpgradeRequest,
): Promise<Upgraded | NotUpgraded> {
  return new Promise<Upgraded | NotUpgraded>((resolve, reject) => {
    const request = http.request({
      method,
      path,
      setDefaultHeaders: false,
      headers: headers.flat(),
      createConnection: () => socket,
    });
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', abort));
    request.once('error', (error) => {
      socket.destroy();
      reject(error);
    });
    request.once('upgrade', (response, _same, head) => resolve({ status: 101, response, socket, head }));
    request.once('response', (response) => {
      response.once('close', () => socket.destroy());
      resolve({ status: response.statusCode ?? 0, response, socket });
    });
    request.end();
  });
}
