import { type Endpoint, type Host, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { KubesphereVersion } from './versions.data.ts';

/** kube-apiserver as ks-apiserver reaches it. */
export interface ApiServerOptions {
  endpoint: Endpoint;
  tls: TlsClientOptions;
  /** Service account token. */
  token: string;
}

/** What is asked for; the words of an error name it. */
export interface ApiRequest {
  path: string;
  /** e.g. `pods.metrics.k8s.io`. */
  resource: string;
  name?: string;
  parent?: number | undefined;
}

/** A request failed; the message is client-go's. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

/** GETs and parses. @throws ApiError */
export type ApiClient = <T>(request: ApiRequest) => Promise<T>;

const DIAL_TIMEOUT_MS = 30_000;

/** A typed client of client-go v0.18.6: JSON over HTTPS with the service account's token. */
export function createApiClient(
  host: Host,
  version: KubesphereVersion,
  options: ApiServerOptions,
): ApiClient {
  const { endpoint, tls, token } = options;
  return async <T>({ path, resource, name, parent }: ApiRequest) => {
    try {
      const response = await httpRequest(host, {
        target: endpoint,
        path,
        headers: {
          'user-agent': 'ks-apiserver/v0.0.0 (linux/amd64) kubernetes/$Format',
          accept: 'application/json, */*',
          authorization: `Bearer ${token}`,
        },
        tls,
        timeoutMs: DIAL_TIMEOUT_MS,
        component: COMPONENT,
        parent,
      });
      const text = await response.text();
      if (response.status === 200) return JSON.parse(text) as T;
      throw new ApiError(statusMessage(text) ?? genericMessage(response.status, resource, name, text));
    } catch (cause) {
      if (cause instanceof ApiError) throw cause;
      const url = `https://${endpoint.address}:${endpoint.port}${path}`;
      throw new ApiError(`Get ${version.go === '1.13' ? url : JSON.stringify(url)}: ${goErrorText(cause)}`);
    }
  };
}

function statusMessage(text: string): string | undefined {
  try {
    const { kind, message } = JSON.parse(text) as { kind?: string; message?: string };
    return kind === 'Status' ? message : undefined;
  } catch {
    return undefined;
  }
}

// kubernetes/apimachinery v0.18.6 pkg/api/errors/errors.go NewGenericServerResponse.
const messages: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

function genericMessage(status: number, resource: string, name: string | undefined, body: string): string {
  const message =
    messages[status] ??
    (status >= 500
      ? `an error on the server (${JSON.stringify(body)}) has prevented the request from succeeding`
      : `the server responded with the status code ${status} but did not return more information`);
  return `${message} (get ${resource}${name === undefined ? '' : ` ${name}`})`;
}
