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
export type { RemoteCommandClientEvent } from './remotecommand/client.ts';
export { RemoteCommandClient } from './remotecommand/client.ts';
export type { CommandEnd, CommandResult } from './remotecommand/exit-status.ts';
export { decodeCommandResult, encodeCommandEnd } from './remotecommand/exit-status.ts';
export type { RemoteCommandProtocol, RemoteCommandWants, StreamType } from './remotecommand/protocols.ts';
export {
  kubeletProtocols,
  remoteCommandProtocols,
  streamCreationTimeoutMs,
  streamReplyTimeoutMs,
  wantsOfQuery,
} from './remotecommand/protocols.ts';
export type { RemoteCommandServerEvent } from './remotecommand/server.ts';
export { RemoteCommandServer, streamsTimedOutText } from './remotecommand/server.ts';
export type { TerminalSize } from './remotecommand/terminal-size.ts';
export { encodeTerminalSize, TerminalSizeReader } from './remotecommand/terminal-size.ts';
export type { HeaderSource, UpgradeAnswer, UpgradeRefusal } from './remotecommand/upgrade.ts';
export { answerUpgrade, readUpgradeAnswer, upgradeRequestHeaders } from './remotecommand/upgrade.ts';
export { SpdySession, type WriteResult } from './session.ts';
export type { SessionEvent } from './session-events.ts';
export type { SessionOptions } from './session-options.ts';
export type { ChannelMessage } from './websocket-channel.ts';
export {
  channelNumbers,
  decodeChannelMessage,
  encodeChannelClose,
  encodeChannelData,
  webSocketProtocol,
} from './websocket-channel.ts';
