import { type Certificate, type Listener, type NetSocket, Outbox } from '@kubeedge-sim/sim-kit';
import { connectPath, messageTypes, readConnectHeaders } from '@kubeedge-sim/wire';
import { updatePortRefusal, upgradeFailed } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { TunnelPeer } from '../trace-kinds.ts';
import { listenGoHttp } from './go-http-server.ts';
import { firstHeader, type GoRequest } from './go-request.ts';
import { type GoResponse, writeNotFound, writeRedirect } from './go-response.ts';
import { type Route, routeRequest } from './go-restful.ts';
import {
  answerPings,
  createUpgrader,
  type GorillaSocket,
  type ReadFailure,
  textFrame,
  upgrade,
  upgradeRefusal,
  watchReads,
} from './gorilla.ts';
import { Session, type Tunnel } from './session.ts';
import type { TunnelTable } from './stream-server.ts';
import { readTextsOf } from './text-frames.ts';
import type { NodePortWriter } from './update-node-kubelet-endpoint.ts';

/** kubeedge v1.6.1 cloud/pkg/cloudstream/tunnelserver.go installDefaultHandler */
const tunnelRoutes: readonly Route<'connect'>[] = [
  { method: 'GET', root: connectPath, path: '/', kind: 'connect' },
];

/** The server that edges connect to, and the sessions it knows. */
export interface TunnelServer extends TunnelTable, Listener {
  /** Every key ever used with its newest session, in order of first use; keys are never removed. */
  readonly sessions: ReadonlyMap<string, Session>;
}

/**
 * Starts the server on port 10004: mutual TLS, one WebSocket per edge.
 * kubeedge v1.6.1 cloud/pkg/cloudstream/tunnelserver.go Start
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startTunnelServer(
  process: CloudcoreProcess,
  options: {
    port: number;
    certificate: Certificate;
    clientRoots: readonly Certificate[];
    nodePorts: NodePortWriter;
  },
): Promise<TunnelServer> {
  const { port, certificate, clientRoots, nodePorts } = options;
  const { limits } = process;
  const upgrader = createUpgrader(limits.messageBytes);
  const sessions = new Map<string, Session>();
  const nodeIps = new Map<string, string>();

  function connect(request: GoRequest, response: GoResponse): void {
    const identity = identify(process, request);
    const refusal = upgradeRefusal(request);
    if (refusal !== undefined) {
      response.writeHeader(refusal.status);
      void response.write(Buffer.from(refusal.reason));
      // Printed whether or not writing failed, up to v1.11.
      process.log('E', 'upgradeRefused', 'failed to write http response, err: <nil>');
      process.log('E', 'upgradeFailed', upgradeFailed(process.release, refusal.reason));
      return;
    }
    const { hijackable } = request;
    if (hijackable === undefined) return;
    if (!hasRoomFor(identity)) {
      const refused = { peer: request.remoteAddress, consequence: `edge ${identity.hostname} is refused` };
      process.reachLimit('sessionKeys', refused, process.world.trace.linked(request.connection));
      response.writeHeader(503);
      return;
    }
    response.hijacked = true;
    // gorilla server.go Upgrade
    if (hijackable.head.length > 0) {
      const reason = 'websocket: client sent data before handshake is complete';
      process.log('E', 'upgradeFailed', upgradeFailed(process.release, reason));
      hijackable.socket.destroySoon();
      return;
    }
    upgrade(upgrader, hijackable, (webSocket) => {
      const opened = process.world.trace.linked(request.connection);
      const { hostname, internalIp } = identity;
      const line = `get a new tunnel agent hostname ${hostname}, internalIP ${internalIp}`;
      process.log('I', 'newAgent', line, opened);
      const serve = holdReads(process, webSocket, hijackable.socket);
      const agent = { ...identity, webSocket, socket: hijackable.socket, opened, serve };
      // Between two attempts the edge is connected, has no session, and nobody reads it.
      if (nodePorts.now(hostname, opened)) register(agent);
      else void retry(agent);
    });
  }

  /** Closed sessions are forgotten only where the table is full: upstream never forgets one. */
  function hasRoomFor({ hostname, internalIp }: Pick<Agent, 'hostname' | 'internalIp'>): boolean {
    const isFull = () => sessions.size >= limits.sessionKeys;
    if (!isFull() || (sessions.has(hostname) && sessions.has(internalIp))) return true;
    for (const [key, { tunnelClosed }] of sessions) {
      if (!tunnelClosed) continue;
      sessions.delete(key);
      nodeIps.delete(key);
    }
    return !isFull();
  }

  async function retry(agent: Agent): Promise<void> {
    const written = await nodePorts.retry(agent.hostname, agent.opened).catch(() => undefined);
    if (written === true) register(agent);
    else if (written === false) refuse(process, agent);
  }

  function register({ hostname, internalIp, webSocket, socket, opened, serve }: Agent): void {
    const { connection } = socket;
    const keys = [...new Set([hostname, internalIp])];
    const overwrote = keys.filter((key) => sessions.has(key));
    const detail = { connection, hostname, internalIp, overwrote };
    const traceId = process.trace('tunnel.session', detail, opened);
    const peer = peerOf(process, hostname, socket);
    reportTakeovers(process, sessions, { keys: overwrote, by: peer, parent: traceId });
    const session = new Session(process, tunnelOn(process, webSocket, socket), {
      sessionId: hostname,
      peer,
      traceId,
    });
    for (const key of keys) sessions.set(key, session);
    nodeIps.set(hostname, internalIp);
    serve(session);
  }

  process.log('I', 'tunnelCa', 'Succeed in loading TunnelCA from local directory');
  process.log('I', 'tunnelCert', 'Succeed in loading TunnelCert and Key from local directory');
  process.log('I', 'prepareTunnel', 'Prepare to start tunnel server ...');
  const listener = await listenGoHttp(process, {
    port,
    tls: {
      certificate,
      clientAuth: 'require',
      clientRoots,
      minVersion: 'TLSv1.2',
      cipherSuites12: process.release.tunnelCipherSuites12,
    },
    handler: (request, response) => routeTunnel(process, request, response, connect),
  });
  const { describe } = process.world.net;
  return {
    ...listener,
    sessions,
    session: (key) => sessions.get(describe(key)),
    nodeIp: (hostname) => nodeIps.get(hostname),
  };
}

