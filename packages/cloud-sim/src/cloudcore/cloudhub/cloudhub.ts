import { type IncomingMessage, STATUS_CODES } from 'node:http';
import {
  type Certificate,
  ConnectionGuard,
  chooseLimits,
  createHttpServer,
  type Host,
  listenHttp,
  type NetSocket,
  reportLimit,
  type TraceKinds,
  type World,
} from '@kubeedge-sim/sim-kit';
import {
  type BeehiveMessage,
  decodeBeehiveMessage,
  encodeBeehiveMessage,
  WireError,
} from '@kubeedge-sim/wire';
import { firstHeader, goRequest } from '../cloudstream/go-request.ts';
import {
  answerPings,
  createUpgrader,
  type GorillaSocket,
  upgrade,
  upgradeRefusal,
  watchReads,
} from '../cloudstream/gorilla.ts';
import { answerEdge } from '../edgecontroller/answer-edge.ts';
import type { EdgeObjects } from '../edgecontroller/edge-objects.ts';
import { startPodSync } from '../edgecontroller/pod-sync.ts';
import { type CloudcoreLimits, cloudcoreLimitsDefault } from '../limits.ts';
import type { CloudcoreRelease } from '../release.ts';

export interface CloudhubOptions {
  certificate: Certificate;
  /** Who may have signed an edge's client certificate. */
  clientRoots: readonly Certificate[];
  /** Default 10000. */
  port?: number;
  /** What edgecontroller does for the messages that come. */
  objects: EdgeObjects;
  /** Whether the release knows the messages of edges with an embedded kubelet (v1.12.0 and later). Default false. */
  embeddedKubelets?: boolean;
  /** How the release's gorilla/websocket words what is wrong with a frame. Default '1.4'. */
  gorilla?: CloudcoreRelease['gorilla'];
  /** Whether it reads their patches as base64, as v1.12.0 does, instead of as text. Default false. */
  patchesInBase64?: boolean;
  /** Bounds of the simulator's other than the default ones: those of connections, `messageBytes`, `sessionWaitingBytes`. */
  limits?: Partial<CloudcoreLimits>;
}

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * An edge's connection to CloudHub. `replaced`: the node had another one, which is closed. `disconnected` has the
     * reason. Parent: its `net.connect`.
     */
    'cloudhub.session': { node: string; state: 'connected' | 'replaced' | 'disconnected'; reason?: string };
    /** A node status arrived at CloudHub. */
    'cloudhub.node-status': { node: string; ready: boolean };
  }
}

/** kubeedge v1.6.1 pkg/apis/componentconfig/cloudcore/v1alpha1/default.go KeepaliveInterval */
const KEEPALIVE_MS = 30_000;

/** One edge's connection. */
interface Session {
  readonly node: string;
  readonly webSocket: GorillaSocket;
  readonly socket: NetSocket;
  /** Puts its end off, as a keep-alive message does. */
  keepAlive(): void;
  close(reason: string): void;
}

