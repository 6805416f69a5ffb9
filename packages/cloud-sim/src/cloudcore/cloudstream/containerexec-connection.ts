import type { NetSocket } from '@kubeedge-sim/sim-kit';
import { type ConnectUrl, encodeConnectPayload, messageTypes } from '@kubeedge-sim/wire';
import { edgedHijackedText, hijackedConnectionText, messageText } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import { EdgePeer, removeAtEdge } from './edge-peer.ts';
import type { GoRequest } from './go-request.ts';
import { edgedPort } from './metrics-connection.ts';
import type { ServedConnection } from './serve-on-session.ts';
import type { Session } from './session.ts';

/** containerexec_connection.go Serve: the buffer of one read. */
const READ_BYTES = 256;

/** How often the edge is told again that the client has gone. Upstream does so as fast as the tunnel takes it. */
const REMOVE_AGAIN_MS = 10;

/** Why no more is passed on; `error` unless it is in order. */
type End = { by: 'client' | 'edge' } | { by: 'client'; error: string };

/**
 * One exec or attach request on its way: a client's connection, its bytes as they are.
 * kubeedge v1.6.1 cloud/pkg/cloudstream/containerexec_connection.go ContainerExecConnection; v1.14.0
 * containerattach_connection.go ContainerAttachConnection, which differs from it in its words alone
 */
export class ContainerExecConnection implements ServedConnection {
  readonly kind: 'exec' | 'attach';
  messageId = 0;
  traceId: number | undefined;
  /** Bytes of the edge written to the client. */
  bytesWritten = 0;
  readonly #process: CloudcoreProcess;
  readonly #session: Session;
  readonly #request: GoRequest;
  readonly #socket: NetSocket;
  readonly #edgePeer: EdgePeer;

  constructor(
    process: CloudcoreProcess,
    session: Session,
    exchange: {
      kind: 'exec' | 'attach';
      request: GoRequest;
      socket: NetSocket;
      traceId: number | undefined;
    },
  ) {
    this.kind = exchange.kind;
    this.#process = process;
    this.#session = session;
    this.#request = exchange.request;
    this.#socket = exchange.socket;
    this.#edgePeer = new EdgePeer(process.release);
    this.traceId = exchange.traceId;
  }

  describe(): string {
    return hijackedConnectionText(this.kind, this.messageId);
  }

  setEdgePeerDone(): void {
    this.#edgePeer.setDone();
  }

  writeToApiserver(data: Uint8Array): Promise<void> | undefined {
    const socket = this.#socket;
    if (socket.destroyed) {
      // What ProxyTunnelMessageToApiserver is told of, message by message.
      const message = messageText(this.messageId, 'DATA');
      const error = `write tcp ${addressesOf(socket)}: write: broken pipe`;
      const line = `Proxy tunnel message [${message}] to kube-apiserver error ${error}`;
      this.#process.log('E', 'proxyError', line, this.traceId);
      return undefined;
    }
    this.bytesWritten += data.length;
    return socket.write(data) ? undefined : drained(socket);
  }

