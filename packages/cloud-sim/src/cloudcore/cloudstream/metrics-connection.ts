import { type ConnectUrl, encodeConnectPayload, messageTypes } from '@kubeedge-sim/wire';
import { edgedMetricsText, metricsConnectionText } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import { clientGone, EdgePeer, removeAtEdge } from './edge-peer.ts';
import { GoPanic } from './go-panic.ts';
import type { GoRequest } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import type { Session } from './session.ts';

/** common/constants/default.go ServerPort */
export const edgedPort = 10350;

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
  readonly #edgePeer: EdgePeer;

  constructor(
    process: CloudcoreProcess,
    session: Session,
    exchange: { request: GoRequest; response: GoResponse; traceId: number | undefined },
  ) {
    this.#process = process;
    this.#session = session;
    this.#request = exchange.request;
    this.#response = exchange.response;
    this.#edgePeer = new EdgePeer(process.release);
    this.traceId = exchange.traceId;
  }

  describe(): string {
    return metricsConnectionText(this.messageId);
  }

  setEdgePeerDone(): void {
    this.#edgePeer.setDone();
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
      const outcome = await Promise.race([this.#edgePeer.done, clientGone(this.#request.done)]);
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
    const message = { connectId: this.messageId, type: messageTypes.METRIC_CONNECT, data };
    const error = this.#session.writeMessageToTunnel(this, message);
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
    removeAtEdge(this.#session, this, (error) => {
      const text = `${this.describe()} send REMOVE_CONNECT message to edge error ${error}`;
      this.#log('W', 'sendRemoveError', text);
    });
    this.#log('I', 'sentRemove', `${this.describe()} send close message to edge successfully`);
  }

  #stopped(): string | undefined {
    const text = `${this.describe()} find edge peer done, so stop this connection`;
    if (this.#process.release.edgePeerDoneIsError) return text;
    this.#log('I', 'edgePeerDone', text);
    return undefined;
  }

  #log(severity: 'I' | 'W' | 'E', statement: Parameters<CloudcoreProcess['log']>[1], line: string): void {
    this.#process.log(severity, statement, line, this.traceId);
  }
}
