import http, { type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { DialOptions, DialTarget, Host } from '../net/net.ts';

export interface HttpRequest extends DialOptions {
  /** Whom to dial; the Host header defaults to it. */
  target: DialTarget;
  method?: string;
  /** Request target, e.g. `/stats/summary?only_cpu_and_memory=true`. */
  path: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Uint8Array;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body as it arrives; read it or destroy it. */
  readonly body: IncomingMessage;
  /** The whole body as UTF-8 text. */
  text(): Promise<string>;
}

/** What becomes of a request that is answered 101: the far end speaks another protocol from there on. */
export const unaskedUpgrade = () =>
  Object.assign(new Error('unexpected status 101 Switching Protocols'), { code: 'ERR_HTTP_UPGRADE' });

/**
 * One HTTP/1.1 request on a connection of its own, from `host`. Resolves when the response's head is there.
 * @throws NetError, TlsError from the dial; ERR_HTTP_UPGRADE when the answer is 101; ECONNRESET ("socket hang up") when the server goes away; the signal's
 * reason
 */
export async function httpRequest(host: Pick<Host, 'connect'>, options: HttpRequest): Promise<HttpResponse> {
  const { target, method = 'GET', path, headers, body, signal } = options;
  signal?.throwIfAborted();
  const socket = await host.connect(target, options);
  return new Promise<HttpResponse>((resolve, reject) => {
    // Node refuses a header or a path it cannot send by throwing here, with the connection already open.
    const request = http.request({
      method,
      path,
      setDefaultHeaders: false,
      headers: {
        host: 'path' in target ? 'docker' : `${target.address}:${target.port}`,
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      },
      createConnection: () => socket,
    });
    const abort = () => socket.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', abort));
    request.once('error', (error) => reject(signal?.aborted ? signal.reason : error));
    request.once('upgrade', (_response, taken) => {
      taken.destroy();
      reject(unaskedUpgrade());
    });
    request.once('response', (response) => {
      // One request, one connection: the end of the body is the end of both.
      response.once('close', () => socket.destroy());
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response,
        text: () => text(response),
      });
    });
    request.end(body);
  }).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
}
