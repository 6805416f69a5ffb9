import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { constants, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import {
  ConnectionGuard,
  type Listener,
  listenHttp,
  type NetSocket,
  type TlsServerOptions,
} from '@kubeedge-sim/sim-kit';
import { superfluousWriteHeader } from '../messages.ts';
import type { CloudcoreProcess } from '../process.ts';
import { GoPanic } from './go-panic.ts';
import { type GoRequest, goRequest, type RequestParts } from './go-request.ts';
import { GoResponse } from './go-response.ts';
import { http2Sink, nodeSink, type ResponseSink, rawSink } from './response-sink.ts';

// golang/go src/net/http/h2_bundle.go http2defaultMaxStreams
const HTTP2_STREAMS_MAX = 250;

/** An http.Handler. It may throw {@link GoPanic}; anything else it throws is a defect of this simulator. */
export type GoHandler = (request: GoRequest, response: GoResponse) => Promise<void> | void;

/**
 * A Go http.Server with TLS: HTTP/1.0, 1.1 and, chosen by ALPN, 2. node parses, Go's habits are added here
 * (golang/go src/net/http/server.go conn.serve).
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function listenGoHttp(
  process: CloudcoreProcess,
  options: {
    port: number;
    tls: TlsServerOptions;
    handler: GoHandler;
    /** Leaves bodies for handlers to read; default false: they are thrown away. */
    readsBodies?: boolean;
  },
): Promise<Listener> {
  const { port, tls, handler, readsBodies = false } = options;
  const guard = new ConnectionGuard(process.world.clock, process.limits, (limit, socket) =>
    process.reachLimit(limit, {
      peer: addressOf(socket),
      consequence: `a connection to port ${port} is closed`,
    }),
  );
  const http1 = createHttp1Server(process, handler, guard, readsBodies);
  const plain2 = createHttp2Server({ settings: { maxConcurrentStreams: HTTP2_STREAMS_MAX } });
  plain2.on('stream', (stream, _headers, _flags, rawHeaders) => {
    const socket = stream.session?.socket as unknown as NetSocket;
    guard.heard(socket.connection);
    if (!readsBodies) stream.resume();
    serveHttp2Stream(process, handler, stream, {
      rawHeaders: rawHeaders as unknown as string[],
      ...(readsBodies && { body: stream }),
    });
  });
  plain2.on('sessionError', () => {});
  const listenOptions = {
    component: 'cloudcore',
    tls: { ...tls, alpn: ['h2', 'http/1.1'] },
    onTlsError: (error: Error, remote: string) =>
      process.logGo(`http: TLS handshake error from ${remote}: ${error.message}`),
  };
  const listener = await listenHttp(process.host, { port }, listenOptions, (socket) => {
    if (guard.admit(socket)) (socket.alpnProtocol === 'h2' ? plain2 : http1).emit('connection', socket);
  });
  const close = async () => {
    guard[Symbol.dispose]();
    await listener.close();
  };
  return { ...listener, close, [Symbol.asyncDispose]: close };
}

const addressOf = ({ remoteAddress, remotePort }: NetSocket) => `${remoteAddress}:${remotePort}`;

function createHttp1Server(
  process: CloudcoreProcess,
  handler: GoHandler,
  guard: ConnectionGuard,
  readsBodies: boolean,
): Server {
  const server = createServer({
    keepAliveTimeout: 0,
    requestTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: process.limits.headerBytes,
    // Go's own answer is given instead of node's.
    requireHostHeader: false,
  });
  // A client that only closes its writing side still gets its answer from Go.
  Object.assign(server, { httpAllowHalfOpen: true });
  // Go handles one request of a connection after the other.
  const turns = new WeakMap<object, Promise<void>>();
  const serve = (message: IncomingMessage, response: ServerResponse) => {
    const socket = message.socket as unknown as NetSocket;
    if (!guard.begin(socket.connection)) return;
    response.once('close', () => guard.end(socket.connection));
    if (!readsBodies) message.resume();
    const turn = (turns.get(socket) ?? Promise.resolve()).then(() =>
      serveHttp1(
        process,
        handler,
        message,
        (proto) =>
          proto === '1.0' ? rawSink(socket, proto, () => {}) : nodeSink(response, process.world.clock),
        readsBodies ? { body: message } : {},
      ),
    );
    // What the handler has not read is thrown away.
    turns.set(
      socket,
      turn.then(() => void message.resume()),
    );
  };
  server.on('request', serve);
  server.on('checkContinue', (message: IncomingMessage, response: ServerResponse) => {
    // Go asks for the body when a handler reads it.
    if (readsBodies) response.writeContinue();
    serve(message, response);
  });
  server.on('upgrade', (message: IncomingMessage, socket: unknown, head: Buffer) => {
    const hijackable = { message, socket: socket as NetSocket, head };
    guard.heard(hijackable.socket.connection);
    // An upgrade refused leaves a connection that can carry further requests.
    const again = () => void server.emit('connection', hijackable.socket);
    void serveHttp1(process, handler, message, (proto) => rawSink(hijackable.socket, proto, again), {
      hijackable,
    });
  });
  server.on('clientError', (error: Error & { code?: string }, socket) => {
    const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    if (isTooLarge) {
      const peer = addressOf(socket as unknown as NetSocket);
      process.reachLimit('headerBytes', { peer, consequence: 'the request is answered 431' });
    }
    if (socket.writable) socket.end(isTooLarge ? errorText(TOO_LARGE) : badRequestText(''));
  });
  return server;
}

