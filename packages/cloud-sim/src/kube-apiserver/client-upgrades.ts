import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { NetSocket } from '@kubeedge-sim/sim-kit';

/** A connection whose client has asked for another protocol on it. */
export interface ClientUpgrade {
  readonly socket: NetSocket;
  /** What the client sent behind its request. */
  readonly head: Buffer;
}

/**
 * Lets a server route upgrade requests like any others, as Go does: who handles one may take its connection over, and
 * everybody else answers as if nothing had been asked for. node would hang up on them.
 */
export function routeUpgrades(server: Server): (request: IncomingMessage) => ClientUpgrade | undefined {
  const upgrades = new WeakMap<IncomingMessage, ClientUpgrade>();
  server.on('upgrade', (request: IncomingMessage, socket: NetSocket, head: Buffer) => {
    upgrades.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as never);
    response.once('finish', () => socket.destroySoon());
    // A request of this kind has no body, and node's parser has left before saying so.
    request.push(null);
    server.emit('request', request, response);
  });
  return (request) => upgrades.get(request);
}
