import { type ConnectUrl, encodeConnectPayload, messageTypes } from '@kubeedge-sim/wire';
import { edgedLogsText, logsConnectionText } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import { clientGone, EdgePeer, removeAtEdge } from './edge-peer.ts';
import type { GoRequest } from './go-request.ts';
import type { GoResponse } from './go-response.ts';
import { edgedPort } from './metrics-connection.ts';
import type { Session } from './session.ts';

/**
 * One logs request on its way. kubeedge v1.6.1 cloud/pkg/cloudstream/containerlog_connection.go
 * ContainerLogsConnection
 */
export class ContainerLogConnection implements ApiserverConnection {
  readonly kind = 'logs';
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
    return logsConnectionText(this.messageId);
  }

  setEdgePeerDone(): void {
    this.#edgePeer.setDone();
  }

  /** Each message is flushed: pkg/stream/flushwriter/writer.go. */
  writeToApiserver(data: Uint8Array): Promise<void> | undefined {
    return this.#response.writeFlushed(data);
  }

  /**
   * Sends CONNECT and waits for the edge's REMOVE_CONNECT or the client's leaving, whichever comes first; for
   * ever when neither does. Returns Go's error text, if any.
   */
  async serve(): Promise<string | undefined> {
    const process = this.#process;
    try {
      const error = this.#sendConnection();
      if (error !== undefined) {
        const text = `${this.describe()} send LOGS_CONNECT info error ${error}`;
        process.log('E', 'logsSendInfoError', text, this.traceId);
        return error;
      }
      using _ = process.world.waiting(
        `cloudcore: ${this.describe()} (${this.#request.method} ${this.#request.target}) for the edge of ` +
          this.#session.describe(),
      );
      const outcome = await Promise.race([this.#edgePeer.done, clientGone(this.#request.done)]);
      return outcome === 'client-gone' ? this.#removeAtEdge() : this.#stopped();
    } finally {
      process.log('I', 'logsEndSuccessful', `${this.describe()} end successful`, this.traceId);
    }
  }

  /** The port is always edged's own, whatever the Host header says. */
  #sendConnection(): string | undefined {
    const url: ConnectUrl = { ...this.#request.url, scheme: 'http', host: `127.0.0.1:${edgedPort}` };
    const payload = { messId: this.messageId, url, header: this.#request.header };
    const data = encodeConnectPayload(payload, this.#process.dialect);
    const message = { connectId: this.messageId, type: messageTypes.LOGS_CONNECT, data };
    const error = this.#session.writeMessageToTunnel(this, message);
    if (error !== undefined) {
      const text = `${this.describe()} write ${edgedLogsText(this.messageId)} error ${error}`;
      this.#process.log('E', 'logsWriteConnectError', text, this.traceId);
    }
    return error;
  }

  #removeAtEdge(): undefined {
    removeAtEdge(this.#session, this, (error) => {
      const text = `${this.describe()} send REMOVE_CONNECT message to edge error ${error}`;
      this.#process.log('W', 'logsSendRemoveError', text, this.traceId);
    });
    const text = `${this.describe()} send close message to edge successfully`;
    this.#process.log('I', 'logsSentRemove', text, this.traceId);
  }

  #stopped(): string | undefined {
    const text = `${this.describe()} find edge peer done, so stop this connection`;
    if (this.#process.release.edgePeerDoneIsError) return text;
    this.#process.log('I', 'logsEdgePeerDone', text, this.traceId);
    return undefined;
  }
}
