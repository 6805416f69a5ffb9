import { wireError } from './errors.ts';
import { goStringFromBytes, goStringToBytes } from './go-string.ts';

/**
 * Go's url.URL, as a *_CONNECT payload carries it. All strings may hold non-UTF-8 bytes (see go-string.ts).
 *
 * `user` is null or an empty object: Userinfo has no exported field, so its content never travels.
 */
export type ConnectUrl = {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: Readonly<Record<string, never>> | null;
  /** host or host:port */
  readonly host: string;
  /** decoded path */
  readonly path: string;
  /** encoded path, only set when it differs from the default encoding of `path` */
  readonly rawPath: string;
  readonly omitHost: boolean;
  readonly forceQuery: boolean;
  /** encoded query without `?` */
  readonly rawQuery: string;
  readonly fragment: string;
  readonly rawFragment: string;
};

/** Go's zero url.URL. */
export const emptyConnectUrl: ConnectUrl = Object.freeze({
  scheme: '',
  opaque: '',
  user: null,
  host: '',
  path: '',
  rawPath: '',
  omitHost: false,
  forceQuery: false,
  rawQuery: '',
  fragment: '',
  rawFragment: '',
});

// Go net/url/url.go shouldEscape: bytes left alone, besides letters and digits, by encoding mode.
const plainMarks = {
  path: '-_.~$&+,/:;=@',
  fragment: '-_.~$&+,/:;=?@!()*',
  host: '-_.~!$&\'()*+,;=:[]<>"',
} as const;
type EscapeMode = keyof typeof plainMarks;

/** Go net/url/url.go validEncoded: also allowed in an encoded path or fragment that a peer wrote. */
const validMarks = "!$&'()*+,;=:@[]%";

/**
 * Go's `(*url.URL).String()`: what edgecore requests from edged.
 *
 * Go net/url/url.go String, EscapedPath. kubeedge v1.6.1 pkg/stream/edgedmetricsconnection.go Serve.
 * An edge built with Go < 1.15 (< 1.19) does not know `rawFragment` (`omitHost`): pass them zero for it.
 */
export function connectUrlToString(url: ConnectUrl): string {
  let text = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') {
    text += url.opaque;
  } else {
    text += authority(url);
    const path = escapedPath(url);
    if (path !== '' && !path.startsWith('/') && url.host !== '') text += '/';
    if (text === '' && (path.split('/', 1)[0] ?? '').includes(':')) text += './';
    text += path;
  }
  if (url.forceQuery || url.rawQuery !== '') text += `?${url.rawQuery}`;
  if (url.fragment !== '') text += `#${escapedFragment(url)}`;
  return text;
}

/**
 * What Go's net/http server makes of a request target in origin form, e.g. `/stats/summary?a=b`: the URL with
 * only path, rawPath, rawQuery and forceQuery set. Cloudcore then sets scheme and host.
 *
 * Go net/url/url.go ParseRequestURI, setPath.
 *
 * @throws WireError WIRE_ERR_REQUEST_TARGET when it does not start with `/`, holds a control character or a
 *   broken percent escape
 */
export function connectUrlFromRequestTarget(target: string): ConnectUrl {
  const fail = (reason: string) =>
    wireError('WIRE_ERR_REQUEST_TARGET', { found: JSON.stringify(target), reason });
  if (/[\u0000-\u001f\u007f]/.test(target)) throw fail('it holds a control character');
  if (!target.startsWith('/')) throw fail('only the origin form, beginning with /, is supported');
  const mark = target.indexOf('?');
  const rawPath = mark === -1 ? target : target.slice(0, mark);
  const rawQuery = mark === -1 ? '' : target.slice(mark + 1);
  const path = unescapePercent(rawPath);
  if (path === null) throw fail('it holds a broken percent escape');
  return {
    ...emptyConnectUrl,
    path,
    rawPath: escapePercent(path, 'path') === rawPath ? '' : rawPath,
    rawQuery,
    forceQuery: mark === target.length - 1,
  };
}

function authority(url: ConnectUrl): string {
  if (url.scheme === '' && url.host === '' && url.user === null) return '';
  if (url.omitHost && url.host === '' && url.user === null) return '';
  let text = url.host !== '' || url.path !== '' || url.user !== null ? '//' : '';
  if (url.user !== null) text += '@';
  return text + escapePercent(url.host, 'host');
}

function escapedPath(url: ConnectUrl): string {
  if (isEncodingOf(url.rawPath, url.path, 'path')) return url.rawPath;
  // Go issue 11202: the target of OPTIONS * stays as it is.
  return url.path === '*' ? '*' : escapePercent(url.path, 'path');
}

function escapedFragment(url: ConnectUrl): string {
  if (isEncodingOf(url.rawFragment, url.fragment, 'fragment')) return url.rawFragment;
  return escapePercent(url.fragment, 'fragment');
}

function isEncodingOf(raw: string, plain: string, mode: EscapeMode): boolean {
  if (raw === '') return false;
  const valid = [...goStringToBytes(raw)].every((byte) => isPlain(byte, mode) || isOneOf(byte, validMarks));
  return valid && unescapePercent(raw) === plain;
}

function escapePercent(text: string, mode: EscapeMode): string {
  let escaped = '';
  for (const byte of goStringToBytes(text)) {
    escaped += isPlain(byte, mode)
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** Undoes percent escapes; null when one is broken. */
function unescapePercent(text: string): string | null {
  const bytes = goStringToBytes(text);
  const plain: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 0x25) {
      plain.push(bytes[at] ?? 0);
      continue;
    }
    const digits = String.fromCharCode(...bytes.subarray(at + 1, at + 3));
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) return null;
    plain.push(Number.parseInt(digits, 16));
    at += 2;
  }
  return goStringFromBytes(Uint8Array.from(plain));
}

function isPlain(byte: number, mode: EscapeMode): boolean {
  const char = String.fromCharCode(byte);
  return byte < 0x80 && (/[A-Za-z0-9]/.test(char) || plainMarks[mode].includes(char));
}

function isOneOf(byte: number, marks: string): boolean {
  return byte < 0x80 && marks.includes(String.fromCharCode(byte));
}
