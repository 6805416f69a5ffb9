import {
  decodeMessage,
  messageTypeGoName,
  messageTypes,
  type TunnelMessage,
  WireError,
} from '@kubeedge-sim/wire';
import { connectionMissing, messageText, sessionText, tunnelHasClosed } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import type { TunnelPeer } from '../trace-kinds.ts';
import type { ApiserverConnection } from './apiserver-connection.ts';
import { GoPanic } from './go-panic.ts';

/** klog's level at which each message is printed. kubeedge v1.6.1 pkg/stream/message.go ReadMessageFromTunnel */
const RECEIVED_VERBOSITY = 6;

/** The tunnel as a session uses it. kubeedge v1.6.1 pkg/stream/tunnel.go SafeWriteTunneler */
export interface Tunnel {
  /** Key of the TCP connection, as in the trace. */
  readonly connection: string;
  /** `address:port` of the edge. */
  readonly remoteAddress: string;
  /** Writes one text message; returns Go's error text when it cannot. */
  write(message: TunnelMessage): string | undefined;
  /** Resolves when the edge reads again; undefined when it does, or is gone. */
  drained(): Promise<void> | undefined;
  pause(): void;
  resume(): void;
  /** Closes the TCP connection. */
  close(): void;
}

/**
 * One tunnel and the requests on it. kubeedge v1.6.1 cloud/pkg/cloudstream/session.go. Upstream reads in a
 * loop; here the tunnel hands messages in, one after the other. A client that does not read holds up the
 * whole session, new requests included, as upstream's read lock does.
 */
export class Session {
  /** The edge's hostname; not unique, and empty if the edge sent none. */
  readonly sessionId: string;
  /** Who connected. */
  readonly peer: TunnelPeer;
  tunnelClosed = false;
  readonly #process: CloudcoreProcess;
  /** The event of its beginning. */
  readonly traceId: number | undefined;
  #tunnel: Tunnel;
  readonly #connections = new Map<number, ApiserverConnection>();
  #reading = true;
  #blocked: Promise<void> | undefined;
  #pending: { bytes: Uint8Array; isBinary: boolean }[] = [];

  constructor(
    process: CloudcoreProcess,
    tunnel: Tunnel,
    options: { sessionId: string; peer: TunnelPeer; traceId: number | undefined },
  ) {
    this.#process = process;
    this.#tunnel = tunnel;
    this.sessionId = options.sessionId;
    this.peer = options.peer;
    this.traceId = options.traceId;
    process.load.goroutines += 1;
  }

  describe(): string {
    return sessionText(this.sessionId);
  }

