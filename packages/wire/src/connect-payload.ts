import type { ConnectUrl } from './connect-url.ts';
import { emptyConnectUrl } from './connect-url.ts';
import type { Dialect, UrlJsonField } from './dialect.ts';
import { wireError } from './errors.ts';
import type { GoJson, GoJsonObject } from './go-json.ts';
import { goJsonString, parseGoJson } from './go-json.ts';
import { goStringToBytes } from './go-string.ts';
import { messageTypes } from './message-type.ts';

/** Go's http.Header: canonical name → values. A Map, so that no name can reach a prototype. */
export type ConnectHeader = ReadonlyMap<string, readonly string[]>;

/**
 * The data of a *_CONNECT message.
 *
 * kubeedge v1.6.1 pkg/stream/edgedlogconnection.go, edgedmetricsconnection.go, edgedexecconnection.go;
 * v1.14.0 pkg/stream/edgedattachconnection.go. The JSON is the same in every release that has the type.
 */
export type ConnectPayload = {
  /** The id answers carry; upstream uses this one, not the connectID of the message around it. */
  readonly messId: number;
  readonly url: ConnectUrl;
  /** null stays null: upstream's METRIC_CONNECT handler then panics, which is the caller's to imitate. */
  readonly header: ConnectHeader | null;
  /** HTTP method; only EXEC_CONNECT and ATTACH_CONNECT have it. */
  readonly method?: string;
};

const urlProperties = {
  Scheme: 'scheme',
  Opaque: 'opaque',
  User: 'user',
  Host: 'host',
  Path: 'path',
  RawPath: 'rawPath',
  OmitHost: 'omitHost',
  ForceQuery: 'forceQuery',
  RawQuery: 'rawQuery',
  Fragment: 'fragment',
  RawFragment: 'rawFragment',
} as const satisfies Record<UrlJsonField, keyof ConnectUrl>;
const urlFieldsByKey = new Map(
  (Object.keys(urlProperties) as UrlJsonField[]).map((field) => [field.toLowerCase(), field]),
);

/** The mutable shape of a header while it is read. */
type HeaderMap = Map<string, readonly string[]>;

/**
 * Encodes a payload byte for byte as Go's json.Marshal would in that release.
 *
 * Fields of the URL the dialect's toolchain does not have are left out; `method` is written when it is set.
 *
 * @throws WireError WIRE_ERR_CONNECT_ID_RANGE when `messId` is no integer from 0 to 2^53-1
 */
export function encodeConnectPayload(payload: ConnectPayload, dialect: Dialect): Uint8Array {
  if (!Number.isSafeInteger(payload.messId) || payload.messId < 0) {
    throw wireError('WIRE_ERR_CONNECT_ID_RANGE', { found: payload.messId });
  }
  const quote = (text: string) => goJsonString(text, dialect.jsonShortEscapes);
  const url = dialect.urlJsonFields.map((field) => {
    const value = payload.url[urlProperties[field]];
    return `"${field}":${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`;
  });
  const method = payload.method === undefined ? '' : `,"method":${quote(payload.method)}`;
  const text =
    `{"MessID":${payload.messId},"url":{${url.join(',')}}` +
    `,"header":${headerJson(payload.header, quote)}${method}}`;
  return new TextEncoder().encode(text);
}

/**
 * Decodes a payload as tolerantly as Go's json.Unmarshal: keys in any case, unknown keys ignored, missing or
 * null fields zero, of duplicate keys the last counts (objects are merged).
 *
 * A header value of null becomes an empty list; Go keeps nil there, which no code can tell apart.
 *
 * @param messageType the type of the message around it: METRIC_CONNECT and LOGS_CONNECT then ignore a
 *   `method` key, EXEC_CONNECT and ATTACH_CONNECT always have one. Without it `method` is set when the
 *   JSON has it.
 * @throws WireError WIRE_ERR_CONNECT_JSON when it is no JSON, WIRE_ERR_CONNECT_SHAPE when a field has a type
 *   Go refuses, WIRE_ERR_CONNECT_ID_RANGE when MessID fits Go's uint64 but not 2^53-1
 */
