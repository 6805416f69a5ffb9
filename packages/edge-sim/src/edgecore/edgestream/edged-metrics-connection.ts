import type { Readable } from 'node:stream';
import type { Host, HttpClient, World } from '@kubeedge-sim/sim-kit';
import { type ConnectPayload, LineScanner, messageTypes, type TunnelMessage } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';
import type { MetricsConnectionTraits } from '../release.ts';
import { askEdged } from './ask-edged.ts';

export interface MetricsConnectionOptions {
  world: World;
  host: Host;
  client: HttpClient;
  log: ComponentLog;
  traits: MetricsConnectionTraits;
  /** Id of the CONNECT message; answers carry that of the payload. */
  connectId: number;
  payload: ConnectPayload;
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
  tunnel: MessageSink;
  /** Called when messages of the cloud are read; those that came before were waiting. */
  read: () => void;
  /** Aborted by a REMOVE_CONNECT from the cloud. */
  removed: AbortSignal;
  /** Aborted when the process ends. */
  signal: AbortSignal;
  parent: number;
}

/** The tunnel as the connections on it use it. */
export interface MessageSink {
  /** Sends a message; false when the tunnel is gone. */
  write(message: TunnelMessage): boolean;
  /** Sends a DATA message for each piece; false when the tunnel is gone. `printed`: upstream prints each after it. */
  writeData(connectId: number, pieces: readonly Uint8Array[], printed?: DataPrint): boolean;
  /** Resolves when the cloud reads again; undefined when it does, or is gone. */
  drained(): Promise<void> | undefined;
}

/** What stands behind a piece in its message, and how it is printed when it was sent. */
export interface DataPrint {
  ending: Uint8Array;
  verbosity: number;
  source: string;
  message: (piece: Uint8Array) => string;
}

/** What bufio.Scanner took off a line. */
export const lineFeed = Uint8Array.of(0x0a);

const REMOVE_TRIES = 3;

/**
 * Serves one METRIC_CONNECT: asks edged and sends its body line by line, then REMOVE_CONNECT. A failed dial
 * sends nothing at all: upstream installs the deferred REMOVE_CONNECT only after it. Status and headers are
 * not forwarded.
 * Source: kubeedge v1.6.1 and, where a REMOVE_CONNECT stops at once, v1.7.0
 * pkg/stream/edgedmetricsconnection.go Serve.
 * @returns false where upstream's Serve returns an error
 */
export async function serveMetricsConnection(options: MetricsConnectionOptions): Promise<boolean> {
  const { log, connectId, removed, signal } = options;
  const report = { source: 'edgedmetricsconnection.go:73', what: 'metrics' } as const;
  const body = await askEdged({ ...options, report, identity: options.traits.identity });
  if (body === undefined) return false;
  const atOnce = options.traits.stopsOnCancel === 'at-once';
  options.read();
  const onRemove = () => {
    log.info('edgedmetricsconnection.go:83', `receive remove client id ${connectId}`);
    if (atOnce) body.close();
  };
  if (removed.aborted) onRemove();
  else removed.addEventListener('abort', onRemove, { once: true });
  const end = await sendLines(options, body.bytes);
  removed.removeEventListener('abort', onRemove);
  body.close();
  if (signal.aborted) return true;
  if (end === 'stopped' || atOnce) {
    const text = `receive stop ${options.traits.stopWord}, so stop metrics scan ...`;
    log.info('edgedmetricsconnection.go:104', text);
  }
  sendRemove(options);
  return end !== 'failed' || atOnce;
}

type End = 'ended' | 'stopped' | 'failed';

/** Reads the body as it comes; while the cloud does not read, neither is edged's answer read. */
function sendLines(options: MetricsConnectionOptions, bytes: Readable): Promise<End> {
  const { removed, signal, tunnel } = options;
  const scanner = new LineScanner();
  const { promise, resolve } = Promise.withResolvers<End>();
  let isOver = false;
  /** How it ends with these lines, if it does. */
  const send = (lines: readonly Uint8Array[]): End | undefined => {
    if (signal.aborted) return 'ended';
    if (lines.length === 0) return undefined;
    if (removed.aborted) return 'stopped';
    return sendLineMessages(options, lines) ? undefined : 'failed';
  };
  const finish = (end: End) => {
    isOver = true;
    resolve(end);
  };
  bytes.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const end = send(scanner.push(chunk));
    if (end !== undefined) return finish(end);
    if (scanner.stopped) return finish('ended');
    const drained = tunnel.drained();
    if (drained === undefined) return;
    bytes.pause();
    void drained.then(() => bytes.resume());
  });
  // bufio.Scanner's error is never looked at upstream: a body cut short ends like a complete one.
  bytes.on('error', () => {});
  const end = () => {
    if (!isOver) finish(send(scanner.end()) ?? 'ended');
  };
  bytes.once('end', end);
  bytes.once('close', end);
  return promise;
}

/** Upstream writes and logs line by line; what is there at once goes out at once, in that order. */
function sendLineMessages(options: MetricsConnectionOptions, lines: readonly Uint8Array[]): boolean {
  const { log, payload, traits, tunnel } = options;
  const connectId = payload.messId;
  const name = nameOf(options);
  const isSent = tunnel.writeData(connectId, lines, {
    ending: lineFeed,
    verbosity: traits.lineVerbosity,
    source: 'edgedmetricsconnection.go:115',
    message: (line) => `${name} write metrics data ${Buffer.from(line).toString()}`,
  });
  if (!isSent) {
    const message = `MESSAGE: connectid ${connectId} MessageType DATA`;
    log.error('edgedmetricsconnection.go:112', `write tunnel message ${message} error`);
  }
  return isSent;
}

function sendRemove(options: MetricsConnectionOptions): void {
  const { log, payload, tunnel } = options;
  const message = { connectId: payload.messId, type: messageTypes.REMOVE_CONNECT, data: new Uint8Array() };
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    if (tunnel.write(message)) return;
    const error = 'use of closed network connection';
    const text = `${nameOf(options)} send REMOVE_CONNECT message error ${error}`;
    log.error('edgedmetricsconnection.go:94', text);
  }
}

const nameOf = ({ payload, traits }: MetricsConnectionOptions) =>
  `${traits.name} Message MessageID ${payload.messId}`;