/**
 * CloudHub (10000): mutual TLS, one WebSocket per edge, JSON messages. A node is known by its header `node_id`; no
 * release looks at the path, and none at the certificate's name unless `requireAuthorization` is switched on (v1.18.0).
 * kubeedge v1.6.1 cloud/pkg/cloudhub/servers/server.go, handler/messagehandler.go; viaduct/pkg/server/ws.go
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startCloudhub(
  world: World,
  host: Host,
  options: CloudhubOptions,
): Promise<AsyncDisposable> {
  const { objects, embeddedKubelets = false, patchesInBase64 = false } = options;
  const { gorilla = '1.4', port = 10_000 } = options;
  const limits = chooseLimits('cloudcore', cloudcoreLimitsDefault, options.limits);
  const upgrader = createUpgrader(limits.messageBytes);
  const sessions = new Map<string, Session>();

  const emit = <K extends keyof TraceKinds>(kind: K, detail: TraceKinds[K], connection: string) =>
    world.trace.emit({
      host: host.name,
      component: 'cloudcore',
      kind,
      detail,
      parent: world.trace.linked(connection),
    });

  const reach = (limit: keyof CloudcoreLimits, { connection, remoteAddress, remotePort }: NetSocket) =>
    reportLimit(world, {
      host: host.name,
      component: 'cloudcore',
      limit,
      most: limits[limit],
      peer: `${remoteAddress}:${remotePort}`,
      consequence: `a connection to port ${port} is closed`,
      parent: world.trace.linked(connection),
    });
  const guard = new ConnectionGuard(world.clock, limits, reach);

  function open(node: string, webSocket: GorillaSocket, socket: NetSocket): void {
    const { connection } = socket;
    const tell = (state: 'connected' | 'replaced' | 'disconnected', reason?: string) =>
      emit('cloudhub.session', { node, state, ...(reason !== undefined && { reason }) }, connection);
    const late = () => session.close(`timeout to receive keepalive for node ${node}`);
    const start = () => world.clock.setTimeout(late, KEEPALIVE_MS, `keep-alive of ${node}`);
    let timer = start();
    let ended = false;
    const end = (reason: string) => {
      if (ended) return;
      ended = true;
      timer.cancel();
      if (sessions.get(node) === session) {
        sessions.delete(node);
        pods.disconnected(node);
      }
      tell('disconnected', reason);
    };
    const session: Session = {
      node,
      webSocket,
      socket,
      keepAlive() {
        timer.cancel();
        if (!ended) timer = start();
      },
      close(reason) {
        end(reason);
        webSocket.terminate();
      },
    };
    const former = sessions.get(node);
    sessions.set(node, session);
    tell(former === undefined ? 'connected' : 'replaced');
    former?.close('the node has connected again');
    pods.connected(node);
    webSocket.on('message', (bytes) => {
      if (ended) return;
      try {
        receive(session, decodeBeehiveMessage((bytes as Buffer).toString()), connection);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        session.close(error.message);
      }
    });
    answerPings(webSocket, socket);
    watchReads({ gorilla }, webSocket, socket, ({ text, isTooLong, answer }) => {
      if (isTooLong === true) reach('messageBytes', socket);
      if (answer !== undefined) webSocket.answer(answer);
      end(text);
      // viaduct/pkg/conn/ws.go handleMessage closes after any error.
      if (answer !== undefined) socket.destroySoon();
    });
  }

  // handler/messagehandler.go HandleServer.
  function receive(session: Session, message: BeehiveMessage, connection: string): void {
    const { node } = session;
    if (message.operation === 'keepalive') session.keepAlive();
    if (message.operation === 'response') pods.acknowledged(node, message.parentId);
    if (message.operation === 'keepalive' || message.operation === 'response') return;
    const answer = answerEdge(objects, {
      node,
      message,
      embeddedKubelets,
      patchesInBase64,
      onNodeStatus: (ready) => emit('cloudhub.node-status', { node, ready }, connection),
    });
    if (answer === undefined) return;
    const { resource, resourceVersion = '', content } = answer;
    const id = world.ids.uuid(`cloudhub/${node}/${world.ids.next('cloudhub')}`);
    const parentId = message.id;
    send(node, { id, parentId, operation: 'response', resource, resourceVersion, content });
  }

  function send(
    node: string,
    message: Omit<BeehiveMessage, 'timestampMs' | 'sync' | 'source' | 'group'>,
  ): void {
    const session = sessions.get(node);
    if (session === undefined || session.webSocket.readyState !== session.webSocket.OPEN) return;
    const common = {
      timestampMs: world.clock.now(),
      sync: false,
      source: 'edgecontroller',
      group: 'resource',
    };
    session.webSocket.send(encodeBeehiveMessage({ ...message, ...common }));
    if (session.socket.writableLength <= limits.sessionWaitingBytes) return;
    reach('sessionWaitingBytes', session.socket);
    session.close('the edge does not read');
  }

  const pods = startPodSync({
    world,
    objects,
    send: (node, message) => send(node, { ...message, parentId: '' }),
  });
  const server = createHttpServer((request, response) => {
    const { connection } = request.socket as unknown as NetSocket;
    if (!guard.begin(connection)) return;
    response.once('close', () => guard.end(connection));
    response.statusCode = 400;
    response.end('Bad Request\n');
  });
  server.on('upgrade', (message: IncomingMessage, stream: unknown, head: Buffer) => {
    const socket = stream as NetSocket;
    guard.heard(socket.connection);
    const hijackable = { message, socket, head };
    const request = goRequest({
      method: message.method ?? 'GET',
      proto: '1.1',
      target: message.url ?? '',
      rawHeaders: message.rawHeaders,
      socket,
      done: new AbortController().signal,
      hijackable,
    });
    const refusal =
      'badRequest' in request ? { status: 400, reason: 'Bad Request' } : upgradeRefusal(request);
    if ('badRequest' in request || refusal !== undefined) {
      const { status, reason } = refusal as { status: number; reason: string };
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n${reason}\n`);
      return;
    }
    const node = firstHeader(request, 'Node_id');
    upgrade(upgrader, hijackable, (webSocket) => open(node, webSocket, socket));
  });
  const tls = {
    certificate: options.certificate,
    clientAuth: 'require',
    clientRoots: options.clientRoots,
    minVersion: 'TLSv1.2',
  } as const;
  const listener = await listenHttp(
    host,
    { port },
    { tls, component: 'cloudcore' },
    (socket) => void (guard.admit(socket) && server.emit('connection', socket)),
  );
  return {
    async [Symbol.asyncDispose]() {
      pods[Symbol.dispose]();
      guard[Symbol.dispose]();
      for (const session of sessions.values()) session.close('cloudcore ends');
      await listener.close();
    },
  };
}
