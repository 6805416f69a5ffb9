import http, { type ClientRequestArgs } from 'node:http';
import { text } from 'node:stream/consumers';
import type { DialOptions, DialTarget, Host, NetSocket } from '../net/net.ts';
import type { Trace } from '../trace.ts';
import { type HttpRequest, type HttpResponse, unaskedUpgrade } from './request.ts';

export interface HttpClientOptions {
  host: Pick<Host, 'connect'>;
  trace: Trace;
  /** How many connections to one target are kept for later requests. */
  idlePerTarget: number;
  /** How long an unused connection is kept, milliseconds. */
  idleMs: number;
}

/** Makes requests and keeps their connections for the next ones. Disposing it closes those that nobody uses. */
export interface HttpClient extends Disposable {
  /** As `httpRequest`. A connection kept too long is replaced by a new one, unseen. @throws as `httpRequest` */
  request(options: HttpRequest): Promise<HttpResponse>;
}

/** What an agent is handed on to dial with. */
type Dialled = ClientRequestArgs & { target: DialTarget; dial: DialOptions };

/** Tells an agent what became of a dial. */
type Done = (error: Error | null, socket?: NetSocket) => void;

export function createHttpClient({ host, trace, idlePerTarget, idleMs }: HttpClientOptions): HttpClient {
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: idlePerTarget, timeout: idleMs });
  agent.createConnection = (options, done) => {
    const { target, dial } = options as Dialled;
    void open(target, dial, done as Done);
    return undefined;
  };

  async function open(target: DialTarget, dial: DialOptions, done: Done): Promise<void> {
    let socket: NetSocket;
    try {
      socket = await host.connect(target, dial);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, socket);
  }

  function send(options: HttpRequest): Promise<HttpResponse | 'stale'> {
    const { target, method = 'GET', path, headers, body, signal, parent } = options;
    return new Promise((resolve, reject) => {
      const dialled: Dialled = {
        target,
        dial: options,
        agent,
        method,
        path,
        setDefaultHeaders: false,
        headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
        // They name the pool a connection is kept in.
        ...('path' in target ? { socketPath: target.path } : { host: target.address, port: target.port }),
      };
      const request = http.request(dialled);
      const abort = () => request.destroy();
      signal?.addEventListener('abort', abort, { once: true });
      request.once('close', () => signal?.removeEventListener('abort', abort));
      request.once('socket', (socket) => {
        if (!request.reusedSocket || parent === undefined) return;
        // The far end looks up what led to its request.
        trace.link((socket as unknown as NetSocket).connection, parent);
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        if (signal?.aborted) reject(signal.reason);
        else if (request.reusedSocket && error.code === 'ECONNRESET') resolve('stale');
        else reject(error);
      });
      // Without a listener node hangs up and tells nobody.
      request.once('upgrade', (_response, socket) => {
        socket.destroy();
        reject(unaskedUpgrade());
      });
      request.once('response', (response) => {
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, body: response, text: () => text(response) });
      });
      request.end(body);
    });
  }

  return {
    async request(options) {
      options.signal?.throwIfAborted();
      for (;;) {
        const response = await send(options);
        if (response !== 'stale') return response;
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
