// The public surface of @kubeedge-sim/wire. Everything else is internal.

export type { BeehiveMessage } from './beehive-message.ts';
export { decodeBeehiveMessage, encodeBeehiveMessage } from './beehive-message.ts';
export type { ConnectHeader, ConnectPayload } from './connect-payload.ts';
export { decodeConnectPayload, encodeConnectPayload } from './connect-payload.ts';
export type { ConnectUrl } from './connect-url.ts';
export { connectUrlFromRequestTarget, connectUrlToString, emptyConnectUrl } from './connect-url.ts';
export type { Dialect, GoJsonTraits, ReleaseRow, UrlJsonField } from './dialect.ts';
export { dialectOf, goJsonTraits, knownReleases } from './dialect.ts';
export type { WireErrorCode } from './errors.ts';
export { WireError } from './errors.ts';
export { goJsonSyntaxError } from './go-json-error.ts';
export { goStringFromBytes, goStringToBytes } from './go-string.ts';
export type { ConnectIdentity, HeaderSource } from './handshake.ts';
export { connectHeaders, connectPath, readConnectHeaders } from './handshake.ts';
export { hubHeaders, hubPath, hubProjectId } from './hub-handshake.ts';
export { LineScanner } from './line-scanner.ts';
export type { DecodeMessageOptions, TunnelMessage } from './message.ts';
export { decodeMessage, describeMessage, encodeMessage, messageLength, writeMessage } from './message.ts';
export type { MessageTypeName } from './message-type.ts';
export {
  isMessageTypeKnown,
  messageTypeGoName,
  messageTypeName,
  messageTypeNumber,
  messageTypes,
} from './message-type.ts';
export type { DecodedUvarint } from './uvarint.ts';
export { decodeUvarint, encodeUvarint } from './uvarint.ts';
