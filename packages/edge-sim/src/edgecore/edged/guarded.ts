import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { ConnectionGuard, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';

/** A server behind its limits: where connections go, and what is to be disposed with the listener. */
export interface GuardedServer extends Disposable {
  take(socket: NetSocket): void;
}

/** Keeps who asks a server within its limits; what net/http itself refuses for its size is answered as there. */
export function guardServer(
  world: World,
  server: Server,
  { limits, reachLimit, port }: { limits: EdgecoreLimits; reachLimit: ReachLimit; port: number },
): GuardedServer {
  const guard = new ConnectionGuard(world.clock, limits, (limit, socket) =>
    reachLimit(limit, { peer: addressOf(socket), consequence: `a connection to port ${port} is closed` }),
  );
  server.maxHeadersCount = 0;
  Object.assign(server, { maxHeaderSize: limits.headerBytes });
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { connection } = request.socket as unknown as NetSocket;
    guard.begin(connection);
    response.once('close', () => guard.end(connection));
  });
  server.prependListener('upgrade', (request: IncomingMessage) =>
    guard.heard((request.socket as unknown as NetSocket).connection),
  );
  server.prependListener('clientError', (error: Error & { code?: string }, socket) => {
    if (error.code !== 'HPE_HEADER_OVERFLOW') return;
    const peer = addressOf(socket as unknown as NetSocket);
    reachLimit('headerBytes', { peer, consequence: 'the request is answered 431' });
    if (socket.writable) socket.end(TOO_LARGE);
  });
  return {
    take(socket) {
      if (guard.admit(socket)) server.emit('connection', socket);
    },
    [Symbol.dispose]: () => guard[Symbol.dispose](),
  };
}

/**
 * The body of a request as text; undefined, and the limit reported, when it is longer than it may be. What remains of it
 * is not read.
 */
export async function readBody(
  request: IncomingMessage,
  { limits, reachLimit }: { limits: EdgecoreLimits; reachLimit: ReachLimit },
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limits.bodyBytes) {
      const peer = addressOf(request.socket as unknown as NetSocket);
      reachLimit('bodyBytes', { peer, consequence: 'the connection is closed' });
      request.socket.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const addressOf = ({ remoteAddress, remotePort }: NetSocket) => `${remoteAddress}:${remotePort}`;

// golang/go src/net/http/server.go conn.serve, errorHeaders.
const TOO_LARGE =
  'HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n' +
  'Connection: close\r\n\r\n431 Request Header Fields Too Large';
