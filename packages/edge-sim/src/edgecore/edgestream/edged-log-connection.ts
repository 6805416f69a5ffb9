import type { Host, HttpClient, World } from '@kubeedge-sim/sim-kit';
import { type ConnectPayload, LineScanner, messageTypes } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';
import type { LogsConnectionTraits } from '../release.ts';
import { askEdged } from './ask-edged.ts';
import { lineFeed, type MessageSink } from './edged-metrics-connection.ts';

export interface LogsConnectionOptions {
  world: World;
  host: Host;
  client: HttpClient;
  log: ComponentLog;
  traits: LogsConnectionTraits;
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

/** edgedlogconnection.go Serve: the buffer of one read. */
const READ_BYTES = 256;
const NOTHING = new Uint8Array();
const REMOVE_TRIES = 3;

/**
 * Serves one LOGS_CONNECT: asks edged and sends its body as it comes, then REMOVE_CONNECT. A failed dial
 * sends nothing at all: upstream installs the deferred REMOVE_CONNECT only after it.
 * Source: kubeedge v1.6.1 and, where a REMOVE_CONNECT stops at once, v1.7.0 pkg/stream/edgedlogconnection.go
 * Serve; v1.4.0 for lines.
 * @returns false where upstream's Serve returns an error
 */
export async function serveLogsConnection(options: LogsConnectionOptions): Promise<boolean> {
  const { log, connectId, removed, signal, traits } = options;
  const report = { source: 'edgedlogconnection.go:68', what: 'logs' } as const;
  const body = await askEdged({ ...options, report, identity: false });
  if (body === undefined) return false;
  const atOnce = traits.stopsOnCancel === 'at-once';
  const cancelled = Promise.withResolvers<End>();
  options.read();
  const onRemove = () => {
    log.info('edgedlogconnection.go:78', `receive remove client id ${connectId}`);
    cancelled.resolve('cancelled');
  };
  if (removed.aborted) onRemove();
  else removed.addEventListener('abort', onRemove, { once: true });
  const sending = sendBody(options, body.bytes);
  const end = await (atOnce ? Promise.race([cancelled.promise, sending]) : sending);
  removed.removeEventListener('abort', onRemove);
  if (!signal.aborted) {
    if (end === 'stopped' || atOnce) {
      log.info('edgedlogconnection.go:99', `receive stop ${traits.stopWord}, so stop logs scan ...`);
    }
    sendRemove(options);
  }
  body.close();
  if (end === 'cancelled') await sending;
  return end !== 'failed' || atOnce;
}

/** `stopped`: a REMOVE_CONNECT was seen between two reads; `cancelled`: one ended the request at once. */
type End = 'ended' | 'stopped' | 'cancelled' | 'failed';

async function sendBody(options: LogsConnectionOptions, body: AsyncIterable<Uint8Array>): Promise<End> {
  const { removed, signal, tunnel, traits } = options;
  const byLine = traits.reader === 'lines';
  const atOnce = traits.stopsOnCancel === 'at-once';
  for await (const pieces of byLine ? lines(body) : reads(options, body)) {
    // Lines are looked at after they were read, bytes before the next read: one more message goes out.
    if (byLine && removed.aborted) return 'stopped';
    const isLast = !byLine && !atOnce && removed.aborted;
    if (!sendData(options, isLast ? pieces.slice(0, 1) : pieces)) return 'failed';
    if (isLast) return 'stopped';
    // While the cloud does not read, neither is edged's answer read.
    await tunnel.drained();
    if (signal.aborted) return 'ended';
  }
  return 'ended';
}

/** bufio.Scanner's lines, those that are there at a time; its error is never looked at. */
async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  const scanner = new LineScanner();
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch(() => undefined);
    const ended = next === undefined || next.done === true;
    const found = ended ? scanner.end() : scanner.push(next.value);
    if (found.length > 0) yield found;
    if (ended || scanner.stopped) return;
  }
}

/**
 * bufio.Reader's reads of what is there at a time: up to 256 bytes each, of which its own buffer holds a
 * multiple.
 */
async function* reads(
  { log, payload, removed, signal }: LogsConnectionOptions,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array[]> {
  try {
    for await (const chunk of body) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < chunk.length; at += READ_BYTES) pieces.push(chunk.subarray(at, at + READ_BYTES));
      yield pieces;
    }
  } catch {
    if (signal.aborted) return;
    const error = removed.aborted ? 'http: read on closed response body' : 'unexpected EOF';
    const text = `${nameOf(payload)} failed to write log data, err:${error}`;
    log.error('edgedlogconnection.go:108', text);
  }
}

/** Upstream writes and logs piece by piece; what is there at once goes out at once, in that order. */
function sendData(options: LogsConnectionOptions, pieces: readonly Uint8Array[]): boolean {
  const { log, payload, traits, tunnel } = options;
  const connectId = payload.messId;
  const name = nameOf(payload);
  const isSent = tunnel.writeData(connectId, pieces, {
    ending: traits.reader === 'lines' ? lineFeed : NOTHING,
    verbosity: traits.dataVerbosity,
    source: 'edgedlogconnection.go:122',
    message: (piece) => `${name} write logs ${Buffer.from(piece).toString()}`,
  });
  if (!isSent) {
    const message = `MESSAGE: connectid ${connectId} MessageType DATA`;
    log.error('edgedlogconnection.go:119', `write tunnel message ${message} error`);
  }
  return isSent;
}

function sendRemove({ log, payload, tunnel }: LogsConnectionOptions): void {
  const message = { connectId: payload.messId, type: messageTypes.REMOVE_CONNECT, data: new Uint8Array() };
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    if (tunnel.write(message)) return;
    const error = 'use of closed network connection';
    const text = `${nameOf(payload)} send REMOVE_CONNECT message error ${error}`;
    log.error('edgedlogconnection.go:89', text);
  }
}

const nameOf = ({ messId }: ConnectPayload) => `EDGE_LOGS_CONNECTOR Message MessageID ${messId}`;