export function decodeConnectPayload(bytes: Uint8Array, messageType?: number): ConnectPayload {
  const root = objectOrNull(parseGoJson(bytes), 'the payload');
  const hasMethod = messageType === messageTypes.EXEC_CONNECT || messageType === messageTypes.ATTACH_CONNECT;
  const url: Record<string, unknown> = { ...emptyConnectUrl };
  const result: { messId: number; header: HeaderMap | null; method?: string } = { messId: 0, header: null };
  if (hasMethod) result.method = '';
  for (const [key, value] of root?.entries ?? []) {
    switch (foldKey(key)) {
      case 'messid':
        result.messId = messId(value) ?? result.messId;
        break;
      case 'url':
        readUrl(value, url);
        break;
      case 'header':
        result.header = value === null ? null : readHeader(value, result.header);
        break;
      case 'method':
        if (!hasMethod && messageType !== undefined) break;
        result.method = string(value, 'method') ?? result.method ?? '';
        break;
    }
  }
  return { ...result, url: url as ConnectUrl };
}

function headerJson(header: ConnectHeader | null, quote: (text: string) => string): string {
  if (header === null) return 'null';
  // encoding/json sorts map keys by their bytes, which UTF-16 order is not.
  const names = [...header.keys()].sort((a, b) => compareBytes(goStringToBytes(a), goStringToBytes(b)));
  const fields = names.map((name) => `${quote(name)}:[${(header.get(name) ?? []).map(quote).join(',')}]`);
  return `{${fields.join(',')}}`;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function readUrl(value: GoJson, url: Record<string, unknown>): void {
  for (const [key, member] of objectOrNull(value, 'url')?.entries ?? []) {
    const field = urlFieldsByKey.get(foldKey(key));
    if (field === undefined) continue;
    const property = urlProperties[field];
    if (field === 'User') url[property] = objectOrNull(member, 'url.User') === null ? null : {};
    else if (field === 'OmitHost' || field === 'ForceQuery') {
      url[property] = boolean(member, `url.${field}`) ?? url[property];
    } else url[property] = string(member, `url.${field}`) ?? url[property];
  }
}

function readHeader(value: GoJson, before: HeaderMap | null): HeaderMap {
  const header: HeaderMap = before ?? new Map();
  for (const [name, values] of objectOrNull(value, 'header')?.entries ?? []) {
    const field = `header ${JSON.stringify(name)}`;
    if (values !== null && (typeof values !== 'object' || values.kind !== 'array')) {
      throw shape(field, 'a list of strings', values);
    }
    header.set(
      name,
      (values?.items ?? []).map((item) => string(item, field) ?? ''),
    );
  }
  return header;
}

/** Go's strconv.ParseUint on the literal: `1.0`, `1e3` and `-0` are refused. */
function messId(value: GoJson): number | null {
  if (value === null) return null;
  const literal = typeof value === 'object' && value.kind === 'number' ? value.literal : '';
  if (!/^\d+$/.test(literal) || literal.length > 20 || BigInt(literal) > 0xffff_ffff_ffff_ffffn) {
    throw shape('MessID', 'an unsigned 64-bit integer', value);
  }
  const id = Number(literal);
  if (!Number.isSafeInteger(id)) throw wireError('WIRE_ERR_CONNECT_ID_RANGE', { found: literal });
  return id;
}

function string(value: GoJson, field: string): string | null {
  if (value === null || typeof value === 'string') return value;
  throw shape(field, 'a string', value);
}

function boolean(value: GoJson, field: string): boolean | null {
  if (value === null || typeof value === 'boolean') return value;
  throw shape(field, 'a boolean', value);
}

function objectOrNull(value: GoJson, field: string): GoJsonObject | null {
  if (value === null || (typeof value === 'object' && value.kind === 'object')) return value;
  throw shape(field, 'an object', value);
}

function shape(field: string, expected: string, value: GoJson) {
  const found =
    value === null
      ? 'null'
      : typeof value !== 'object'
        ? `a ${typeof value}`
        : value.kind === 'number'
          ? `the number ${value.literal.slice(0, 40)}`
          : `an ${value.kind}`;
  return wireError('WIRE_ERR_CONNECT_SHAPE', { field, expected, found });
}

/** Go encoding/json/fold.go: ASCII case, and the two letters that fold into it (long s, Kelvin sign). */
function foldKey(key: string): string {
  return key.replace(/[A-Z\u017f\u212a]/g, (letter) =>
    letter === '\u017f' ? 's' : letter === '\u212a' ? 'k' : letter.toLowerCase(),
  );
}
