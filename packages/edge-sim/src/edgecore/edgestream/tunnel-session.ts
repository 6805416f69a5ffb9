import type { Endpoint, Host, HttpClient, World } from '@kubeedge-sim/sim-kit';
import {
  type ConnectPayload,
  type Dialect,
  decodeConnectPayload,
  decodeMessage,
  goJsonSyntaxError,
  isMessageTypeKnown,
  messageTypeGoName,
  messageTypes,
  type TunnelMessage,
  WireError,
} from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';
import type { EdgestreamTraits } from '../release.ts';
import type { Tunnel } from './dial-tunnel.ts';
import { serveExecConnection } from './edged-exec-connection.ts';
import { serveLogsConnection } from './edged-log-connection.ts';
import { type DataPrint, type MessageSink, serveMetricsConnection } from './edged-metrics-connection.ts';
import { closeErrorText } from './gorilla-socket.ts';
import { ReadChannel, type TakeMessage } from './read-channel.ts';
import { TunnelReader } from './tunnel-reader.ts';

// kubeedge v1.6.1 edge/pkg/edgestream/tunnel.go startPing.
const PING_PERIOD_MS = 5_000;

export interface TunnelSessionOptions {
  world: World;
  host: Host;
  /** With which edged is asked. */
  client: HttpClient;
  log: ComponentLog;
  dialect: Dialect;
  traits: EdgestreamTraits;
  tunnel: Tunnel;
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
  /** The tunnel server, for reports. */
  server: Endpoint;
  signal: AbortSignal;
  /** Called when a goroutine is left behind that nothing will end. */
  onLeak?: () => void;
  /** Ends the process. */
  panic: (message: string) => void;
  parent: number;
}

/**
 * Serves one tunnel until it closes; resolves with the error text Go would print.
 * Source: kubeedge v1.6.1 edge/pkg/edgestream/tunnel.go TunnelSession.
 */
export function serveTunnelSession(options: TunnelSessionOptions): Promise<string> {
  const { world, host, log, tunnel, limits, signal } = options;
  const { socket } = tunnel;
  socket.onLimit = (limit) => reach(options, limit, 'the tunnel is closed');
  let requests = 0;
  // Connections by the id of their CONNECT.
  const connections: Connections = new Map();
  const label = `tunnel ping of ${host.name}`;
  const ping = world.clock.setInterval(() => socket.ping('ping you'), PING_PERIOD_MS, label);
  let failure: string | undefined;
  const reader = new TunnelReader(socket, take, (state) => emitBlocked(options, state));

  function take(bytes: Uint8Array): Promise<void> | undefined {
    if (failure !== undefined) return undefined;
    try {
      return receive(decodeMessage(bytes, { bodyBytesMax: options.dialect.bodyBytesMax }));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // Ids above 2^53 are legal upstream, and nobody's.
      if (error.goText === '') return undefined;
      log.error('tunnel.go:164', `Get tunnel Message error ${error.goText}`);
      close(error.goText);
      return undefined;
    }
  }

  function close(reason: string): void {
    failure = reason;
    socket.terminate();
  }

  // A process that ends breaks off what it was asking edged.
  const unlessEnded = (error: unknown) => {
    if (!signal.aborted) throw error;
  };

  function receive(message: TunnelMessage): Promise<void> | undefined {
    const parent = emitMessage(options, 'to-edge', message);
    const { type } = message;
    // kubeedge v1.10.0 edge/pkg/edgestream/tunnel.go Serve
    if (type === messageTypes.CLOSE_CONNECT && isMessageTypeKnown(type, options.dialect)) {
      close(`close tunnel stream connection, error:${Buffer.from(message.data).toString()}`);
      return undefined;
    }
    const { unknownType } = options.traits;
    if (
      startsConnection(type, options.dialect) ||
      (unknownType === 'panics' && type >= messageTypes.ATTACH_CONNECT)
    ) {
      // Upstream starts a goroutine and reads on: what came together with the CONNECT is looked at before
      // that goroutine has registered the connection, so a REMOVE_CONNECT among it finds nothing and is lost.
      if (requests >= limits.sessionRequests) reach(options, 'sessionRequests', 'a CONNECT is not served');
      else start(message, parent);
    }
    const channel = connections.get(message.connectId)?.channel;
    const full = channel?.send(message);
    if (channel === undefined || channel.waitingBytes <= limits.requestWaitingBytes) return full;
    reach(options, 'requestWaitingBytes', 'the tunnel is closed');
    close('use of closed network connection');
    return undefined;
  }

  function start(message: TunnelMessage, parent: number): void {
    requests += 1;
    const served = () => serve(options, connections, message, parent).catch(unlessEnded);
    queueMicrotask(() => void served().finally(() => (requests -= 1)));
  }

  return new Promise((resolve) => {
    const end = (code: number, reason: Buffer) => {
      const text = failure ?? tunnel.brokenBy() ?? closeErrorText(code, reason.toString());
      // A process that has ended prints nothing any more.
      if (!signal.aborted) {
        if (failure === undefined) log.error('tunnel.go:158', `Read Message error ${text}`);
        log.info('tunnel.go:150', 'Close tunnel session successfully');
      }
      resolve(text);
    };
    socket.once('close', (code, reason) => {
      ping.cancel();
      // Who waits for a slot does not see the tunnel's end.
      void reader.reading(signal).then(() => end(code, reason));
    });
  });
}

