import type { Certificate, Host, TlsClientOptions, TraceKinds, World } from '@kubeedge-sim/sim-kit';
import {
  type BeehiveMessage,
  decodeBeehiveMessage,
  encodeBeehiveMessage,
  hubHeaders,
  hubPath,
  WireError,
} from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import { DialError, dialWebSocket, type WebSocketConnection } from '../dial-web-socket.ts';
import { closeErrorText } from '../edgestream/gorilla-socket.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';

// kubeedge v1.6.1 pkg/apis/componentconfig/edgecore/v1alpha1/default.go.
const HEARTBEAT_MS = 15_000;
const HANDSHAKE_TIMEOUT_MS = 30_000;
/** kubeedge v1.6.1 edge/pkg/edgehub/edgehub.go Start: twice the heartbeat. */
const RECONNECT_DELAY_MS = 2 * HEARTBEAT_MS;
// kubeedge v1.6.1 edge/pkg/edgehub/clients/wsclient/websocket.go Init.
const DIALS_IN_A_ROW = 5;
const DIAL_DELAY_MS = 5_000;
/** kubeedge v1.6.1 beehive/pkg/core/context/context_channel.go: the buffer of a module's channel. */
const QUEUE_LENGTH_MAX = 1_024;

/** `modules.edgeHub`. */
export interface EdgehubConfig {
  /** CloudHub, `websocket.server`. */
  server: { address: string; port: number };
  /** Asked for at each dial. */
  certificate: () => Certificate;
  /** Who has to have signed CloudHub's certificate, `tlsCaFile`; without them it is not verified. */
  roots?: readonly Certificate[];
  /** What CloudHub's certificate has to name; default: the address that is dialled. */
  serverName?: string;
}

export interface EdgehubOptions extends EdgehubConfig {
  world: World;
  host: Host;
  log: ComponentLog;
  nodeName: string;
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
  signal: AbortSignal;
}

/** What a module fills in of a message that it sends. */
export type OutgoingMessage = Pick<
  BeehiveMessage,
  'source' | 'group' | 'operation' | 'resource' | 'content'
> & { readonly parentId?: string };

/** The connection to CloudHub, and what other modules send over it. */
export interface Edgehub {
  /** Keeps a connection until the process ends; rejects with the signal's reason. */
  run(): Promise<void>;
  /** Drops the connection, so that the next one has the certificate of then. */
  reconnect(): void;
  /** Sends a message now or, while there is no connection, after the next dial. Returns its id. */
  send(message: OutgoingMessage): string;
  /** Sends a message and resolves with its answer; undefined when none has come in time. */
  request(message: OutgoingMessage, timeoutMs: number): Promise<BeehiveMessage | undefined>;
  /** Called at each new connection. */
  onConnect: () => void;
  /** Called with what the cloud sends on its own account. */
  onMessage: (message: BeehiveMessage) => void;
}

/**
 * A WebSocket to CloudHub with JSON messages, a keep-alive message every 15 seconds, and a wait of 30 seconds after
 * each connection that breaks.
 * kubeedge v1.6.1 edge/pkg/edgehub/edgehub.go, process.go, clients/wsclient/websocket.go; v1.23.1 does the same.
 */
