import type { World } from '@kubeedge-sim/sim-kit';
import type { KubernetesObject, ListWatch } from '@kubernetes/client-node';
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

/** What the API server answered that is no success; `status` is 0 when it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The error code of Node for a status of 0, e.g. `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ApiRequest {
  query?: Readonly<Record<string, string>>;
  body?: object;
  /** Default application/json. */
  contentType?: 'application/merge-patch+json' | 'application/strategic-merge-patch+json';
}

/** A client of a real API server, in JSON. */
export interface ApiClient {
  readonly server: string;
  /** @throws ApiError */
  request(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: ApiRequest,
  ): Promise<ApiObject & { items?: ApiObject[] }>;
  /** Lists, then watches, until it fails: then whoever made it makes another. Not started yet. */
  informer(path: string, query: Readonly<Record<string, string>>): ListWatch<KubernetesObject>;
}

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * A client by @kubernetes/client-node, which is loaded here because it is large and few need it.
 * @throws UsageError when it is not installed, or the certificates are none
 */
export async function connectApiServer(world: World, access: ClusterAccess): Promise<ApiClient> {
  const { createConfiguration, HttpMethod, KubeConfig, ListWatch, RequestContext, Watch } =
    await loadClientNode();
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

  const client: ApiClient = {
    server,
    async request(method, path, { query = {}, body, contentType = 'application/json' } = {}) {
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
        const { httpStatusCode, body: answer } = await httpApi.send(context).toPromise();
        const json = parse(await answer.text());
        if (httpStatusCode < 300) return json as ApiObject;
        const { message } = json as { message?: unknown };
        const words = typeof message === 'string' ? message : 'no Status object';
        throw new ApiError(httpStatusCode, `${what}: ${httpStatusCode} ${words}`);
      } catch (error) {
        if (error instanceof ApiError) throw error;
        const { code, message } = error as NodeJS.ErrnoException;
        const why = aborting.signal.aborted ? `no answer in ${REQUEST_TIMEOUT_MS / 1_000} s` : message;
        throw new ApiError(0, `${what}: ${why}`, code);
      }
    },
    informer(path, query) {
      const list = async () => {
        const { items = [], metadata } = await client.request('GET', path, { query });
        return { items, metadata: { resourceVersion: metadata.resourceVersion ?? '' } };
      };
      const { labelSelector, fieldSelector } = query;
      return new ListWatch<KubernetesObject>(
        path,
        new Watch(config),
        list as never,
        false,
        labelSelector,
        fieldSelector,
      );
    },
  };
  return client;
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
