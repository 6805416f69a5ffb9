import { connectHeaders, connectPath } from '@kubeedge-sim/wire';
import { dialWebSocket, type WebSocketConnection } from '../dial-web-socket.ts';
import type { EdgestreamOptions } from './edgestream.ts';

// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go HandshakeTimeout; it covers the dial,
// too.
const HANDSHAKE_TIMEOUT_MS = 30_000;

export type Tunnel = WebSocketConnection;

/**
 * Connects and upgrades as kubeedge v1.6.1 edge/pkg/edgestream/edgestream.go TLSClientConnect does.
 * @throws DialError; the signal's reason
 */
export function dialTunnel(options: EdgestreamOptions, parent: number): Promise<Tunnel> {
  const { world, host, server, certificate, hostname, internalIp, dialect, limits, signal } = options;
  return dialWebSocket(
    {
      world,
      host,
      server,
      path: connectPath,
      headers: connectHeaders(dialect, { hostname, internalIp }),
      // edgestream.go: InsecureSkipVerify, with the edge's own certificate.
      tls: { verify: false, certificate },
      component: 'edgestream',
      what: 'tunnel',
      timeoutMs: HANDSHAKE_TIMEOUT_MS,
      signal,
      limits,
    },
    parent,
  );
}
