import { type IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import {
  type Host,
  type HttpClient,
  NetError,
  TlsError,
  type TraceKinds,
  type World,
} from '@kubeedge-sim/sim-kit';
import { type ConnectPayload, connectUrlToString } from '@kubeedge-sim/wire';
import type { ComponentLog } from '../component-log.ts';
import type { EdgecoreLimits, ReachLimit } from '../limits.ts';
import { type GoTarget, goTarget } from './go-target.ts';

export interface AskEdgedOptions {
  world: World;
  host: Host;
  client: HttpClient;
  log: ComponentLog;
  /** Whether Accept-Encoding is forced to identity. */
  identity: boolean;
  /** What a failure is reported as: klog's file and line, and the kind of request. */
  report: { readonly source: string; readonly what: 'logs' | 'metrics' };
  payload: ConnectPayload;
  limits: EdgecoreLimits;
  reachLimit: ReachLimit;
  signal: AbortSignal;
  parent: number;
}

/** A body as it arrives. Closing it ends the request's connection. */
export interface EdgedBody {
  readonly bytes: Readable;
  close(): void;
}

/**
 * Go's `http.Client` gives up after so many; golang/go go1.14 src/net/http/client.go defaultCheckRedirect.
 */
const REDIRECTS_MAX = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

/** A request that failed, in the words of Go's `http.Client`; `url` is the one it was for. */
class RequestError extends Error {
  readonly url: string;
  constructor(url: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.url = url;
  }
}

/** GETs the payload's URL as Go's default client does; undefined when that failed, which is logged. */
export async function askEdged(options: AskEdgedOptions): Promise<EdgedBody | undefined> {
  const { world, host, log, payload, report, signal, parent } = options;
  const url = connectUrlToString(payload.url);
  const emit = (detail: Omit<TraceKinds['edgestream.request'], 'connectId' | 'url'>) => {
    const event = { connectId: payload.messId, url, ...detail };
    world.trace.emit({
      host: host.name,
      component: 'edgestream',
      kind: 'edgestream.request',
      detail: event,
      parent,
    });
  };
  try {
    using _wait = world.waiting(`edgestream on ${host.name} for ${url}`);
    const response = await follow(options, url);
    emit({ outcome: 'answered', status: response.statusCode ?? 0 });
    return bodyOf(options, response);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RequestError)) throw error;
    emit({ outcome: 'failed', error: error.message });
    const text = world.net.describe(`Get "${error.url}": ${error.message}`);
    log.error(report.source, `request ${report.what} error ${text}`);
    return undefined;
  }
}

/** Follows redirects as golang/go go1.14 src/net/http/client.go do and redirectBehavior. */
async function follow(options: AskEdgedOptions, url: string): Promise<IncomingMessage> {
  let current = url;
  let referer: string | undefined;
  for (let redirects = 0; ; redirects++) {
    const response = await get(options, current, referer);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (!REDIRECTS.includes(status) || (location === undefined && status >= 307)) return response;
    response.destroy();
    if (location === undefined) throw new RequestError(current, `${status} response missing Location header`);
    referer = current;
    current = URL.parse(location, current)?.href ?? location;
    if (redirects + 1 >= REDIRECTS_MAX)
      throw new RequestError(current, `stopped after ${REDIRECTS_MAX} redirects`);
  }
}

async function get(options: AskEdgedOptions, url: string, referer?: string): Promise<IncomingMessage> {
  const { client, signal, parent } = options;
  const target = goTarget(url);
  if (typeof target === 'string') throw new RequestError(url, target);
  const headers = requestHeaders(options, target, referer);
  if (typeof headers === 'string') throw new RequestError(url, headers);
  try {
    const { body } = await client.request({
      target: target.endpoint,
      path: target.requestTarget,
      headers,
      component: 'edgestream',
      parent,
      signal,
      ...(target.encrypted && { tls: { verify: true, roots: [] } }),
    });
    return body;
  } catch (error) {
    signal.throwIfAborted();
    throw new RequestError(url, requestErrorText(error), { cause: error });
  }
}

