// Layouts and numbers: SPDY Protocol, Draft 3.1, 2.2 and 2.6. The same numbers are in moby/spdystream v0.5.0
// spdy/types.go, which is what kubectl and the kubelet are built with.

/**
 * Names and values of a header block, in wire order. Names are lower case; a name may have several values.
 * One character stands for one byte (ISO 8859-1), so that nothing is lost.
 */
export type SpdyHeaders = ReadonlyMap<string, readonly string[]>;

/** Opens a stream. Ids of clients are odd, of servers even. `priority` is 0 (highest) to 7. */
export type SynStreamFrame = {
  readonly type: 'SYN_STREAM';
  readonly streamId: number;
  readonly associatedStreamId: number;
  readonly priority: number;
  readonly slot: number;
  /** The sender sends nothing more on this stream. */
  readonly fin: boolean;
  /** The receiver must not send on this stream. */
  readonly unidirectional: boolean;
  readonly headers: SpdyHeaders;
};

/** Accepts a stream. */
export type SynReplyFrame = {
  readonly type: 'SYN_REPLY';
  readonly streamId: number;
  readonly fin: boolean;
  readonly headers: SpdyHeaders;
};

/** More headers for an open stream. */
export type HeadersFrame = {
  readonly type: 'HEADERS';
  readonly streamId: number;
  readonly fin: boolean;
  readonly headers: SpdyHeaders;
};

/** Ends a stream in both directions. `status` is one of {@link rstStatus}, or unknown to this package. */
export type RstStreamFrame = {
  readonly type: 'RST_STREAM';
  readonly streamId: number;
  readonly status: number;
};

export type SettingsEntry = { readonly id: number; readonly flags: number; readonly value: number };

export type SettingsFrame = {
  readonly type: 'SETTINGS';
  readonly clearPersisted: boolean;
  readonly entries: readonly SettingsEntry[];
};

export type PingFrame = { readonly type: 'PING'; readonly id: number };

/** No more streams. `status` is one of {@link goAwayStatus}, or unknown to this package. */
export type GoAwayFrame = {
  readonly type: 'GOAWAY';
  readonly lastGoodStreamId: number;
  readonly status: number;
};

/** Lets the receiver send `deltaBytes` more: on one stream, or with stream id 0 on the session. */
export type WindowUpdateFrame = {
  readonly type: 'WINDOW_UPDATE';
  readonly streamId: number;
  readonly deltaBytes: number;
};

/** Bytes of a stream. */
export type DataFrame = {
  readonly type: 'DATA';
  readonly streamId: number;
  readonly fin: boolean;
  readonly data: Uint8Array;
};

export type SpdyFrame =
  | SynStreamFrame
  | SynReplyFrame
  | RstStreamFrame
  | SettingsFrame
  | PingFrame
  | GoAwayFrame
  | HeadersFrame
  | WindowUpdateFrame
  | DataFrame;

export type ControlFrameType = Exclude<SpdyFrame['type'], 'DATA'>;

/** The type field of each control frame. 5 was NOOP, 10 was CREDENTIAL; neither is part of 3.1. */
export const controlFrameNumbers = {
  SYN_STREAM: 1,
  SYN_REPLY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  HEADERS: 8,
  WINDOW_UPDATE: 9,
} as const satisfies Record<ControlFrameType, number>;

/** Status codes of RST_STREAM (Draft 3.1, 2.6.3). 10 was INVALID_CREDENTIALS. */
export const rstStatus = {
  PROTOCOL_ERROR: 1,
  INVALID_STREAM: 2,
  REFUSED_STREAM: 3,
  UNSUPPORTED_VERSION: 4,
  CANCEL: 5,
  INTERNAL_ERROR: 6,
  FLOW_CONTROL_ERROR: 7,
  STREAM_IN_USE: 8,
  STREAM_ALREADY_CLOSED: 9,
  FRAME_TOO_LARGE: 11,
} as const;

/** Status codes of GOAWAY (2.6.6). 2.6.8 wants a FLOW_CONTROL_ERROR there, which 2.6.6 gives no number. */
export const goAwayStatus = { OK: 0, PROTOCOL_ERROR: 1, INTERNAL_ERROR: 2 } as const;

/** Ids of SETTINGS entries that mean something to a session (2.6.4). */
export const settingsId = { MAX_CONCURRENT_STREAMS: 4, INITIAL_WINDOW_SIZE: 7 } as const;

export const spdyVersion = 3;
export const frameHeadBytes = 8;
/** The length field has 24 bits. */
export const frameBytesMax = 0xff_ffff;
/** Ids and window sizes have 31 bits. */
export const uint31Max = 0x7fff_ffff;

export const flagFin = 0x01;
export const flagUnidirectional = 0x02;
export const flagClearPersisted = 0x01;
