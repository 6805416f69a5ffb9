// client-go v0.19.3 and v0.32.0 tools/remotecommand/v1.go to v4.go, as kubectl uses it.
import type { SpdyError } from '../errors.ts';
import { SpdySession, type WriteResult } from '../session.ts';
import type { SessionEvent } from '../session-events.ts';
import type { SessionOptions } from '../session-options.ts';
import { type CommandResult, decodeCommandResult } from './exit-status.ts';
import {
  expectedStreams,
  type RemoteCommandProtocol,
  type RemoteCommandWants,
  type StreamType,
  streamTypeHeader,
} from './protocols.ts';
import { encodeTerminalSize, type TerminalSize } from './terminal-size.ts';

export type RemoteCommandClientEvent =
  /** All streams are open: stdin and sizes may be sent. */
  | { readonly type: 'ready' }
  /** Say `consumed` when the bytes are done with. */
  | { readonly type: 'stdout' | 'stderr'; readonly data: Uint8Array }
  /** Bytes of stdin that waited for the server's window have gone out. */
  | { readonly type: 'writable' }
  /** Output and status are complete: `close`, send the output, close the connection. Comes once. */
  | { readonly type: 'done'; readonly result: CommandResult }
  /** The server was hostile; send the output, close the connection. `done` follows. */
  | { readonly type: 'fault'; readonly error: SpdyError };

const statusBytesMax = 64 * 1024;

/**
 * The client's end of an exec or attach, from the byte after the 101 answer on. Streams are opened one after another,
 * each when the one before was accepted, as client-go does; who has a clock gives each `streamReplyTimeoutMs`.
 */
export class RemoteCommandClient {
  readonly #protocol: RemoteCommandProtocol;
  readonly #session: SpdySession;
  readonly #toOpen: StreamType[];
  readonly #types = new Map<number, StreamType>();
  readonly #ids = new Map<StreamType, number>();
  /** Streams whose end makes the result. */
  readonly #running: Set<StreamType>;
  #status: Uint8Array[] = [];
  #statusBytes = 0;
  #done = false;

  constructor(options: {
    readonly protocol: RemoteCommandProtocol;
    readonly wants: RemoteCommandWants;
    readonly session?: Omit<SessionOptions, 'role'>;
  }) {
    this.#protocol = options.protocol;
    this.#session = new SpdySession({ ...options.session, role: 'client' });
    this.#toOpen = expectedStreams(options.protocol, options.wants);
    const output = this.#toOpen.filter((type) => type === 'stdout' || type === 'stderr');
    // v1 does not wait for the error stream.
    this.#running = new Set(options.protocol === 'channel.k8s.io' ? output : [...output, 'error']);
    this.#openNext();
  }

  /** True while so much output is not consumed that the connection must not be read from. */
  get paused(): boolean {
    return this.#session.paused;
  }

  /** What to write to the connection; to be asked after every call, and once at the start. */
  takeOutput(): Uint8Array[] {
    return this.#session.takeOutput();
  }

  receive(bytes: Uint8Array): RemoteCommandClientEvent[] {
    const events: RemoteCommandClientEvent[] = [];
    for (const event of this.#session.receive(bytes)) this.#received(event, events);
    return events;
  }

  /** Says that the connection has ended. client-go takes it for the end of every stream: no status is a success. */
  connectionEnded(): RemoteCommandClientEvent[] {
    const events: RemoteCommandClientEvent[] = [];
    this.#running.clear();
    this.#finishIfDone(events);
    return events;
  }

  writeStdin(data: Uint8Array): WriteResult {
    const id = this.#ids.get('stdin');
    return id === undefined ? 'gone' : this.#session.write(id, data);
  }

  /** Ends stdin. In the first protocol there is no way to say so, and nothing is sent. */
  endStdin(): void {
    const id = this.#ids.get('stdin');
    if (id !== undefined && this.#protocol !== 'channel.k8s.io') this.#session.end(id);
  }

  /** Tells the size of the terminal; nothing is sent without a TTY. */
  resize(size: TerminalSize): void {
    const id = this.#ids.get('resize');
    if (id !== undefined) this.#session.write(id, encodeTerminalSize(size));
  }

  /** Says that bytes of a stream are done with. */
  consumed(stream: 'stdout' | 'stderr', bytes: number): void {
    const id = this.#ids.get(stream);
    if (id !== undefined) this.#session.consumed(id, bytes);
  }

  /** Asks the server for a sign of life. kube-apiserver does so every 5 s where it translates WebSockets. */
  ping(): void {
    this.#session.ping();
  }

  /** Leaves: a reset for each open stream, GOAWAY. */
  close(): void {
    this.#session.close();
  }

  #openNext(): void {
    const [type] = this.#toOpen;
    // A GOAWAY may have come with the reply.
    if (type === undefined || !this.#session.canOpen) return;
    this.#toOpen.shift();
    const id = this.#session.open(new Map([[streamTypeHeader, [type]]]));
    this.#types.set(id, type);
    this.#ids.set(type, id);
  }

  #received(event: SessionEvent, events: RemoteCommandClientEvent[]): void {
    switch (event.type) {
      case 'reply':
        if (this.#toOpen.length === 0) events.push({ type: 'ready' });
        else this.#openNext();
        break;
      case 'data':
        this.#data(event.streamId, event.data, events);
        break;
      case 'end':
      case 'reset':
      case 'stream-error': {
        const type = this.#types.get(event.streamId);
        if (type !== undefined) this.#running.delete(type);
        break;
      }
      case 'writable':
        if (this.#types.get(event.streamId) === 'stdin') events.push({ type: 'writable' });
        break;
      case 'goaway':
        // spdystream stops reading here, so that every stream ends.
        this.#running.clear();
        break;
      case 'fault':
        events.push({ type: 'fault', error: event.error });
        this.#running.clear();
        break;
      default:
        break;
    }
    this.#finishIfDone(events);
  }

  #data(streamId: number, data: Uint8Array, events: RemoteCommandClientEvent[]): void {
    const type = this.#types.get(streamId);
    if (type === 'stdout' || type === 'stderr') {
      events.push({ type, data });
      return;
    }
    if (type === 'error' && this.#statusBytes < statusBytesMax) {
      this.#status.push(data.slice(0, statusBytesMax - this.#statusBytes));
      this.#statusBytes += data.length;
    }
    this.#session.consumed(streamId, data.length);
  }

  #finishIfDone(events: RemoteCommandClientEvent[]): void {
    if (this.#done || this.#running.size > 0) return;
    this.#done = true;
    const status = new Uint8Array(this.#status.reduce((bytes, piece) => bytes + piece.length, 0));
    let at = 0;
    for (const piece of this.#status) {
      status.set(piece, at);
      at += piece.length;
    }
    events.push({ type: 'done', result: decodeCommandResult(this.#protocol, status) });
  }
}
