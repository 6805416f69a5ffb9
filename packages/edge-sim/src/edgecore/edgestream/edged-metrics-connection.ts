import type { Host, World } from '@kubeedge-sim/sim-kit';
import { type ConnectPayload, LineScanner, messageTypes, type TunnelMessage } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { MetricsConnectionTraits } from '../release.ts';
import { askEdged } from './ask-edged.ts';

export interface MetricsConnectionOptions {
  world: World;
  host: Host;
  log: ComponentLog;
  traits: MetricsConnectionTraits;
  /** Id of the CONNECT message; answers carry that of the payload. */
  connectId: number;
  payload: ConnectPayload;
  /** Sends a message; false when the tunnel is gone. */
  write: (message: TunnelMessage) => Promise<boolean>;
  /** Aborted by a REMOVE_CONNECT from the cloud. */
  removed: AbortSignal;
  /** Aborted when the process ends. */
  signal: AbortSignal;
  parent: number;
}

const LINE_FEED = 0x0a;
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
  const body = await askEdged(options);
  if (body === undefined) return false;
  const atOnce = options.traits.stopsOnCancel === 'at-once';
  // Messages of the cloud are read only from here on: those that came before edged answered were waiting.
  const onRemove = () => {
    log.info('edgedmetricsconnection.go:83', `receive remove client id ${connectId}`);
    if (atOnce) body.close();
  };
  if (removed.aborted) onRemove();
  else removed.addEventListener('abort', onRemove, { once: true });
  const end = await sendLines(options, body.chunks);
  removed.removeEventListener('abort', onRemove);
  body.close();
  if (signal.aborted) return true;
  if (end === 'stopped' || atOnce) {
    log.info('edgedmetricsconnection.go:104', 'receive stop single, so stop metrics scan ...');
  }
  await sendRemove(options);
  return end !== 'failed' || atOnce;
}

type End = 'ended' | 'stopped' | 'failed';

async function sendLines(options: MetricsConnectionOptions, body: AsyncIterable<Uint8Array>): Promise<End> {
  const scanner = new LineScanner();
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    // bufio.Scanner's error is never looked at upstream: a body cut short ends like a complete one.
    const next = await chunks.next().catch(() => undefined);
    if (options.signal.aborted) return 'ended';
    const ended = next === undefined || next.done === true;
    for (const line of ended ? scanner.end() : scanner.push(next.value)) {
      if (options.removed.aborted) return 'stopped';
      if (!(await sendLine(options, line))) return options.signal.aborted ? 'ended' : 'failed';
    }
    if (ended || scanner.stopped) return 'ended';
  }
}

async function sendLine(options: MetricsConnectionOptions, line: Uint8Array): Promise<boolean> {
  const { log, payload, traits, signal } = options;
  const connectId = payload.messId;
  const data = new Uint8Array(line.length + 1);
  data.set(line);
  data[line.length] = LINE_FEED;
  const sent = await options.write({ connectId, type: messageTypes.DATA, data });
  if (signal.aborted) return false;
  if (sent) {
    const text = `${nameOf(payload)} write metrics data ${Buffer.from(line).toString()}`;
    log.v(traits.lineVerbosity, 'edgedmetricsconnection.go:115', text);
  } else {
    const message = `MESSAGE: connectid ${connectId} MessageType DATA`;
    log.error('edgedmetricsconnection.go:112', `write tunnel message ${message} error`);
  }
  return sent;
}

async function sendRemove({ log, payload, write }: MetricsConnectionOptions): Promise<void> {
  const message = { connectId: payload.messId, type: messageTypes.REMOVE_CONNECT, data: new Uint8Array() };
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    if (await write(message)) return;
    const error = 'use of closed network connection';
    const text = `${nameOf(payload)} send REMOVE_CONNECT message error ${error}`;
    log.error('edgedmetricsconnection.go:94', text);
  }
}

const nameOf = ({ messId }: ConnectPayload) => `EDGE_Metrics_CONNECTOR Message MessageID ${messId}`;