export function createEdgehub(options: EdgehubOptions): Edgehub {
  const { world, host, log, nodeName, server, roots, serverName, limits, reachLimit, signal } = options;
  const queue: BeehiveMessage[] = [];
  const waiting = new Map<string, (answer: BeehiveMessage) => void>();
  let connection: WebSocketConnection | undefined;
  // The goroutine that sends finds out about a broken connection by the message that it loses.
  let losesNext = false;
  const url = `wss://${world.net.describe(server.address)}:${server.port}${hubPath(nodeName)}`;
  const emit = (state: TraceKinds['edgehub.connection']['state'], error?: string) =>
    world.trace.emit({
      host: host.name,
      component: 'edgehub',
      kind: 'edgehub.connection',
      detail: { state, url, ...(error !== undefined && { error }) },
    });

  function write(message: BeehiveMessage): void {
    if (connection?.socket.sendText(encodeBeehiveMessage(message)) === true) return;
    if (losesNext) losesNext = false;
    else if (queue.length < QUEUE_LENGTH_MAX) queue.push(message);
  }

  const edgehub: Edgehub = {
    run,
    reconnect: () => connection?.socket.terminate(),
    send(message) {
      const id = world.ids.uuid(`beehive/${host.name}/${world.ids.next(`beehive/${host.name}`)}`);
      const { parentId = '' } = message;
      write({ ...message, id, parentId, timestampMs: world.clock.now(), resourceVersion: '', sync: false });
      return id;
    },
    async request(message, timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<BeehiveMessage | undefined>();
      const id = edgehub.send(message);
      waiting.set(id, resolve);
      using _timer = world.clock.setTimeout(() => resolve(undefined), timeoutMs, `answer to ${nodeName}`);
      const end = () => resolve(undefined);
      signal.addEventListener('abort', end, { once: true });
      const answer = await promise;
      signal.removeEventListener('abort', end);
      waiting.delete(id);
      return answer;
    },
    onConnect() {},
    onMessage() {},
  };

  async function run(): Promise<void> {
    const wait = (delayMs: number) =>
      world.clock.sleep(delayMs, { signal, label: `edgehub redial of ${host.name}` });
    for (;;) {
      connection = await dialAFewTimes(wait);
      if (connection !== undefined) {
        const reason = await serve(connection);
        connection = undefined;
        signal.throwIfAborted();
        losesNext = true;
        emit('closed', reason);
        log.error('process.go:81', `websocket read error: ${reason}`);
        log.warning('edgehub.go:108', 'connection is broken, will reconnect after 30s');
      }
      await wait(RECONNECT_DELAY_MS);
    }
  }

  async function dialAFewTimes(
    wait: (delayMs: number) => Promise<void>,
  ): Promise<WebSocketConnection | undefined> {
    for (let count = 0; count < DIALS_IN_A_ROW; count += 1) {
      log.info('websocket.go:51', 'Websocket start to connect Access');
      const dialled = await dial().catch((error: unknown) => {
        if (error instanceof DialError) return error;
        throw error;
      });
      if (!(dialled instanceof DialError)) return dialled;
      emit('failed', dialled.message);
      log.error('websocket.go:92', `Init websocket connection failed ${dialled.message}`);
      await wait(DIAL_DELAY_MS);
    }
    const reason = 'max retry count reached when connecting to cloud';
    log.error('edgehub.go:87', `connection failed: ${reason}, will reconnect after 30s`);
    return undefined;
  }

  function dial(): Promise<WebSocketConnection> {
    const headers = hubHeaders(nodeName);
    const timeoutMs = HANDSHAKE_TIMEOUT_MS;
    const certificate = options.certificate();
    const tls: TlsClientOptions =
      roots === undefined
        ? { verify: false, certificate }
        : { verify: true, roots, certificate, ...(serverName !== undefined && { serverName }) };
    const common = { world, host, server, path: hubPath(nodeName), headers, tls, timeoutMs, limits, signal };
    return dialWebSocket({ ...common, component: 'edgehub', what: 'edgehub' }, emit('dialling'));
  }

  /** Resolves with the reason of the connection's end. */
  function serve(opened: WebSocketConnection): Promise<string> {
    const { socket } = opened;
    const peer = `${server.address}:${server.port}`;
    socket.onLimit = (limit) =>
      reachLimit(limit, { peer, consequence: 'the connection to CloudHub is closed' });
    emit('open');
    log.info('websocket.go:95', 'Websocket connect to cloud access successful');
    losesNext = false;
    for (const message of queue.splice(0)) write(message);
    const keepAlive = () => {
      const route = { source: 'websocket', group: 'resource', operation: 'keepalive', resource: 'node' };
      edgehub.send({ ...route, content: 'ping' });
    };
    keepAlive();
    const label = `edgehub keep-alive of ${host.name}`;
    const timer = world.clock.setInterval(keepAlive, HEARTBEAT_MS, label);
    const terminate = () => socket.terminate();
    signal.addEventListener('abort', terminate, { once: true });
    let failure: string | undefined;
    socket.on('message', (bytes) => {
      if (failure !== undefined) return;
      try {
        receive(decodeBeehiveMessage((bytes as Buffer).toString()));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        failure = error.message;
        socket.terminate();
      }
    });
    edgehub.onConnect();
    return new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        timer.cancel();
        signal.removeEventListener('abort', terminate);
        resolve(failure ?? opened.brokenBy() ?? closeErrorText(code, reason.toString()));
      });
      if (signal.aborted) terminate();
    });
  }

  // process.go dispatch.
  function receive(message: BeehiveMessage): void {
    if (!['resource', 'twin', 'func', 'user'].includes(message.group)) {
      log.warning('process.go:56', 'msg_group not found');
      log.error('process.go:89', 'failed to dispatch message, discard: msg_group not found');
    } else if (message.parentId !== '') waiting.get(message.parentId)?.(message);
    else edgehub.onMessage(message);
  }

  return edgehub;
}
