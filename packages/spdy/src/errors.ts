/**
 * Every error this package throws or reports: stable code → message template.
 *
 * A message says what was tried, what was found and what to do. `{name}` is filled from the parameters.
 * Codes are never reused for another meaning.
 */
export const spdyErrorTemplates = {
  SPDY_ERR_VERSION:
    'Decoding a control frame: its version is {found}, this is SPDY/3 and 3.1 (version 3). Close the session.',
  SPDY_ERR_FRAME_LENGTH:
    'Decoding a {type} frame: its length is {found}, and must be {expected}. Close the session.',
  SPDY_ERR_FRAME_TOO_LARGE:
    'Decoding a {type} frame: it announces {found} bytes, the limit is {limit}. Close the session, or raise ' +
    '{option}.',
  SPDY_ERR_FRAME_FLAGS: 'Decoding a {type} frame: its flags are {found}, and must be 0. Close the session.',
  SPDY_ERR_STREAM_ZERO: 'Decoding a {type} frame: its stream id is 0. Close the session.',
  SPDY_ERR_STATUS_ZERO:
    'Decoding a RST_STREAM frame of stream {streamId}: its status is 0, which means nothing. Close the session.',
  SPDY_ERR_COMPRESSION:
    'Decompressing the header block of a {type} frame: {found}. The shared zlib state is lost: close the session.',
  SPDY_ERR_HEADER_BLOCK_TOO_LARGE:
    'Decompressing the header block of a {type} frame: it is larger than {limit} bytes. The shared zlib state is ' +
    'lost: close the session, or raise headerBlockBytesMax.',
  SPDY_ERR_HEADER_BLOCK: 'Decoding a header block: {found}. Reset the stream with PROTOCOL_ERROR.',
  SPDY_ERR_HEADER_NAMES_TOO_MANY:
    'Decoding a header block: it announces {found} names, the limit is {limit}. Reset the stream, or raise ' +
    'headerNamesMax.',
  SPDY_ERR_ENCODE: 'Encoding a {type} frame: {field} is {found}, and must be {expected}.',
  SPDY_ERR_STREAM_ID:
    'Receiving a SYN_STREAM: its id is {found}, the {role} may open {expected}. The session is closed.',
  SPDY_ERR_SESSION_WINDOW:
    'Receiving DATA: the peer sent {found} bytes more than the session window allows. The session is closed.',
  SPDY_ERR_WINDOW_OVERFLOW:
    'Receiving a {type}: a send window would grow to {found} bytes, the most is 2^31-1. The session is closed.',
  SPDY_ERR_NO_MORE_STREAMS: 'Opening a stream: {found}. Open a new session.',
  SPDY_ERR_CHANNEL_MESSAGE:
    'Decoding a message of v5.channel.k8s.io: {found}. Close the WebSocket with 1002.',
  SPDY_ERR_OPTION: 'Making a {what}: {option} is {found}. Pass {expected}.',
} as const;

/** One of the stable codes of {@link spdyErrorTemplates}. */
export type SpdyErrorCode = keyof typeof spdyErrorTemplates;

/** The only error class of this package; tell cases apart by `code`. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError';
  readonly code: SpdyErrorCode;

  constructor(code: SpdyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Builds (does not throw) the error of one code.
 *
 * @param params values for the template's placeholders
 */
export function spdyError(
  code: SpdyErrorCode,
  params: Readonly<Record<string, string | number>> = {},
): SpdyError {
  const message = spdyErrorTemplates[code].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
  return new SpdyError(code, message);
}
