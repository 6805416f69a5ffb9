import { spdyError } from './errors.ts';
import { windowBytesDefault } from './flow-window.ts';
import { uint31Max } from './frame.ts';
import { type FrameLimits, frameLimits, positiveInteger } from './limits.ts';

export type SessionOptions = Partial<FrameLimits> & {
  /** A client opens odd streams, a server even ones. */
  readonly role: 'client' | 'server';
  /**
   * What becomes of SPDY/3.1's windows, in both directions.
   *
   * `ignored` (default) is what Kubernetes speaks. Neither kubectl nor the kubelet knows windows: spdystream reads
   * WINDOW_UPDATE and SETTINGS frames and drops them as unhandled, sends neither, and writes DATA without looking
   * (kubeedge v1.6.1 vendor/github.com/docker/spdystream and moby/spdystream v0.5.0: connection.go frameHandler,
   * stream.go WriteData). Holding such a peer to a window breaks it at its 65,537th byte, and obeying a window that
   * it never opens again stops us there. Against a fast peer `paused` is what bounds memory: stop reading from the
   * connection.
   *
   * `enforced` is the draft: the peer is held to its windows, ours are obeyed, WINDOW_UPDATE frames are sent as
   * `consumed` is called. For two ends of this package, or a peer that is known to do the same.
   */
  readonly flowControl?: 'ignored' | 'enforced';
  /**
   * Bytes the peer may send ahead of `consumed`, for each stream and for the session; only when enforced. Default and
   * least 65,536: SPDY has no way to learn when a peer has seen that a window became smaller.
   */
  readonly receiveWindowBytes?: number;
  /** Most streams the peer may have open at a time; one more is refused. Default 100, the least the draft advises. */
  readonly streamsMax?: number;
  /** Bytes handed out and not consumed at which `paused` becomes true. Default 1 MiB. */
  readonly unreadBytesMax?: number;
};

export type SessionSettings = {
  readonly role: 'client' | 'server';
  readonly enforced: boolean;
  readonly receiveWindowBytes: number;
  readonly streamsMax: number;
  readonly unreadBytesMax: number;
  readonly limits: FrameLimits;
};

/** @throws SpdyError SPDY_ERR_OPTION */
export function sessionSettings(options: SessionOptions): SessionSettings {
  const what = 'SpdySession';
  const receiveWindowBytes = options.receiveWindowBytes ?? windowBytesDefault;
  if (
    !Number.isInteger(receiveWindowBytes) ||
    receiveWindowBytes < windowBytesDefault ||
    receiveWindowBytes > uint31Max
  ) {
    throw spdyError('SPDY_ERR_OPTION', {
      what,
      option: 'receiveWindowBytes',
      found: receiveWindowBytes,
      expected: `an integer from ${windowBytesDefault} to 2^31-1`,
    });
  }
  return {
    role: options.role,
    enforced: options.flowControl === 'enforced',
    receiveWindowBytes,
    streamsMax: positiveInteger(what, 'streamsMax', options.streamsMax ?? 100),
    unreadBytesMax: positiveInteger(what, 'unreadBytesMax', options.unreadBytesMax ?? 1024 * 1024),
    limits: frameLimits(what, options),
  };
}
