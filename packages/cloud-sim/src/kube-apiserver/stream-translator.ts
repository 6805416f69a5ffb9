import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  drained,
  type Host,
  type NotUpgraded,
  type TlsClientOptions,
  type Upgraded,
  type World,
} from '@kubeedge-sim/sim-kit';
import {
  type ChannelMessage,
  type CommandEnd,
  type CommandResult,
  decodeChannelMessage,
  encodeChannelData,
  encodeCommandEnd,
  RemoteCommandClient,
  type RemoteCommandClientEvent,
  type RemoteCommandProtocol,
  type RemoteCommandWants,
  readUpgradeAnswer,
  remoteCommandProtocols,
  SpdyError,
  TerminalSizeReader,
  upgradeRequestHeaders,
  webSocketProtocol,
} from '@kubeedge-sim/spdy';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ClientUpgrade } from './client-upgrades.ts';
import { dialUpgrade, goHead, UpgradeError } from './dial-upgrade.ts';
import type { NodeLocation } from './pod-location.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { Passed } from './upgrade-aware.ts';

/** kubernetes/apiserver v0.32.4 pkg/util/proxy/streamtranslator.go ServeHTTP */
const PING_PERIOD_MS = 5_000;
/** golang/net v0.30.0 websocket/websocket.go DefaultMaxPayloadBytes */
const MESSAGE_BYTES_MAX = 32 << 20;

export interface TranslatorOptions {
  world: World;
  host: Host;
  location: NodeLocation;
  wants: RemoteCommandWants;
  tls: TlsClientOptions;
  parent: number;
  /** Aborted when the apiserver ends. */
  signal: AbortSignal;
  /** Called with the node's status, or why there is none. */
  onAnswer(detail: { status: number } | { error: string }): void;
}

/**
 * Takes a WebSocket of `v5.channel.k8s.io` from a client and speaks SPDY to the node. Whatever goes wrong is told on
 * the WebSocket's error channel. Resolves when both have ended.
 * kubernetes/apiserver v0.32.4 pkg/util/proxy/streamtranslator.go, websocket.go
 */
export async function translateStream(
  request: IncomingMessage,
  upgrade: ClientUpgrade,
  options: TranslatorOptions,
): Promise<Passed> {
  const passed = { fromClient: 0, fromNode: 0 };
  const webSocket = await acceptWebSocket(request, upgrade);
  if (webSocket === undefined) return passed;
  const { socket } = upgrade;
  const { stdout, stderr } = options.wants;
  // It tells the client that there is a connection.
  webSocket.send(encodeChannelData(stdout ? 'stdout' : stderr ? 'stderr' : 'error', new Uint8Array()));
  const streams = await askNode(options);
  const result =
    'type' in streams ? streams : await runCommand(webSocket, socket, { ...options, ...streams, passed });
  const status = encodeCommandEnd(webSocketProtocol, endOf(result));
  if (status !== undefined && webSocket.readyState === webSocket.OPEN)
    webSocket.send(encodeChannelData('error', status));
  webSocket.close(1000);
  socket.destroySoon();
  return passed;
}

/** undefined when the client's request is no proper one, which it has been told then. */
function acceptWebSocket(
  request: IncomingMessage,
  { socket, head }: ClientUpgrade,
): Promise<WebSocket | undefined> {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => webSocketProtocol,
    maxPayload: MESSAGE_BYTES_MAX,
    skipUTF8Validation: true,
  });
  return new Promise((resolve) => {
    socket.once('close', () => resolve(undefined));
    server.handleUpgrade(request, socket, head, (webSocket) => {
      // Nothing is read before there is somebody to read it.
      webSocket.pause();
      resolve(webSocket);
    });
  });
}

/** What SPDY to the node has begun with. */
interface NodeStreams {
  readonly node: Upgraded;
  readonly protocol: RemoteCommandProtocol;
}

