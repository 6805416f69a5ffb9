import { type ConnectUrl, encodeConnectPayload, messageTypes } from '@kubeedge-sim/wire';
import { edgedMetricsText, metricsConnectionText } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import { GoPanic } from './go-panic.ts';
import type { GoRequest } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import type { Session } from './session.ts';

/** common/constants/default.go ServerPort */
export const edgedPort = 10350;

const REMOVE_TRIES_MAX = 3;

/**
 * One metrics request on its way. kubeedge v1.6.1 cloud/pkg/cloudstream/containermetrics_connection.go
 * ContainerMetricsConnection
 */
export class MetricsConnection implements ApiserverConnection {
  readonly kind = 'metrics';
  messageId = 0;
  traceId: number | undefined;
  readonly #process: CloudcoreProcess;
  readonly #session: Session;
  readonly #request: GoRequest;
  readonly #response: GoResponse;
  readonly #edgePeerStop = Promise.withResolvers<'edge-peer-done'>();
  #edgePeerDone = false;

  constructor(
    process: CloudcoreProcess,
    session: Session,
    exchange: { request: GoRequest; response: GoResponse; traceId: number | undefined },
  ) {
    this.#process = process;
    this.#session = session;
    this.#request = exchange.request;
    this.#response = exchange.response;
    this.traceId = exchange.traceId;
  }

  describe(): string {
    return metricsConnectionText(this.messageId);
  }

  setEdgePeerDone(): void {
    if (this.#edgePeerDone && this.#process.release.edgePeerStop === 'close') {
      throw new GoPanic('close of closed channel');
    }
    this.#edgePeerDone = true;
    this.#edgePeerStop.resolve('edge-peer-done');
  }

  writeToApiserver(data: Uint8Array): Promise<void> | undefined {
    return this.#response.write(data);
  }

  /**
   * Sends CONNECT and waits for the edge's REMOVE_CONNECT or the client's leaving, whichever comes first; for
   * ever when neither does. Returns Go's error text, if any.
   * @throws GoPanic for a Host header without a port, in releases that read the port from it
   */
  async serve(): Promise<string | undefined> {
    try {
      const error = this.#sendConnection();
      if (error !== undefined) {
        this.#log('E', 'sendInfoError', `${this.describe()} send METRIC_CONNECT info error ${error}`);
        return error;
      }
      using _ = this.#process.world.waiting(
        `cloudcore: ${this.describe()} (${this.#request.method} ${this.#request.target}) for the edge of ` +
          this.#session.describe(),
      );
      const outcome = await Promise.race([this.#edgePeerStop.promise, clientGone(this.#request.done)]);
      return outcome === 'client-gone' ? this.#removeAtEdge() : this.#stopped();
    } finally {
      this.#log('I', 'endSuccessful', `${this.describe()} end successful`);
    }
  }

  #sendConnection(): string | undefined {
    const url: ConnectUrl = {
      ...this.#request.url,
      scheme: 'http',
      host: `127.0.0.1:${this.#targetPort()}`,
    };
    const payload = { messId: this.messageId, url, header: this.#request.header };
    const data = encodeConnectPayload(payload, this.#process.dialect);
    const error = this.#send(messageTypes.METRIC_CONNECT, data);
    if (error !== undefined) {
      const text = `${this.describe()} write ${edgedMetricsText(this.messageId)} error ${error}`;
      this.#log('E', 'writeConnectError', text);
    }
    return error;
  }

  #targetPort(): string {
    if (this.#process.release.metricsTargetPort === 'constant') return String(edgedPort);
    const port = this.#request.host.split(':')[1];
    if (port === undefined) throw new GoPanic('runtime error: index out of range [1] with length 1');
    return port;
  }

  #removeAtEdge(): undefined {
    for (let tries = 0; tries < REMOVE_TRIES_MAX; tries += 1) {
      const error = this.#send(messageTypes.REMOVE_CONNECT, new Uint8Array());
      if (error === undefined) break;
      this.#log(
        'W',
        'sendRemoveError',
        `${this.describe()} send REMOVE_CONNECT message to edge error ${error}`,
      );
    }
    this.#log('I', 'sentRemove', `${this.describe()} send close message to edge successfully`);
  }

  #stopped(): string | undefined {
    const text = `${this.describe()} find edge peer done, so stop this connection`;
    if (this.#process.release.edgePeerDoneIsError) return text;
    this.#log('I', 'edgePeerDone', text);
    return undefined;
  }

  #send(type: number, data: Uint8Array): string | undefined {
    return this.#session.writeMessageToTunnel(this, { connectId: this.messageId, type, data });
  }

  #log(severity: 'I' | 'W' | 'E', statement: Parameters<CloudcoreProcess['log']>[1], line: string): void {
    this.#process.log(severity, statement, line, this.traceId);
  }
}

function clientGone(signal: AbortSignal): Promise<'client-gone'> {
  if (signal.aborted) return Promise.resolve('client-gone');
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('client-gone'), { once: true });
  });
}