function peerOf(process: CloudcoreProcess, hostname: string, socket: NetSocket): TunnelPeer {
  const { commonName: certificate = '', serial = '' } = socket.peerCertificate ?? {};
  const address = process.world.net.describe(`${socket.remoteAddress}:${socket.remotePort}`);
  return { hostname, address, certificate, serial };
}

/** An event for each session whose keys go to somebody else. */
function reportTakeovers(
  process: CloudcoreProcess,
  sessions: ReadonlyMap<string, Session>,
  { keys, by, parent }: { keys: readonly string[]; by: TunnelPeer; parent: number | undefined },
): void {
  for (const session of new Set(keys.map((key) => sessions.get(key)))) {
    if (session === undefined) continue;
    const { peer: from, tunnelClosed } = session;
    if (tunnelClosed && from.hostname === by.hostname && from.serial === by.serial) continue;
    const taken = keys.filter((key) => sessions.get(key) === session);
    process.trace('tunnel.takeover', { keys: taken, from, by, wasOpen: !tunnelClosed }, parent);
  }
}

/**
 * Who the edge says it is. Addresses are the described ones, so that sessions are found alike on either net.
 */
function identify(process: CloudcoreProcess, request: GoRequest): { hostname: string; internalIp: string } {
  const pairs = [...request.header].flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  const { hostname, internalIp } = readConnectHeaders(process.dialect, pairs);
  const usePeer = internalIp === '' && process.release.internalIpFallback === 'peer-address';
  const ip = usePeer ? (request.remoteAddress.split(':')[0] ?? '') : internalIp;
  return { hostname, internalIp: process.world.net.describe(ip) };
}

function routeTunnel(
  process: CloudcoreProcess,
  request: GoRequest,
  response: GoResponse,
  connect: (request: GoRequest, response: GoResponse) => void,
): void {
  const routed = { method: request.method, path: request.url.path, accept: firstHeader(request, 'Accept') };
  const result = routeRequest(tunnelRoutes, process.release.goRestful, routed);
  switch (result.outcome) {
    case 'handler':
      connect(request, response);
      break;
    case 'redirect':
      writeRedirect(request, response, result.path);
      break;
    case 'not-found':
      writeNotFound(response);
      break;
    case 'error':
      if (result.allow !== undefined) response.header.set('Allow', result.allow);
      response.writeHeader(result.status);
      void response.write(Buffer.from(result.body));
      break;
  }
}