  /** Requests on this tunnel, in the order in which they came. */
  get connections(): readonly ApiserverConnection[] {
    return [...this.#connections.values()];
  }

  /** Takes text messages that came together. */
  receiveTexts(messages: readonly Uint8Array[]): void {
    for (let at = 0; at < messages.length; ) {
      const taken = this.#receiveRun(messages, at);
      if (taken === 0) this.receive(messages[at] as Uint8Array, false);
      at += Math.max(1, taken);
    }
  }

  /**
   * Takes the DATA messages of one request from `from` on, which is what nearly all messages are; how many it took. It
   * leaves all others to {@link Session.receive}.
   */
  #receiveRun(messages: readonly Uint8Array[], from: number): number {
    const process = this.#process;
    if (!this.#reading || this.#blocked !== undefined || process.verbosity >= RECEIVED_VERBOSITY) return 0;
    const first = this.#dataAt(messages, from);
    const connection = first && this.#connections.get(first.connectId);
    if (connection === undefined) return 0;
    const sizes: number[] = [];
    const blocked = this.#orPanic(() => {
      let held: Promise<void> | undefined;
      for (let message = first; message !== undefined && held === undefined; ) {
        if (message.connectId !== connection.messageId) break;
        sizes.push(message.data.length);
        held = connection.writeToApiserver(message.data);
        message = this.#dataAt(messages, from + sizes.length);
      }
      return held;
    });
    connection.traceId = this.#traceRun(connection, sizes) ?? connection.traceId;
    if (blocked !== undefined) this.#hold(blocked);
    return sizes.length;
  }

  /** The message at an index if it is one of type DATA. */
  #dataAt(messages: readonly Uint8Array[], at: number): TunnelMessage | undefined {
    const bytes = messages[at];
    if (bytes === undefined) return undefined;
    try {
      const message = decodeMessage(bytes, { bodyBytesMax: this.#process.dialect.bodyBytesMax });
      return message.type === messageTypes.DATA ? message : undefined;
    } catch (error) {
      if (error instanceof WireError) return undefined;
      throw error;
    }
  }

  /** Takes one WebSocket message. */
  receive(bytes: Uint8Array, isBinary: boolean): void {
    if (!this.#reading) return;
    if (this.#blocked !== undefined) {
      this.#pending.push({ bytes, isBinary });
      return;
    }
    if (isBinary) {
      this.#log('frameType', 'Websocket message type must be 1 type');
      this.#close('binary message');
      return;
    }
    let message: TunnelMessage;
    try {
      message = decodeMessage(bytes, { bodyBytesMax: this.#process.dialect.bodyBytesMax });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // Ids above 2^53 are legal upstream, and unknown to every session of ours: ignored.
      if (error.goText === '') return;
      this.#log('readMessageError', `Read message from tunnel ${this.describe()} error ${error.goText}`);
      this.#close(`unreadable message: ${error.goText}`);
      return;
    }
    this.#proxy(message);
  }

  /**
   * The tunnel's read failed: a close frame, a protocol error, or the end of the connection. `text` is
   * gorilla's.
   */
  readFailed(text: string): void {
    if (!this.#reading) return;
    this.#log('readerError', `get ${this.describe()} reader error ${text}`);
    this.#close(text);
  }

  /**
   * Registers a request. Returns an error text when the tunnel has been closed; waits while the session is
   * held up by a client that does not read, or until `done` aborts.
   */
  async addApiserverConnection(connection: ApiserverConnection, id: number): Promise<string | undefined> {
    while (this.#blocked !== undefined) await this.#blocked;
    if (this.tunnelClosed || !this.#hasRoom()) {
      return tunnelHasClosed(this.#process.release, this.describe());
    }
    connection.messageId = id;
    this.#connections.set(id, connection);
    const text = `Add a new apiserver connection ${connection.describe()} in to ${this.describe()}`;
    this.#process.log('I', 'addConnection', text, connection.traceId);
    return undefined;
  }

  #hasRoom(): boolean {
    if (this.#connections.size < this.#process.limits.sessionRequests) return true;
    const refused = {
      peer: this.describe(),
      consequence: 'a request is answered as if the tunnel had closed',
    };
    this.#process.reachLimit('sessionRequests', refused, this.traceId);
    return false;
  }

  deleteApiserverConnection(connection: ApiserverConnection): void {
    this.#connections.delete(connection.messageId);
    const text = `Delete a apiserver connection ${connection.describe()} from ${this.describe()}`;
    this.#process.log('I', 'deleteConnection', text, connection.traceId);
  }

  /** Sends a message of a request to the edge; returns Go's error text when the tunnel does not take it. */
  writeMessageToTunnel(connection: ApiserverConnection, message: TunnelMessage): string | undefined {
    const error = this.#tunnel.write(message);
    if (error !== undefined) return error;
    const event = this.#traceMessage('to-edge', message, connection.traceId);
    connection.traceId = event ?? connection.traceId;
    return undefined;
  }

  /** Resolves when the tunnel takes more; undefined when it does. */
  drained(): Promise<void> | undefined {
    return this.#tunnel.drained();
  }

  #proxy(message: TunnelMessage): void {
    const process = this.#process;
    const connection = this.#connections.get(message.connectId);
    const event = this.#traceMessage('to-cloud', message, connection?.traceId ?? this.traceId);
    const type = messageTypeGoName(message.type, process.dialect);
    if (process.verbosity >= RECEIVED_VERBOSITY) {
      process.log('I', 'receivedMessage', dump(message, type), event, RECEIVED_VERBOSITY);
    }
    if (connection === undefined) {
      const error = connectionMissing(process.release, message.connectId, this.describe());
      const name = messageText(message.connectId, type);
      this.#log('proxyError', `Proxy tunnel message [${name}] to kube-apiserver error ${error}`, event);
      return;
    }
    connection.traceId = event;
    if (message.type === messageTypes.REMOVE_CONNECT) {
      this.#orPanic(() => connection.setEdgePeerDone());
    } else if (message.type === messageTypes.DATA) {
      const blocked = this.#orPanic(() => connection.writeToApiserver(message.data));
      if (blocked !== undefined) this.#hold(blocked);
    }
  }

  /** Reads no further until the client of one request reads again. */
  #hold(blocked: Promise<void>): void {
    this.#tunnel.pause();
    this.#blocked = blocked.then(() => {
      this.#blocked = undefined;
      const pending = this.#pending;
      this.#pending = [];
      // A message among these may hold the session up again; receive() then queues the rest once more.
      for (const { bytes, isBinary } of pending) this.receive(bytes, isBinary);
      if (this.#blocked === undefined && this.#reading) this.#tunnel.resume();
    });
  }

  /** Session.Close, deferred by upstream's Serve. */
  #close(reason: string): void {
    this.#reading = false;
    try {
      for (const connection of this.#connections.values()) connection.setEdgePeerDone();
    } catch (error) {
      if (!(error instanceof GoPanic)) throw error;
      this.#becomeZombie(error);
      return;
    }
    this.tunnelClosed = true;
    this.#tunnel.close();
    // The session stays in its table for ever, its connection need not.
    this.#tunnel = closedTunnel(this.#tunnel);
    this.#traceEnd('closed', reason);
  }

  /**
   * Runs what may panic in upstream's reading goroutine; its deferred Close then runs, and may panic again.
   */
  #orPanic<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof GoPanic)) throw error;
      this.#close(error.message);
      if (this.tunnelClosed) this.#logPanic(error);
      return undefined;
    }
  }

  /**
   * After a panic in Close the tunnel is neither closed nor marked so, and nobody reads it: net/http leaves a
   * hijacked connection alone. Requests on it get their CONNECT sent and hang.
   */
  #becomeZombie(error: GoPanic): void {
    this.#tunnel.pause();
    this.#logPanic(error);
    this.#traceEnd('zombie', error.message);
  }

  #logPanic(error: GoPanic): void {
    this.#process.logGo(`http: panic serving ${this.#tunnel.remoteAddress}: ${error.message}`, this.traceId);
  }

  #traceEnd(state: 'closed' | 'zombie', reason: string): void {
    this.#process.load.goroutines -= 1;
    const { connection } = this.#tunnel;
    this.#process.trace(
      'tunnel.session-end',
      { connection, hostname: this.sessionId, state, reason },
      this.traceId,
    );
  }

  #traceMessage(direction: 'to-edge' | 'to-cloud', message: TunnelMessage, parent: number | undefined) {
    const type = messageTypeGoName(message.type, this.#process.dialect);
    const { connectId, data } = message;
    const detail = { direction, session: this.sessionId, connectId, type, bytes: data.length };
    return this.#process.trace('tunnel.message', detail, parent);
  }

  /** An event for each DATA message of a request, each the parent of the next; the id of the last. */
  #traceRun(connection: ApiserverConnection, sizes: readonly number[]): number | undefined {
    const process = this.#process;
    const { messageId: connectId, traceId } = connection;
    const type = messageTypeGoName(messageTypes.DATA, process.dialect);
    const first = process.traceSeries('tunnel.message', sizes.length, (index, firstId) => ({
      detail: { direction: 'to-cloud', session: this.sessionId, connectId, type, bytes: sizes[index] ?? 0 },
      parent: index === 0 ? traceId : firstId + index - 1,
    }));
    return first === undefined ? undefined : first + sizes.length - 1;
  }

  #log(
    statement: 'frameType' | 'readMessageError' | 'readerError' | 'proxyError',
    line: string,
    parent?: number,
  ): void {
    this.#process.log('E', statement, line, parent ?? this.traceId);
  }
}

/** What is left of a tunnel. */
function closedTunnel({ connection, remoteAddress }: Tunnel): Tunnel {
  return {
    connection,
    remoteAddress,
    write: () => 'use of closed network connection',
    drained: () => undefined,
    pause() {},
    resume() {},
    close() {},
  };
}

/** kubeedge v1.6.1 pkg/stream/message.go ReadMessageFromTunnel */
function dump({ connectId, data }: TunnelMessage, type: string): string {
  const bytes = `data:[${data.join(' ')}] string:[${Buffer.from(data).toString()}]`;
  return `Receive Tunnel message Connectid ${connectId} messageType ${type} ${bytes}`;
}
