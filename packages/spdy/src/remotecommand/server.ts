// kubernetes v1.19.3 pkg/kubelet/cri/streaming/remotecommand/httpstream.go, exec.go, as vendored by kubeedge v1.6.1.
import type { SpdyError } from '../errors.ts';
import type { SpdyHeaders } from '../frame.ts';
import { SpdySession, type WriteResult } from '../session.ts';
import type { SessionEvent } from '../session-events.ts';
import type { SessionOptions } from '../session-options.ts';
import { type CommandEnd, encodeCommandEnd } from './exit-status.ts';
import {
  expectedStreams,
  hasResizeStream,
  type RemoteCommandProtocol,
  type RemoteCommandWants,
  type StreamType,
  streamTypeHeader,
  streamTypes,
} from './protocols.ts';
import { type TerminalSize, TerminalSizeReader } from './terminal-size.ts';

export type RemoteCommandServerEvent =
  /** All streams are there: start the command. Comes once, and before any stdin. */
  | { readonly type: 'ready' }
  /** Say `consumed` when the bytes are done with. */
  | { readonly type: 'stdin'; readonly data: Uint8Array }
  | { readonly type: 'stdin-end' }
  | { readonly type: 'resize'; readonly size: TerminalSize }
  /** Bytes that waited for the client's window have gone out. */
  | { readonly type: 'writable'; readonly stream: 'stdout' | 'stderr' }
  /** A stream that is not part of the protocol. `text` is what a kubelet logs. */
  | { readonly type: 'unexpected-stream'; readonly text: string }
  /** The client said goodbye, or was hostile (`error`; close the connection once the output is sent). */
  | { readonly type: 'client-gone'; readonly error?: SpdyError };

/** What a kubelet logs when streams are missing after `streamCreationTimeoutMs`. */
export const streamsTimedOutText = 'timed out waiting for client to create streams';

/**
 * The kubelet's end of an exec or attach, from the byte after the 101 answer on. It has no clock: who has one waits
 * `streamCreationTimeoutMs` for `ready`, and then closes the connection.
 */
export class RemoteCommandServer {
  readonly #protocol: RemoteCommandProtocol;
  readonly #session: SpdySession;
  readonly #sizes = new TerminalSizeReader();
  readonly #types = new Map<number, StreamType>();
  readonly #ids = new Map<StreamType, number>();
  #missing: number;
  #early: RemoteCommandServerEvent[] = [];
  #finished = false;

  constructor(options: {
    readonly protocol: RemoteCommandProtocol;
    readonly wants: RemoteCommandWants;
    readonly session?: Omit<SessionOptions, 'role'>;
  }) {
    this.#protocol = options.protocol;
    this.#session = new SpdySession({ ...options.session, role: 'server' });
    this.#missing = expectedStreams(options.protocol, options.wants).length;
  }

  /** True while so much stdin is not consumed that the connection must not be read from. */
  get paused(): boolean {
    return this.#session.paused;
  }

  /** What to write to the connection; to be asked after every call. */
  takeOutput(): Uint8Array[] {
    return this.#session.takeOutput();
  }

  receive(bytes: Uint8Array): RemoteCommandServerEvent[] {
    const events: RemoteCommandServerEvent[] = [];
    for (const event of this.#session.receive(bytes)) this.#received(event, events);
    return events;
  }

  /** Sends output of the command. */
  write(stream: 'stdout' | 'stderr', data: Uint8Array): WriteResult {
    const id = this.#ids.get(stream);
    return id === undefined ? 'gone' : this.#session.write(id, data);
  }

  /** Says that bytes of `stdin` events are done with. */
  consumed(bytes: number): void {
    const id = this.#ids.get('stdin');
    if (id !== undefined) this.#session.consumed(id, bytes);
  }

  /**
   * Says how the command ended, and ends the session: status, a reset for each stream, GOAWAY. Send the output, then
   * close the connection. No stream gets a FIN; that is what a kubelet sends, too. When a client that enforces windows
   * has not read everything (`waiting`), wait for `writable` first.
   */
  finish(end: CommandEnd): void {
    if (this.#finished) return;
    this.#finished = true;
    const status = encodeCommandEnd(this.#protocol, end);
    const id = this.#ids.get('error');
    if (status !== undefined && id !== undefined) this.#session.write(id, status);
    this.#session.close();
  }

  #received(event: SessionEvent, events: RemoteCommandServerEvent[]): void {
    switch (event.type) {
      case 'stream':
        this.#opened(event.streamId, event.headers, events);
        break;
      case 'data':
        this.#data(event.streamId, event.data, events);
        break;
      case 'end':
      case 'reset':
      case 'stream-error':
        if (this.#types.get(event.streamId) === 'stdin') this.#push({ type: 'stdin-end' }, events);
        this.#types.delete(event.streamId);
        break;
      case 'writable': {
        const stream = this.#types.get(event.streamId);
        if (stream === 'stdout' || stream === 'stderr') events.push({ type: 'writable', stream });
        break;
      }
      case 'goaway':
        events.push({ type: 'client-gone' });
        break;
      case 'fault':
        events.push({ type: 'client-gone', error: event.error });
        break;
      default:
        break;
    }
  }

  #opened(streamId: number, headers: SpdyHeaders, events: RemoteCommandServerEvent[]): void {
    // Nobody takes a stream out of the channel any more, so that one gets no answer (createHTTPStreamStreams).
    if (this.#missing === 0) return;
    this.#session.reply(streamId);
    const streamType = headers.get(streamTypeHeader)?.[0] ?? '';
    const type = streamTypes.find((each) => each === streamType);
    if (type === undefined || (type === 'resize' && !hasResizeStream(this.#protocol))) {
      const text = `unexpected stream type: ${JSON.stringify(streamType)}`;
      events.push({ type: 'unexpected-stream', text });
      return;
    }
    // A kubelet counts streams, not types: a second stdin stands for whatever is missing.
    this.#types.set(streamId, type);
    this.#ids.set(type, streamId);
    this.#missing--;
    if (this.#missing > 0) return;
    if (this.#protocol === 'channel.k8s.io') this.#endAsV1();
    events.push({ type: 'ready' }, ...this.#early);
    this.#early = [];
  }

  /** What kubelets of 1.0 did, kept by v1ProtocolHandler: stdin is ended, the error stream reset, before the start. */
  #endAsV1(): void {
    const [stdin, error] = [this.#ids.get('stdin'), this.#ids.get('error')];
    if (stdin !== undefined) this.#session.end(stdin);
    if (error !== undefined) this.#session.reset(error);
  }

  #data(streamId: number, data: Uint8Array, events: RemoteCommandServerEvent[]): void {
    const type = this.#types.get(streamId);
    if (type === 'stdin') {
      this.#push({ type: 'stdin', data }, events);
      return;
    }
    if (type === 'resize') {
      for (const size of this.#sizes.push(data)) this.#push({ type: 'resize', size }, events);
    }
    this.#session.consumed(streamId, data.length);
  }

  #push(event: RemoteCommandServerEvent, events: RemoteCommandServerEvent[]): void {
    if (this.#missing > 0) this.#early.push(event);
    else events.push(event);
  }
}