function reach(
  { reachLimit, server, parent }: TunnelSessionOptions,
  limit: keyof EdgecoreLimits,
  consequence: string,
): void {
  reachLimit(limit, { peer: `${server.address}:${server.port}`, consequence }, parent);
}

type Connections = Map<number, LocalConnection>;

/** One that is being served. */
interface LocalConnection {
  /** Aborted by a REMOVE_CONNECT. */
  readonly removed: AbortController;
  readonly channel: ReadChannel;
}

/** Source: tunnel.go Serve; ATTACH_CONNECT: v1.14.0. */
const startsConnection = (type: number, dialect: Dialect) =>
  type < messageTypes.DATA ||
  (type === messageTypes.ATTACH_CONNECT && isMessageTypeKnown(messageTypes.ATTACH_CONNECT, dialect));

/** Source: tunnel.go ServeConnection. */
async function serve(
  options: TunnelSessionOptions,
  connections: Connections,
  message: TunnelMessage,
  parent: number,
): Promise<void> {
  const { log, dialect, signal, traits } = options;
  const { connectId, type } = message;
  if (signal.aborted) return;
  if (!isMessageTypeKnown(type, dialect))
    return options.panic(`Wrong message type ${messageTypeGoName(type, dialect)}`);
  if (!startsConnection(type, dialect)) return;
  const isLogs = type === messageTypes.LOGS_CONNECT;
  const isExec = type === messageTypes.EXEC_CONNECT;
  const isAttach = type === messageTypes.ATTACH_CONNECT;
  // kubeedge v1.3.0, v1.4.0 edge/pkg/edgestream/tunnel.go.
  if (isExec ? !traits.exec : !isLogs && traits.metrics === null) return options.panic('TODO');
  const payload = unmarshal(options, message);
  let served = false;
  if (payload !== undefined) {
    const channel = new ReadChannel(traits);
    const connection: LocalConnection = { removed: new AbortController(), channel };
    const { removed } = connection;
    connections.set(connectId, connection);
    const tunnel: MessageSink = {
      write: (answer) => send(options, answer),
      writeData: (id, pieces, printed) => sendData(options, id, pieces, printed),
      drained: () => options.tunnel.socket.drained(),
    };
    const onData = (take: (data: Uint8Array) => Promise<void> | undefined) =>
      channel.read(takeMessages(connection, take));
    const read = () => onData(() => undefined);
    const request = { ...options, connectId, payload, tunnel, removed: removed.signal, parent, read };
    if (isExec || isAttach) {
      const kind = isExec ? 'exec' : 'attach';
      served = await serveExecConnection({ ...request, kind, traits: traits.logs, onData });
    } else if (isLogs || traits.metrics === null) {
      served = await serveLogsConnection({ ...request, traits: traits.logs });
    } else if (payload.header === null && traits.metrics.identity) {
      // edgedmetricsconnection.go:70 Header.Set on a nil map.
      return options.panic('assignment to entry in nil map');
    } else {
      served = await serveMetricsConnection({ ...request, traits: traits.metrics });
    }
    if (signal.aborted) return;
  }
  if (!served) logServeError(log, message, dialect);
  endChannel(options, connections.get(connectId), served);
  // By id, whoever is registered under it by now.
  connections.delete(connectId);
  if (traits.endSource === null) return;
  const name = `MessageID ${connectId} Type ${messageTypeGoName(type, dialect)}`;
  log.info(traits.endSource, `Delete local connection ${name}`);
}

/** A REMOVE_CONNECT is the last message that is taken. */
function takeMessages(
  { channel, removed }: LocalConnection,
  takeData: (data: Uint8Array) => Promise<void> | undefined,
): TakeMessage {
  return ({ type, data }) => {
    if (type === messageTypes.DATA) return takeData(data);
    if (type !== messageTypes.REMOVE_CONNECT) return undefined;
    channel.stop();
    removed.abort();
    return undefined;
  };
}

/** pkg/stream/edgedlogconnection.go and its like, up to v1.6.2 and from v1.7.0 Serve. */
function endChannel(
  { onLeak, panic, traits }: TunnelSessionOptions,
  connection: LocalConnection | undefined,
  served: boolean,
): void {
  if (connection === undefined) return;
  const { channel, removed } = connection;
  if (traits.readChannelEnd === 'closed') {
    if (channel.isSenderWaiting) panic('send on closed channel');
  } else if (served && !removed.signal.aborted) onLeak?.();
}

