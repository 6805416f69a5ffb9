import { drained, type Host, NetError, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import { type ConnectPayload, connectUrlToString, messageTypes } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { LogsConnectionTraits } from '../release.ts';
import type { MessageSink } from './edged-metrics-connection.ts';
import { type GoTarget, goTarget } from './go-target.ts';

/** What upstream prints where, in its file of the kind. */
const words = {
  exec: {
    dial: 'edgedexecconnection.go:61',
    write: 'edgedexecconnection.go:79',
    remove: 'edgedexecconnection.go:89',
    read: 'edgedexecconnection.go:108',
    readText: 'failed to write exec data, err:',
  },
  // v1.14.0
  attach: {
    dial: 'edgedattachconnection.go:124',
    write: 'edgedattachconnection.go:85',
    remove: 'edgedattachconnection.go:135',
    read: 'edgedattachconnection.go:102',
    readText: 'failed to read attach data, err:',
  },
} as const;

export interface ExecConnectionOptions {
  kind: 'exec' | 'attach';
  world: World;
  host: Host;
  log: ComponentLog;
  /** A REMOVE_CONNECT takes effect as for logs. */
  traits: LogsConnectionTraits;
  payload: ConnectPayload;
  tunnel: MessageSink;
  /** Has the cloud's DATA taken from now on, piece by piece; what came before was waiting. */
  onData: (take: (data: Uint8Array) => Promise<void> | undefined) => void;
  /** Aborted by a REMOVE_CONNECT from the cloud. */
  removed: AbortSignal;
  /** Aborted when the process ends. */
  signal: AbortSignal;
  parent: number;
}

/** edgedexecconnection.go Serve: the buffer of one read. */
const READ_BYTES = 256;
const REMOVE_TRIES = 3;
// golang/go go1.14 src/net/http/request.go reqWriteExcludeHeader.
const WRITTEN_FIRST = ['Host', 'User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer'];

/**
 * Serves one EXEC_CONNECT or ATTACH_CONNECT: a connection to edged with the request on it, and then bytes as they are, edged's answer
 * among them. A failed dial sends nothing at all.
 * Source: kubeedge v1.6.1 and, where a REMOVE_CONNECT stops at once, v1.7.0 pkg/stream/edgedexecconnection.go Serve;
 * v1.14.0 pkg/stream/edgedattachconnection.go Serve.
 * @returns false where upstream's Serve returns an error
 */
export async function serveExecConnection(options: ExecConnectionOptions): Promise<boolean> {
  const { kind, log, onData, removed, signal, traits } = options;
  const socket = await dialEdged(options);
  if (socket === undefined) return false;
  onData((data) => {
    if (socket.writable) writeTogether(options, socket, data);
    else log.error(words[kind].write, 'failed to write, err: write: broken pipe');
    return drained(socket);
  });
  const cancelled = Promise.withResolvers<End>();
  if (traits.stopsOnCancel === 'at-once')
    removed.addEventListener('abort', () => cancelled.resolve('ended'), { once: true });
  const end = await Promise.race([cancelled.promise, passOn(options, socket)]);
  if (!signal.aborted) sendRemove(options);
  socket.destroy();
  return end === 'ended' || traits.stopsOnCancel === 'at-once';
}

/** Messages of the cloud that come together reach edged in one system call. */
function writeTogether({ world }: ExecConnectionOptions, socket: NetSocket, data: Uint8Array): void {
  if (socket.writableCorked === 0) {
    socket.cork();
    world.clock.soon(() => socket.uncork(), `delivery on ${socket.connection}`);
  }
  socket.write(data);
}

type End = 'ended' | 'failed';

/** Dials as apimachinery's SpdyRoundTripper does, and writes the request. */
async function dialEdged(options: ExecConnectionOptions): Promise<NetSocket | undefined> {
  const { kind, world, host, log, payload, signal, parent } = options;
  const url = connectUrlToString(payload.url);
  const emit = (detail: { outcome: 'answered' | 'failed'; error?: string }) =>
    world.trace.emit({
      host: host.name,
      component: 'edgestream',
      kind: 'edgestream.request',
      detail: { connectId: payload.messId, url, ...detail },
      parent,
    });
  const failed = (error: string) => {
    emit({ outcome: 'failed', error });
    log.error(words[kind].dial, `failed to dial, err: ${world.net.describe(error)}`);
    return undefined;
  };
  const target = goTarget(url);
  if (typeof target === 'string') return failed(target);
  try {
    const socket = await host.connect(target.endpoint, { component: 'edgestream', parent, signal });
    socket.write(requestHead(payload, target));
    emit({ outcome: 'answered' });
    return socket;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof NetError)) throw error;
    return failed(error.goText);
  }
}

/** golang/go go1.14 src/net/http/request.go write, transfer.go shouldSendContentLength. */
function requestHead({ header, method = '' }: ConnectPayload, { host, requestTarget }: GoTarget): string {
  const verb = method === '' ? 'GET' : method;
  const [agent = 'Go-http-client/1.1'] = header?.get('User-Agent') ?? [];
  const lines = [`${verb} ${requestTarget} HTTP/1.1`, `Host: ${host}`];
  if (agent !== '') lines.push(`User-Agent: ${agent}`);
  if (['POST', 'PUT', 'PATCH'].includes(verb)) lines.push('Content-Length: 0');
  for (const [name, values] of [...(header ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (WRITTEN_FIRST.includes(name)) continue;
    // Go writes a header's line breaks as blanks.
    for (const value of values) lines.push(`${name}: ${value.replace(/[\r\n]/g, ' ')}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Sends what edged says; while the cloud does not read, neither is edged read. */
function passOn(options: ExecConnectionOptions, socket: NetSocket): Promise<End> {
  const { kind, log, removed, signal, tunnel, traits } = options;
  const { promise, resolve } = Promise.withResolvers<End>();
  const connectId = options.payload.messId;
  const { read, readText } = words[kind];
  const failed = (error: string) => log.error(read, `${nameOf(options)} ${readText}${error}`);
  socket.on('data', (chunk: Buffer) => {
    const isLast = traits.stopsOnCancel === 'next-chunk' && removed.aborted;
    const bytes = isLast ? chunk.subarray(0, READ_BYTES) : chunk;
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += READ_BYTES) pieces.push(bytes.subarray(at, at + READ_BYTES));
    if (!tunnel.writeData(connectId, pieces)) return resolve('failed');
    if (isLast) return resolve('ended');
    const drained = tunnel.drained();
    if (drained === undefined) return;
    socket.pause();
    void drained.then(() => socket.resume());
  });
  socket.once('error', () => {
    if (!signal.aborted && !socket.destroyed) failed('read: connection reset by peer');
  });
  socket.once('end', () => resolve('ended'));
  socket.once('close', () => resolve('ended'));
  signal.addEventListener('abort', () => resolve('ended'), { once: true });
  return promise;
}

function sendRemove(options: ExecConnectionOptions): void {
  const { kind, log, payload, tunnel } = options;
  const message = { connectId: payload.messId, type: messageTypes.REMOVE_CONNECT, data: new Uint8Array() };
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    if (tunnel.write(message)) return;
    const error = 'use of closed network connection';
    const text = `${nameOf(options)} send REMOVE_CONNECT message error ${error}`;
    log.error(words[kind].remove, text);
  }
}

const nameOf = ({ kind, payload }: ExecConnectionOptions) =>
  `EDGE_${kind.toUpperCase()}_CONNECTOR Message MessageID ${payload.messId}`;