async function askNode(options: TranslatorOptions): Promise<NodeStreams | CommandResult> {
  const { host, location, tls, parent, signal } = options;
  const { target, path } = location;
  const offered = upgradeRequestHeaders(remoteCommandProtocols);
  const headers = goHead('POST', `${target.address}:${target.port}`, offered);
  const request = { target, method: 'POST', path, headers, tls, component: COMPONENT, parent, signal };
  let answer: Upgraded | NotUpgraded;
  try {
    answer = await dialUpgrade(host, request);
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    options.onAnswer({ error: error.message });
    // golang/go src/net/url/url.go Error
    const url = JSON.stringify(`https://${target.address}:${target.port}${path}`);
    return { type: 'error', text: `error sending request: Post ${url}: ${error.message}` };
  }
  options.onAnswer({ status: answer.status });
  const body = 'head' in answer ? '' : await text(answer.response).catch(() => '');
  const read = readUpgradeAnswer(answer.status, answer.response.headers, body);
  if ('protocol' in read && 'head' in answer) {
    const { protocol } = read;
    return {
      node: answer,
      protocol: (protocol === '' ? 'channel.k8s.io' : protocol) as RemoteCommandProtocol,
    };
  }
  answer.socket.destroy();
  return { type: 'error', text: 'error' in read ? read.error : '' };
}

/** Passes the streams of a command on until it has ended. */
function runCommand(
  webSocket: WebSocket,
  clientSocket: ClientUpgrade['socket'],
  options: TranslatorOptions & NodeStreams & { passed: { fromClient: number; fromNode: number } },
): Promise<CommandResult> {
  const { world, host, wants, node, protocol, passed, signal } = options;
  const { socket } = node;
  const remote = new RemoteCommandClient({ protocol, wants });
  const sizes = new TerminalSizeReader();
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const label = `SPDY ping of ${host.name}`;
  const ping = world.clock.setInterval(() => act(() => remote.ping()), PING_PERIOD_MS, label);
  signal.addEventListener('abort', () => ping.cancel(), { once: true });

  /** Does something to the session and sends what comes of it; while the node does not read, nor is the client read. */
  function act<T>(action: () => T): T {
    const done = action();
    let room = true;
    for (const bytes of remote.takeOutput()) if (!socket.destroyed) room = socket.write(bytes);
    if (!room) {
      webSocket.pause();
      socket.once('drain', () => webSocket.resume());
    }
    return done;
  }
  function toClient(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    remote.consumed(stream, data.length);
    passed.fromNode += data.length;
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(encodeChannelData(stream, data));
  }
  function onEvents(events: readonly RemoteCommandClientEvent[]): void {
    for (const event of events) {
      if (event.type === 'ready') webSocket.resume();
      else if (event.type === 'stdout' || event.type === 'stderr') toClient(event.type, event.data);
      else if (event.type === 'done') {
        ping.cancel();
        act(() => remote.close());
        socket.destroySoon();
        resolve(event.result);
      }
    }
  }
  function fromClient(message: ChannelMessage): void {
    if (message.type === 'unknown') return;
    if (message.type === 'close') {
      if (message.channel === 'stdin') act(() => remote.endStdin());
      return;
    }
    passed.fromClient += message.data.length;
    if (message.channel === 'stdin') act(() => remote.writeStdin(message.data));
    else if (message.channel === 'resize')
      for (const size of sizes.push(message.data)) act(() => remote.resize(size));
  }
  // A client that has gone, or cannot be understood, ends stdin; what the command prints is read to its end.
  const gone = () => act(() => remote.endStdin());
  webSocket.on('message', (data) => {
    const bytes = data as Buffer;
    if (bytes.length === 0) return;
    try {
      fromClient(decodeChannelMessage(bytes));
    } catch (error) {
      if (!(error instanceof SpdyError)) throw error;
      webSocket.terminate();
    }
  });
  webSocket.on('error', gone).on('close', gone);

  const receive = (bytes: Uint8Array) => {
    onEvents(act(() => remote.receive(bytes)));
    const blocked = drained(clientSocket);
    if (blocked === undefined) return;
    socket.pause();
    void blocked.then(() => socket.resume());
  };
  act(() => {});
  if (node.head.length > 0) receive(node.head);
  const ended = () => onEvents(remote.connectionEnded());
  socket.on('data', receive).once('end', ended).once('error', ended).once('close', ended);
  socket.resume();
  return promise;
}

/** How the end of a command is told to the client: as a kubelet would, but for the words. */
function endOf(result: CommandResult): CommandEnd {
  if (result.type === 'success') return { type: 'exited', code: 0 };
  if (result.type === 'exited') return { type: 'exited', code: result.code, exitText: result.text };
  return { type: 'failed', text: result.text };
}