/** An edge that has connected. */
interface Agent {
  hostname: string;
  internalIp: string;
  webSocket: GorillaSocket;
  socket: NetSocket;
  /** The event of its connection. */
  opened: number | undefined;
  /** Hands the connection's reads to its session. */
  serve: (session: Session) => void;
}

/**
 * The Node could not be written. The process ends, or the edge is told to close its tunnel, which itself
 * stays open and unread: connect returns, and net/http leaves a hijacked connection alone.
 * kubeedge v1.9.0, v1.10.0 cloud/pkg/cloudstream/tunnelserver.go updateNodeKubeletEndpoint, connect
 */
function refuse(process: CloudcoreProcess, { hostname, webSocket, socket, opened }: Agent): void {
  const { connection } = socket;
  const traceId = process.trace(
    'tunnel.refused',
    { connection, hostname, reason: updatePortRefusal },
    opened,
  );
  if (process.release.nodeWriteFailure === 'exit') {
    process.exit(1, `exit status 1: KubeletEndpoint Port of Node '${hostname}' not updated`);
    return;
  }
  const data = Buffer.from(updatePortRefusal);
  const error = tunnelOn(process, webSocket, socket).write({
    connectId: 0,
    type: messageTypes.CLOSE_CONNECT,
    data,
  });
  if (error === undefined) {
    const sent = 'CloudStream send close connection message to edge successfully';
    process.log('I', 'closeConnectSent', sent, traceId, 4);
    return;
  }
  const failed = `CloudStream failed to send close connection message to edge, error: ${error}`;
  process.log('E', 'closeConnectError', failed, traceId);
}

/**
 * Reads nothing until there is a session to serve. kubeedge v1.6.1 cloud/pkg/cloudstream/session.go Serve
 */
function holdReads(
  process: CloudcoreProcess,
  webSocket: GorillaSocket,
  socket: NetSocket,
): (session: Session) => void {
  let serving: Session | undefined;
  let failure: ReadFailure | undefined;
  const fail = (session: Session, { text, isTooLong, answer }: ReadFailure) => {
    if (isTooLong) {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      process.reachLimit('messageBytes', { peer, consequence: 'the tunnel is closed' }, session.traceId);
    }
    if (answer !== undefined) webSocket.answer(answer);
    session.readFailed(text);
  };
  webSocket.pause();
  answerPings(webSocket, socket);
  readTextsOf(socket, process.limits.messageBytes, (messages) => serving?.receiveTexts(messages));
  webSocket.on('message', (data: Buffer, isBinary: boolean) => serving?.receive(data, isBinary));
  watchReads(process.release, webSocket, socket, (seen) => {
    if (serving === undefined) failure = seen;
    else fail(serving, seen);
  });
  return (session) => {
    serving = session;
    webSocket.resume();
    if (failure !== undefined) fail(session, failure);
  };
}

function tunnelOn(process: CloudcoreProcess, webSocket: GorillaSocket, socket: NetSocket): Tunnel {
  const outbox = new Outbox(process.world.clock, socket);
  webSocket.beforeClose = () => outbox.flush();
  const remoteAddress = `${socket.remoteAddress}:${socket.remotePort}`;
  return {
    connection: socket.connection,
    remoteAddress,
    write(message) {
      // gorilla conn.go: what a closed connection answers to a write.
      if (webSocket.readyState !== webSocket.OPEN || socket.destroyed)
        return 'use of closed network connection';
      outbox.write(textFrame(message));
      // Upstream's write would wait for ever, and all who write after it.
      if (socket.writableLength > process.limits.sessionWaitingBytes) {
        process.reachLimit('sessionWaitingBytes', {
          peer: remoteAddress,
          consequence: 'the tunnel is closed',
        });
        socket.destroy();
      }
      return undefined;
    },
    drained: () => outbox.drained(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
    close() {
      outbox.flush();
      socket.destroySoon();
    },
  };
}
