import type { World } from '@kubeedge-sim/sim-kit';
import type { ClusterAccess } from '../twin/kubeconfig.ts';
import { UsageError } from '../usage-error.ts';

/** An object of the API, as JSON. */
export type ApiObject = Record<string, unknown> & {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
};

export interface ApiErrorDetails {
  code?: string | undefined;
  retryAfterMs?: number | undefined;
}

/** What the API server answered that is no success; `status` is 0 when it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The error code of Node for a status of 0, e.g. `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, { code, retryAfterMs }: ApiErrorDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface ApiRequest {
  query?: Readonly<Record<string, string>>;
  body?: object;
  /** Default application/json. */
  contentType?:
    | 'application/json'
    | 'application/merge-patch+json'
    | 'application/strategic-merge-patch+json';
}

/** A client of a real API server, in JSON. */
export interface ApiClient {
  readonly server: string;
  /** Asks again when the server says when. @throws ApiError */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: ApiRequest,
  ): Promise<ApiObject & { items?: ApiObject[] }>;
  /**
   * Tells of changes from the query's resourceVersion on, until `signal` aborts. Resolves when the server has opened the
   * watch; `ended` resolves when it has ended it, and rejects with an ApiError when it broke or an event told of an error.
   * @throws ApiError when the watch is refused
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
    onEvent: (type: string, object: ApiObject) => void,
  ): Promise<{ ended: Promise<void> }>;
}

const REQUEST_TIMEOUT_MS = 30_000;
/** client-go v0.32.10 rest/request.go `maxRetries`: so often one that is answered with a Retry-After is made again. */
const RETRIES = 10;
/** Upstream waits for as long as it is told. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * A client by @kubernetes/client-node, which is loaded here because it is large and few need it.
 * @throws UsageError when it is not installed, or the certificates are none
 */
export async function connectApiServer(world: World, access: ClusterAccess): Promise<ApiClient> {
  const { createConfiguration, HttpMethod, KubeConfig, RequestContext, Watch } = await loadClientNode();
  const config = new KubeConfig();
  const data = (pem: string | undefined) => pem && Buffer.from(pem).toString('base64');
  const { authorization = '', rootsPem, certificatePem, keyPem, server, verify } = access;
  const [scheme, credentials = ''] = authorization.split(' ');
  const [username, password] = Buffer.from(credentials, 'base64').toString().split(':');
  config.loadFromOptions({
    clusters: [{ name: 'real', server, skipTLSVerify: !verify, caData: data(rootsPem) }],
    users: [
      {
        name: 'real',
        certData: data(certificatePem),
        keyData: data(keyPem),
        ...(scheme === 'Bearer' && { token: credentials }),
        ...(scheme === 'Basic' && { username, password }),
      },
    ],
    contexts: [{ name: 'real', cluster: 'real', user: 'real' }],
    currentContext: 'real',
  });
  const { httpApi } = createConfiguration({});

  async function ask(
    method: keyof typeof HttpMethod,
    path: string,
    { query = {}, body, contentType = 'application/json' }: ApiRequest,
  ): Promise<ApiObject> {
    const url = `${server}${path}${Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`}`;
    const context = new RequestContext(url, HttpMethod[method]);
    context.setHeaderParam('Accept', 'application/json');
    context.setHeaderParam('User-Agent', 'kubeedge-sim');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', contentType);
      context.setBody(JSON.stringify(body));
    }
    const aborting = new AbortController();
    context.setSignal(aborting.signal);
    using _timer = world.clock.setTimeout(() => aborting.abort(), REQUEST_TIMEOUT_MS, `${method} ${path}`);
    const what = `${method} ${path} of ${server}`;
    try {
      await config.applySecurityAuthentication(context);
      const { httpStatusCode, headers, body: answer } = await httpApi.send(context).toPromise();
      const json = parse(await answer.text());
      if (httpStatusCode < 300) return json as ApiObject;
      const { message } = json as { message?: unknown };
      const words = typeof message === 'string' ? message : 'no Status object';
      const retryAfterMs = retryAfter(httpStatusCode, headers['retry-after']);
      throw new ApiError(httpStatusCode, `${what}: ${httpStatusCode} ${words}`, { retryAfterMs });
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      const why = aborting.signal.aborted ? `no answer in ${REQUEST_TIMEOUT_MS / 1_000} s` : message;
      throw new ApiError(0, `${what}: ${why}`, { code });
    }
  }

  return {
    server,
    async request(method, path, options = {}) {
      for (let retries = 0; ; retries++) {
        try {
          return await ask(method, path, options);
        } catch (error) {
          if (!(error instanceof ApiError) || error.retryAfterMs === undefined || retries === RETRIES)
            throw error;
          await world.clock.sleep(error.retryAfterMs, { label: `retry of ${method} ${path}` });
        }
      }
    },
    async watch(path, query, signal, onEvent) {
      if (signal.aborted) return { ended: Promise.resolve() };
      const what = `WATCH ${path} of ${server}`;
      const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
      const take = (type: string, object: ApiObject) => {
        if (signal.aborted) return;
        if (type === 'ERROR') return reject(watchError(what, object));
        try {
          onEvent(type, object);
        } catch (error) {
          // The library would take it for a line that is no JSON.
          reject(error);
        }
      };
      const noAnswer = new ApiError(0, `${what}: no answer in ${REQUEST_TIMEOUT_MS / 1_000} s`);
      using _timer = world.clock.setTimeout(() => reject(noAnswer), REQUEST_TIMEOUT_MS, what);
      const aborted = () => resolve();
      signal.addEventListener('abort', aborted, { once: true });
      // Its ListWatch asks again without a pause when a watch ends at once, and passes over errors that are not 410.
      const running = new Watch(config).watch(path, query, take, (error) =>
        error ? reject(watchError(what, error)) : resolve(),
      );
      // A watch that is over for us is closed, but not before it is answered: until then the library has no handle of it.
      const close = async () => {
        signal.removeEventListener('abort', aborted);
        (await running).abort();
      };
      ended.then(close, close);
      await Promise.race([running, ended]);
      return { ended };
    },
  };
}

async function loadClientNode() {
  try {
    return await import('@kubernetes/client-node');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'Tried to load @kubernetes/client-node, which --kubeconfig needs, found it not installed. ' +
        'Install it beside kubeedge-sim: npm install @kubernetes/client-node@1.',
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return { message: text.slice(0, 200) };
  }
}

/** Of a Status object of the API, or of what @kubernetes/client-node rejects with. */
function watchError(what: string, error: unknown): ApiError {
  const { statusCode, code, message } = error as { statusCode?: number; code?: unknown; message?: string };
  const status = statusCode ?? (typeof code === 'number' ? code : 0);
  const words = `${what}: ${status === 0 ? '' : `${status} `}${message}`;
  return new ApiError(status, words, { code: typeof code === 'string' ? code : undefined });
}

/** client-go v0.32.10 rest/with_retry.go `checkWait`: 429 and 5xx, when they name whole seconds. */
function retryAfter(status: number, header: string | undefined): number | undefined {
  if ((status !== 429 && status < 500) || header === undefined || !/^\d+$/.test(header)) return undefined;
  return Math.min(Number(header) * 1_000, LONGEST_RETRY_AFTER_MS);
}