/** Where upstream prints that a connection failed, and what it calls it. */
const SERVE_ERRORS: Readonly<Record<number, readonly [source: string, kind: string]>> = {
  [messageTypes.LOGS_CONNECT]: ['tunnel.go:94', 'Logs'],
  [messageTypes.EXEC_CONNECT]: ['tunnel.go:98', 'Container Exec'],
  [messageTypes.METRIC_CONNECT]: ['tunnel.go:102', 'Metrics'],
  // v1.14.0
  [messageTypes.ATTACH_CONNECT]: ['tunnel.go:124', 'Attach'],
};

/** Where it prints that a payload cannot be read. */
const UNMARSHAL_ERRORS: Readonly<Record<number, string>> = {
  [messageTypes.LOGS_CONNECT]: 'tunnel.go:55',
  [messageTypes.EXEC_CONNECT]: 'tunnel.go:68',
  [messageTypes.METRIC_CONNECT]: 'tunnel.go:82',
  [messageTypes.ATTACH_CONNECT]: 'tunnel.go:85',
};

function logServeError(log: ComponentLog, { connectId, type }: TunnelMessage, dialect: Dialect): void {
  const name = `MESSAGE: connectid ${connectId} MessageType ${messageTypeGoName(type, dialect)}`;
  const [source = '', kind = ''] = SERVE_ERRORS[type] ?? [];
  log.error(source, `Serve ${kind} connection error ${name}`);
}

function unmarshal({ log }: TunnelSessionOptions, message: TunnelMessage): ConnectPayload | undefined {
  try {
    return decodeConnectPayload(message.data, message.type);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const text = goJsonSyntaxError(message.data) ?? error.message;
    const source = UNMARSHAL_ERRORS[message.type] ?? '';
    log.error(source, `unmarshal connector data error ${text}`);
    return undefined;
  }
}

function send(options: TunnelSessionOptions, message: TunnelMessage): boolean {
  const { socket } = options.tunnel;
  if (socket.readyState === socket.OPEN) emitMessage(options, 'to-cloud', message);
  return socket.sendMessage(message);
}

const NOTHING = new Uint8Array();

/** For each piece the event of its message, and that of its print. */
function sendData(
  options: TunnelSessionOptions,
  connectId: number,
  pieces: readonly Uint8Array[],
  printed?: DataPrint,
): boolean {
  const { world, host, parent, dialect } = options;
  const ending = printed?.ending ?? NOTHING;
  if (!options.tunnel.socket.sendData(connectId, pieces, ending)) return false;
  const type = messageTypeGoName(messageTypes.DATA, dialect);
  if (printed === undefined) {
    const sizes = pieces.map(({ length }) => length);
    world.trace.emitSeries({
      host: host.name,
      count: sizes.length,
      make(index) {
        const detail = { direction: 'to-cloud', connectId, type, bytes: sizes[index] ?? 0 } as const;
        return { component: 'edgestream', kind: 'edgestream.message', detail, parent };
      },
    });
    return true;
  }
  const { verbosity, message } = printed;
  const place = options.log.place(printed.source);
  // What the trace keeps of a body is one buffer and where its pieces end, not an object a piece.
  const text = Buffer.concat(pieces);
  let end = 0;
  const ends = pieces.map(({ length }) => (end += length));
  world.trace.emitSeries({
    host: host.name,
    count: 2 * pieces.length,
    textBytes: text.length,
    make(index) {
      const at = index >> 1;
      const piece = text.subarray(ends[at - 1] ?? 0, ends[at]);
      if (index % 2 === 1) {
        const detail = { severity: 'I', verbosity, source: place, message: message(piece) } as const;
        return { component: 'edgecore', kind: 'log', detail };
      }
      const detail = { direction: 'to-cloud', connectId, type, bytes: piece.length + ending.length } as const;
      return { component: 'edgestream', kind: 'edgestream.message', detail, parent };
    },
  });
  return true;
}

function emitBlocked({ world, host, parent }: TunnelSessionOptions, state: 'begins' | 'ends'): void {
  const event = { host: host.name, component: 'edgestream', parent } as const;
  world.trace.emit({ ...event, kind: 'edgestream.blocked', detail: { state } });
}

function emitMessage(
  options: TunnelSessionOptions,
  direction: 'to-edge' | 'to-cloud',
  message: TunnelMessage,
): number {
  const { world, host, parent } = options;
  return world.trace.emit({
    host: host.name,
    component: 'edgestream',
    kind: 'edgestream.message',
    parent,
    detail: {
      direction,
      connectId: message.connectId,
      type: messageTypeGoName(message.type, options.dialect),
      bytes: message.data.length,
    },
  });
}
