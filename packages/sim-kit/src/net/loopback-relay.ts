import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { HostLink } from './link.ts';
import { createSocketPair, type MemorySocket } from './memory-socket.ts';
import type { Endpoint } from './net.ts';

interface RelayOptions {
  clock: Clock;
  link: HostLink;
  connection: string;
  /** The ends of the real connection. */
  local: Endpoint;
  remote: Endpoint;
  allowHalfOpen: boolean;
}

/**
 * Puts a link between a dialler and its connected socket: an in-memory connection that can be stalled, reset and
 * delayed, the far end of which is joined to the real one. Returns the dialler's end.
 */
export function relay(raw: Socket, options: RelayOptions): MemorySocket {
  const { client, server } = createSocketPair({
    clock: options.clock,
    link: options.link,
    connection: options.connection,
    client: options.local,
    server: options.remote,
    allowHalfOpen: options.allowHalfOpen,
    encrypted: false,
    alpnProtocol: false,
  });
  raw.pipe(server).pipe(raw);
  raw.on('error', () => server.resetAndDestroy());
  server.on('error', () => raw.resetAndDestroy());
  // Neither end can still be read when the other has gone without a FIN.
  raw.once('close', () => {
    if (!raw.readableEnded) server.destroy();
  });
  server.once('close', () => {
    if (!server.readableEnded) raw.destroySoon();
  });
  return client;
}
