import type { Dialect } from './dialect.ts';

/** Path of the tunnel server. kubeedge v1.6.1 cloud/pkg/cloudstream/tunnelserver.go installDefaultHandler */
export const connectPath = '/v1/kubeedge/connect';

const internalIpHeader = 'SessionInternalIP';

/** Who an edge says it is; both strings may be empty. */
export type ConnectIdentity = {
  readonly hostname: string;
  readonly internalIp: string;
};

/**
 * The tunnel headers an edge of this release adds to its WebSocket request, in Go's wire spelling
 * (`Sessionhostnameoveride`) and order: net/http writes headers sorted by name.
 *
 * kubeedge v1.6.1, v1.7.0, v1.9.0 edge/pkg/edgestream/edgestream.go TLSClientConnect
 *
 * @returns `[name, value]` pairs; an empty value is sent, too
 */
export function connectHeaders(dialect: Dialect, identity: ConnectIdentity): [string, string][] {
  const headers: [string, string][] = dialect.hostnameHeadersSent.map((name) => [
    canonicalHeaderName(name),
    headerValue(identity.hostname),
  ]);
  headers.push([canonicalHeaderName(internalIpHeader), headerValue(identity.internalIp)]);
  return headers.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Headers as pairs in arrival order, or as a record such as Node's `request.headers`. */
export type HeaderSource =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * What a cloud of this release reads from the request. Names match in any case; of repeated headers the
 * first counts (pass pairs: a record may hold them joined). A missing header is an empty string; upstream
 * accepts it.
 *
 * An empty `internalIp` is replaced by the TCP peer address from v1.5.0 on; that is up to the caller.
 * kubeedge v1.6.1, v1.7.0, v1.9.0 cloud/pkg/cloudstream/tunnelserver.go connect
 */
export function readConnectHeaders(dialect: Dialect, headers: HeaderSource): ConnectIdentity {
  const pairs = headerPairs(headers);
  const get = (name: string) => {
    const pair = pairs.find(([key]) => key.toLowerCase() === name.toLowerCase());
    return trimBlanks(pair?.[1] ?? '');
  };
  const hostname = dialect.hostnameHeadersRead.map(get).find((value) => value !== '') ?? '';
  return { hostname, internalIp: get(internalIpHeader) };
}

function headerPairs(headers: HeaderSource): (readonly [string, string])[] {
  if (Symbol.iterator in headers) return [...(headers as Iterable<readonly [string, string]>)];
  return Object.entries(headers).flatMap(([name, value]) => {
    const first = typeof value === 'string' ? value : value?.[0];
    return first === undefined ? [] : [[name, first] as const];
  });
}

/** Go net/textproto CanonicalMIMEHeaderKey, for names made of letters, digits and hyphens. */
function canonicalHeaderName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** Go net/http Header.writeSubset: line breaks become blanks, the ends are trimmed. */
function headerValue(value: string): string {
  return trimBlanks(value.replace(/[\r\n]/g, ' '));
}

function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
}
