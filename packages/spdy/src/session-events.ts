import type { SpdyError } from './errors.ts';
import type { SettingsEntry, SpdyHeaders } from './frame.ts';

/** What a session tells its owner. */
export type SessionEvent =
  /** The peer opened a stream: `reply` accepts it, `reset` with REFUSED_STREAM does not. */
  | {
      readonly type: 'stream';
      readonly streamId: number;
      readonly headers: SpdyHeaders;
      readonly priority: number;
      readonly associatedStreamId: number;
      /** We must not send on it. */
      readonly unidirectional: boolean;
    }
  /** The peer accepted a stream of ours. */
  | { readonly type: 'reply'; readonly streamId: number; readonly headers: SpdyHeaders }
  | { readonly type: 'headers'; readonly streamId: number; readonly headers: SpdyHeaders }
  /** Never empty. Say `consumed` when the bytes are done with. A view on what was received. */
  | { readonly type: 'data'; readonly streamId: number; readonly data: Uint8Array }
  /** The peer sends nothing more on this stream. */
  | { readonly type: 'end'; readonly streamId: number }
  /** The peer ended the stream in both directions, or its GOAWAY says it never looked at it (REFUSED_STREAM). */
  | { readonly type: 'reset'; readonly streamId: number; readonly status: number }
  /** We ended the stream, since the peer broke the rules on it. `error` is there for a bad header block. */
  | {
      readonly type: 'stream-error';
      readonly streamId: number;
      readonly status: number;
      readonly why: string;
      readonly error?: SpdyError;
    }
  /** All that waited for the peer's window has gone out. */
  | { readonly type: 'writable'; readonly streamId: number }
  | { readonly type: 'pong'; readonly id: number }
  | { readonly type: 'settings'; readonly entries: readonly SettingsEntry[] }
  /** The peer takes no more streams; those up to the id go on. */
  | { readonly type: 'goaway'; readonly lastGoodStreamId: number; readonly status: number }
  /** The session is over. A GOAWAY is in the output: send it, then close the connection. */
  | { readonly type: 'fault'; readonly error: SpdyError };
