// The public surface of @kubeedge-sim/spdy. Everything else is internal.

export { headerDictionary } from './dictionary.data.ts';
export type { SpdyErrorCode } from './errors.ts';
export { SpdyError, spdyErrorTemplates } from './errors.ts';
export type {
  ControlFrameType,
  DataFrame,
  GoAwayFrame,
  HeadersFrame,
  PingFrame,
  RstStreamFrame,
  SettingsEntry,
  SettingsFrame,
  SpdyFrame,
  SpdyHeaders,
  SynReplyFrame,
  SynStreamFrame,
  WindowUpdateFrame,
} from './frame.ts';
export { goAwayStatus, rstStatus, settingsId } from './frame.ts';
export type { BadHeaders, DecodedFrame, DecodeFault, UnknownFrame } from './frame-decoder.ts';
export { FrameDecoder } from './frame-decoder.ts';
export { FrameEncoder } from './frame-encoder.ts';
export type { FrameLimits } from './limits.ts';
export { frameLimitsDefault } from './limits.ts';
export { SpdySession, type WriteResult } from './session.ts';
export type { SessionEvent } from './session-events.ts';
export type { SessionOptions } from './session-options.ts';