  /**
   * Sends CONNECT and passes on what the client sends, until it leaves. When it is looked at whether the edge has ended
   * the request differs by release. Returns Go's error text, if any.
   */
  async serve(): Promise<string | undefined> {
    const process = this.#process;
    const error = this.#sendConnection();
    if (error !== undefined) {
      const type = this.kind === 'exec' ? 'EXEC_CONNECT' : 'ATTACH_CONNECT';
      const text = `${this.describe()} send ${type} info error ${error}`;
      process.log('E', `${this.kind}SendInfoError`, text, this.traceId);
      return error;
    }
    using _ = process.world.waiting(`cloudcore: ${this.describe()} for its client or the edge`);
    const end = await this.#passOn();
    if ('error' in end) {
      const text = `${this.describe()} failed to read from client: ${end.error}`;
      process.log('E', `${this.kind}ReadError`, text, this.traceId);
    } else if (end.by === 'client' && process.release.execClientGone !== 'spins') {
      this.#removeAtEdge();
      if (process.release.execClientGone === 'removes') return undefined;
    }
    if (!this.#edgePeer.isDone) await this.#spin(!('error' in end));
    const text = `${this.describe()} find edge peer done, so stop this connection`;
    return process.release.edgePeerDoneIsError ? text : undefined;
  }

  #sendConnection(): string | undefined {
    const { method, url: asked, header } = this.#request;
    const url: ConnectUrl = { ...asked, scheme: 'http', host: `127.0.0.1:${edgedPort}` };
    const data = encodeConnectPayload({ messId: this.messageId, url, header, method }, this.#process.dialect);
    const type = this.kind === 'exec' ? messageTypes.EXEC_CONNECT : messageTypes.ATTACH_CONNECT;
    const error = this.#send(type, data);
    if (error !== undefined) {
      const connector = edgedHijackedText(this.kind, this.messageId);
      const text = `${this.describe()} failed to create ${this.kind} connection: ${connector}, err: ${error}`;
      this.#process.log('E', `${this.kind}WriteConnectError`, text, this.traceId);
    }
    return error;
  }

  /** Resolves when the client has ended its half, or when the release sees that the edge is done. */
  #passOn(): Promise<End> {
    const socket = this.#socket;
    const { promise, resolve } = Promise.withResolvers<End>();
    socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += READ_BYTES) {
        const error = this.#send(messageTypes.DATA, chunk.subarray(at, at + READ_BYTES));
        if (error !== undefined) {
          const text = `${this.describe()} failed to write to tunnel server, err: ${error}`;
          this.#process.log('E', `${this.kind}WriteError`, text, this.traceId);
        }
        if (this.#edgePeer.isDone && this.#looksAtEdge(error)) return resolve({ by: 'edge' });
      }
      const blocked = this.#session.drained();
      if (blocked === undefined) return;
      socket.pause();
      void blocked.then(() => socket.resume());
    });
    const reset = `read tcp ${addressesOf(socket)}: read: connection reset by peer`;
    socket.once('error', () => resolve({ by: 'client', error: reset }));
    socket.once('end', () => resolve({ by: 'client' }));
    socket.once('close', () => resolve({ by: 'client' }));
    socket.resume();
    return promise;
  }

  /** Whether Serve looks for the edge's end after a piece, for which the tunnel had `error`. */
  #looksAtEdge(error: string | undefined): boolean {
    const { execLooksAtEdge } = this.#process.release;
    return execLooksAtEdge === 'each-read' || (execLooksAtEdge === 'write-failed' && error !== undefined);
  }

  /** Serve goes round until the edge is done; `removes`: it tells the edge in every round, where the release does. */
  async #spin(removes: boolean): Promise<void> {
    const { load, release } = this.#process;
    const spin = load.spin();
    this.#traceSpin('begins');
    while (removes && release.execClientGone === 'removes-until-done' && !this.#edgePeer.isDone) {
      const { promise: again, resolve } = Promise.withResolvers<void>();
      using _ = this.#process.world.clock.setTimeout(resolve, REMOVE_AGAIN_MS);
      await Promise.race([again.then(() => this.#session.drained()), this.#edgePeer.done]);
      if (!this.#edgePeer.isDone) this.#removeAtEdge();
    }
    await this.#edgePeer.done;
    spin[Symbol.dispose]();
    this.#traceSpin('ends');
  }

  #traceSpin(state: 'begins' | 'ends'): void {
    const { spinning, cpuSeconds } = this.#process.load;
    const detail = { connectId: this.messageId, state, spinning, cpuSeconds };
    this.#process.trace('stream.spin', detail, this.traceId);
  }

  #removeAtEdge(): undefined {
    removeAtEdge(this.#session, this, (error) => {
      const text = `${this.describe()} failed send REMOVE_CONNECT message to edge, err: ${error}`;
      this.#process.log('W', `${this.kind}SendRemoveError`, text, this.traceId);
    });
  }

  #send(type: number, data: Uint8Array): string | undefined {
    return this.#session.writeMessageToTunnel(this, { connectId: this.messageId, type, data });
  }
}

const addressesOf = (socket: NetSocket) =>
  `${socket.localAddress}:${socket.localPort}->${socket.remoteAddress}:${socket.remotePort}`;

/** Resolves when the client reads again, or never will. */
function drained(socket: NetSocket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      socket.removeListener('drain', settle);
      socket.removeListener('close', settle);
      resolve();
    };
    socket.once('drain', settle);
    socket.once('close', settle);
  });
}