async function serveHttp1(
  process: CloudcoreProcess,
  handler: GoHandler,
  message: IncomingMessage,
  sinkFor: (proto: '1.0' | '1.1') => ResponseSink,
  more: Pick<RequestParts, 'hijackable' | 'body'> = {},
): Promise<void> {
  const socket = message.socket as unknown as NetSocket;
  if (socket.destroyed) return;
  const cancel = new AbortController();
  const gone = () => cancel.abort();
  // Go's background reader sees the end of the client's half as the end of the request.
  if (socket.readableEnded) gone();
  socket.once('end', gone);
  socket.once('close', gone);
  const proto = message.httpVersion === '1.0' ? '1.0' : '1.1';
  const request = goRequest({
    method: message.method ?? 'GET',
    proto,
    target: message.url ?? '',
    rawHeaders: message.rawHeaders,
    socket,
    done: cancel.signal,
    ...more,
  });
  if ('badRequest' in request) socket.end(badRequestText(request.badRequest));
  else await runHandler(process, handler, request, sinkFor(proto));
  socket.removeListener('end', gone);
  socket.removeListener('close', gone);
}

function serveHttp2Stream(
  process: CloudcoreProcess,
  handler: GoHandler,
  stream: ServerHttp2Stream,
  { rawHeaders, ...more }: Pick<RequestParts, 'rawHeaders' | 'body'>,
): void {
  stream.on('error', () => {});
  const cancel = new AbortController();
  stream.once('close', () => cancel.abort());
  const pseudo = new Map<string, string>();
  const fields: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.startsWith(':')) pseudo.set(name, value);
    else fields.push(name, value);
  }
  const request = goRequest({
    method: pseudo.get(':method') ?? 'GET',
    proto: '2.0',
    target: pseudo.get(':path') ?? '',
    rawHeaders: fields,
    authority: pseudo.get(':authority'),
    socket: stream.session?.socket as unknown as NetSocket,
    done: cancel.signal,
    ...more,
  });
  // h2_bundle.go resets a stream whose path it cannot parse.
  if ('badRequest' in request) stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
  else void runHandler(process, handler, request, http2Sink(stream));
}

async function runHandler(
  process: CloudcoreProcess,
  handler: GoHandler,
  request: GoRequest,
  sink: ResponseSink,
): Promise<void> {
  const parent = process.world.trace.linked(request.connection);
  const caller = process.release.logSources.restfulWriteHeader ?? '';
  const response = new GoResponse(request, sink, {
    nowMs: () => process.world.clock.now(),
    onSuperfluous: () => process.logGo(superfluousWriteHeader(caller), parent),
  });
  process.load.goroutines += 1;
  try {
    await handler(request, response);
    response.finish();
  } catch (error) {
    if (!(error instanceof GoPanic)) throw error;
    const version = request.proto === '2.0' ? 'http2' : 'http';
    process.logGo(`${version}: panic serving ${request.remoteAddress}: ${error.message}`, parent);
    if (!response.hijacked) response.abort();
  } finally {
    process.load.goroutines -= 1;
  }
}

const TOO_LARGE = '431 Request Header Fields Too Large';

const badRequestText = (reason: string) => errorText('400 Bad Request', reason);

/** golang/go src/net/http/server.go conn.serve, errorHeaders */
function errorText(status: string, reason = ''): string {
  const headers = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n';
  return `HTTP/1.1 ${status}\r\n${headers}${status}${reason}`;
}
