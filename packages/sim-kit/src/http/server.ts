import http from 'node:http';
import type { Host, Listener, ListenOptions, ListenTarget, NetSocket } from '../net/net.ts';

/** A node:http server that never listens itself and keeps no timer of its own: the world's net hands it sockets. */
export function createHttpServer(handler?: http.RequestListener): http.Server {
  return http.createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, handler);
}

export interface HttpListener extends Listener {
  readonly sockets: ReadonlySet<NetSocket>;
}

/** Where accepted sockets go: an http server, or a function that chooses one (by ALPN, say). */
export type SocketSink = Pick<http.Server, 'emit'> | ((socket: NetSocket) => void);

/**
 * Feeds connections to a server. Closing the listener destroys the connections that are still open, as the end of a
 * process does.
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function listenHttp(
  host: Host,
  target: ListenTarget,
  options: ListenOptions,
  sink: SocketSink,
): Promise<HttpListener> {
  const sockets = new Set<NetSocket>();
  const listener = await host.listen(target, options, (socket) => {
    sockets.add(socket);
    // A peer that resets is not our fault; without a listener node would raise it as an uncaught error.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    if (typeof sink === 'function') sink(socket);
    else sink.emit('connection', socket);
  });
  const close = async () => {
    await listener.close();
    const closed = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of sockets) socket.destroy();
    // Whoever serves them hears of it only then.
    await Promise.all(closed);
  };
  return {
    target: listener.target,
    socketPath: listener.socketPath,
    sockets,
    close,
    [Symbol.asyncDispose]: close,
  };
}
