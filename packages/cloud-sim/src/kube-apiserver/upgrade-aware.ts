import type { IncomingMessage } from 'node:http';
import type { Clock, Host, NetSocket, NotUpgraded, TlsClientOptions, Upgraded } from '@kubeedge-sim/sim-kit';
import type { ClientUpgrade } from './client-upgrades.ts';
import { dialUpgrade, fieldsOf, goHead } from './dial-upgrade.ts';
import type { NodeLocation } from './pod-location.ts';
import { COMPONENT } from './trace-kinds.ts';

/** How long a node may take to say why it refuses. kubernetes/apimachinery v0.19.8 pkg/util/proxy/upgradeaware.go */
const REFUSAL_TIMEOUT_MS = 10_000;

/** kubernetes/apimachinery v0.32.4 pkg/util/portforward/constants.go WebsocketsSPDYTunnelingPrefix */
const TUNNEL_PREFIX = 'SPDY/3.1+';

/** Fields that belong to a WebSocket and are not passed on with the SPDY request that takes its place. */
const WEBSOCKET_FIELDS = /^(upgrade|sec-websocket-(protocol|key|version)|x-stream-protocol-version)$/i;

/**
 * Asks a node for what a client has asked for, in the client's own words.
 * kubernetes/apimachinery v0.19.8 pkg/util/proxy/upgradeaware.go tryUpgrade
 * @throws UpgradeError
 */
export function passOnUpgrade(
  host: Host,
  request: IncomingMessage,
  options: {
    location: NodeLocation;
    hostHeader: 'node' | 'client';
    /** A WebSocket is passed on as a request for SPDY. */
    asSpdy: boolean;
    tls: TlsClientOptions;
    signal: AbortSignal;
    parent: number;
  },
): Promise<Upgraded | NotUpgraded> {
  const { location, hostHeader, asSpdy, tls, signal, parent } = options;
  const { target, path } = location;
  const method = asSpdy ? 'POST' : (request.method ?? 'GET');
  const name = hostHeader === 'node' ? `${target.address}:${target.port}` : (request.headers.host ?? '');
  // Credentials end with the authentication, and nobody says of himself who he is.
  const own = fieldsOf(request).filter(
    ([field]) => !/^(authorization|x-forwarded-for|x-remote-.*)$/i.test(field),
  );
  const asked = asSpdy
    ? [...own.filter(([field]) => !WEBSOCKET_FIELDS.test(field)), ...spdyFields(request)]
    : own;
  const forwarded = [request.headers['x-forwarded-for'], request.socket.remoteAddress]
    .filter(Boolean)
    .join(', ');
  const headers = goHead(method, name, [...asked, ['X-Forwarded-For', forwarded]]);
  return dialUpgrade(host, { target, method, path, headers, tls, component: COMPONENT, parent, signal });
}

/** kubernetes/apiserver v0.32.4 pkg/util/proxy/streamtunnel.go createSPDYRequest */
function spdyFields({ headers }: IncomingMessage): [string, string][] {
  const versions = tunnelledProtocols(headers['sec-websocket-protocol']);
  return [
    ['Upgrade', 'SPDY/3.1'],
    ...versions.map((version): [string, string] => ['X-Stream-Protocol-Version', version]),
  ];
}

/** The SPDY protocols that a client wants inside of a WebSocket, e.g. `portforward.k8s.io`. */
export function tunnelledProtocols(subprotocols: string | undefined): string[] {
  return subprotocolsOf(subprotocols)
    .filter((each) => each.startsWith(TUNNEL_PREFIX) && each.endsWith('.k8s.io'))
    .map((each) => each.slice(TUNNEL_PREFIX.length));
}

/** A `Sec-WebSocket-Protocol` header as a list. */
export const subprotocolsOf = (header: string | undefined): string[] =>
  (header ?? '').split(',').map((each) => each.trim());

/** Tells a client that the node refuses, in the node's words, and hangs up. */
export function passOnRefusal(client: ClientUpgrade, { response, socket }: NotUpgraded, clock: Clock): void {
  const { statusCode = 0, statusMessage = '' } = response;
  const own = /^(connection|transfer-encoding)$/i;
  const fields = [...fieldsOf(response).filter(([name]) => !own.test(name)), ['Connection', 'close']];
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  client.socket.write(Buffer.from(`HTTP/1.1 ${statusCode} ${statusMessage}\r\n${head}\r\n`, 'latin1'));
  const deadline = clock.setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT_MS, 'refusal of an upgrade');
  response.on('data', (bytes: Buffer) => client.socket.write(bytes));
  // Without a length it ends with the connection; a broken one ends like a complete one.
  response.once('error', () => socket.destroy());
  response.once('close', () => {
    deadline.cancel();
    client.socket.destroySoon();
  });
}

/** Payload of the two connections of a stream. */
export interface Passed {
  readonly fromClient: number;
  readonly fromNode: number;
}

/** Passes bytes on both ways until either side ends, and then closes both. Resolves with what was passed on. */
export function passBytes(client: ClientUpgrade, node: Upgraded): Promise<Passed> {
  const passed = { fromClient: 0, fromNode: 0 };
  const head = fieldsOf(node.response).map(([name, value]) => `${name}: ${value}\r\n`);
  client.socket.write(
    Buffer.from(`HTTP/1.1 101 ${node.response.statusMessage ?? ''}\r\n${head.join('')}\r\n`, 'latin1'),
  );
  const { promise, resolve } = Promise.withResolvers<Passed>();
  const pass = (from: NetSocket, first: Buffer, to: NetSocket, side: keyof Passed) => {
    if (first.length > 0) from.unshift(first);
    from.on('data', (bytes: Buffer) => {
      passed[side] += bytes.length;
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => from.resume());
    });
    const end = () => {
      client.socket.destroySoon();
      node.socket.destroySoon();
      resolve(passed);
    };
    from.once('end', end).once('error', end).once('close', end);
    from.resume();
  };
  pass(client.socket, client.head, node.socket, 'fromClient');
  pass(node.socket, node.head, client.socket, 'fromNode');
  return promise;
}
