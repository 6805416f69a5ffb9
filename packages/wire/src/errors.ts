/**
 * Every error this package throws: stable code → message template.
 *
 * A message says what was tried, what was found and what to do. `{name}` is filled from the parameters.
 * Codes are never reused for another meaning.
 */
export const wireErrorTemplates = {
  WIRE_ERR_TRUNCATED_VARINT:
    'Reading {what}: the bytes end after {found} of an unfinished varint. Pass the whole WebSocket message.',
  WIRE_ERR_VARINT_OVERFLOW:
    'Reading {what}: binary: varint overflows a 64-bit integer. Treat the peer as broken, as upstream does.',
  WIRE_ERR_VARINT_RANGE:
    'Encoding a varint: {found} is not an integer from 0 to 2^64-1. Pass an unsigned integer.',
  WIRE_ERR_CONNECT_ID_RANGE:
    'Handling a connectID: {found} is not an integer from 0 to 2^53-1. Go allows the full uint64, this ' +
    'package uses number: keep ids small, as the counter of cloudcore does.',
  WIRE_ERR_MESSAGE_TYPE_RANGE:
    'Handling a message type: {found} is not an integer from 0 to 2^53-1. Use a value of messageTypes.',
  WIRE_ERR_MESSAGE_TYPE_NAME: 'Looking up message type {found}: no release has it. Use one of {known}.',
  WIRE_ERR_BODY_BYTES_MAX:
    'Decoding a message: bodyBytesMax is {found}. Pass a non-negative integer, or null for no cap.',
  WIRE_ERR_CONNECT_JSON:
    'Decoding a *_CONNECT payload: it is not JSON, {found} at character {offset}. Log it and answer nothing, ' +
    'as edgecore does.',
  WIRE_ERR_CONNECT_SHAPE:
    'Decoding a *_CONNECT payload: {field} must be {expected}, found {found}. Log it and answer nothing, ' +
    'as edgecore does.',
  WIRE_ERR_BEEHIVE_JSON:
    'Decoding a message of CloudHub or edgehub: it is not JSON, {found}. Close the connection, as upstream does.',
  WIRE_ERR_BEEHIVE_SHAPE:
    'Decoding a message of CloudHub or edgehub: {field} must be {expected}, found {found}. Close the connection, ' +
    'as upstream does.',
  WIRE_ERR_REQUEST_TARGET: "Parsing request target {found}: {reason}. Answer 400, as Go's net/http does.",
  WIRE_ERR_DIALECT_UNKNOWN:
    'Looking up the dialect of release {found}: no such KubeEdge release is known, nearest are {nearest}. ' +
    'Use one of those, or build a Dialect by hand.',
  WIRE_ERR_DIALECT_NO_TUNNEL:
    'Looking up the dialect of release {found}: it has no stream tunnel. Use v1.3.0 or later.',
} as const;

/** One of the stable codes of {@link wireErrorTemplates}. */
export type WireErrorCode = keyof typeof wireErrorTemplates;

/** The only error class this package throws; tell cases apart by `code`. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;
  /** What Go's error says in the same place (for imitated log lines); empty when Go has no counterpart. */
  readonly goText: string;

  constructor(code: WireErrorCode, message: string, goText: string) {
    super(message);
    this.code = code;
    this.goText = goText;
  }
}

/**
 * Builds (does not throw) the error of one code.
 *
 * @param params values for the template's placeholders
 * @param goText Go's own error text, when upstream code logs it
 */
export function wireError(
  code: WireErrorCode,
  params: Readonly<Record<string, string | number>>,
  goText = '',
): WireError {
  const message = wireErrorTemplates[code].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
  return new WireError(code, message, goText);
}