function requestErrorText(error: unknown): string {
  if (error instanceof NetError && error.code !== 'ECONNRESET') return error.goText;
  if (error instanceof TlsError) {
    return error.verdict === 'not-tls' ? 'http: server gave HTTP response to HTTPS client' : error.message;
  }
  const { code = '' } = error as { code?: string };
  if (code === 'ECONNRESET') return 'EOF';
  if (code.startsWith('HPE_'))
    return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  // What Node refuses for a reason of its own, whatever bytes it was given, must not end more than this request.
  if (code !== '') return `net/http: ${(error as Error).message}`;
  throw error;
}

// golang/go go1.14 src/net/http/request.go reqWriteExcludeHeader.
const NOT_FORWARDED = ['Host', 'User-Agent', 'Content-Length', 'Transfer-Encoding', 'Trailer'];

/**
 * Go writes Host first, then User-Agent, then the rest by name and at last what its transport adds; a header
 * that the caller gave several values is written as often. A string is Go's error text.
 * Source: golang/go go1.14 src/net/http/request.go write, transport.go roundTrip.
 */
function requestHeaders(
  { payload, identity }: AskEdgedOptions,
  target: GoTarget,
  referer: string | undefined,
) {
  const given = new Map(payload.header ?? []);
  if (identity) given.set('Accept-Encoding', ['identity']);
  if (referer !== undefined) given.set('Referer', [referer]);
  const headers: Record<string, string | string[]> = { Host: target.host };
  const [agent = 'Go-http-client/1.1'] = given.get('User-Agent') ?? [];
  if (agent !== '') headers['User-Agent'] = agent;
  for (const [name, texts] of [...given].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Go writes the bytes of its strings, which are UTF-8; node:http writes a byte for each character.
    const values = texts.map((value) => Buffer.from(value).toString('latin1'));
    const problem = headerProblem(name, values);
    if (problem !== undefined) return problem;
    if (!NOT_FORWARDED.includes(name)) headers[name] = values;
  }
  if (!given.has('Accept-Encoding')) headers['Accept-Encoding'] = 'gzip';
  return headers;
}

function headerProblem(name: string, values: readonly string[]): string | undefined {
  try {
    validateHeaderName(name);
  } catch {
    return `net/http: invalid header field name ${JSON.stringify(name)}`;
  }
  for (const value of values) {
    try {
      validateHeaderValue(name, value);
    } catch {
      return `net/http: invalid header field value ${JSON.stringify(value)} for key ${name}`;
    }
  }
  return undefined;
}

/** Go unpacks what it has asked for on its own account (transport.go). */
function bodyOf(options: AskEdgedOptions, response: IncomingMessage): EdgedBody {
  const { identity, payload } = options;
  const asked = identity || payload.header?.has('Accept-Encoding') === true;
  const packed = !asked && response.headers['content-encoding'] === 'gzip';
  return {
    bytes: packed ? Readable.from(unpacked(options, response)) : response,
    close: () => response.destroy(),
  };
}

/** In one piece: the asynchronous unpackers of node:zlib work outside of the world. */
async function* unpacked(
  { limits, reachLimit, payload, parent }: AskEdgedOptions,
  response: IncomingMessage,
): AsyncGenerator<Uint8Array> {
  const { gzipBytes: most } = limits;
  const tooLong = () => {
    const peer = connectUrlToString(payload.url);
    reachLimit('gzipBytes', { peer, consequence: 'the answer is cut' }, parent);
    return new Error('unexpected EOF');
  };
  const packed: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > most) throw tooLong();
    packed.push(chunk);
  }
  try {
    yield gunzipSync(Buffer.concat(packed), { maxOutputLength: most });
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLong() : error;
  }
}
