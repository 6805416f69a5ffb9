import { type Endpoint, type Host, httpRequest } from '@kubeedge-sim/sim-kit';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import type { ConfigMap, Node, Secret } from '../kube-apiserver/objects.ts';
import { NAMESPACE } from './resource-types.ts';

/** What the handler asks the API server for, anew for each request. The errors are client-go's sentences. */
export interface ClusterReader {
  nodes(parent: number): Promise<readonly Node[]>;
  configMap(name: string, parent: number): Promise<ConfigMap>;
  secret(name: string, parent: number): Promise<Secret>;
}

// client-go v0.17.2 rest/config.go DefaultKubernetesUserAgent; the binary is called manager and not stamped.
const USER_AGENT = 'manager/v0.0.0 (linux/amd64) kubernetes/$Format';

/** The API server, and by whose token it is read. */
export interface ReadOptions {
  apiserver: Endpoint;
  token: string;
  component: string;
}

/** Reads over HTTPS, as the real one does. */
export function createClusterReader(host: Host, { apiserver, token, component }: ReadOptions): ClusterReader {
  const get = async <T>(path: string, parent: number): Promise<T> => {
    const answer = await ask(path, parent);
    if (answer.status === 200) return answer.json as T;
    const { message } = answer.json as { message?: string };
    throw new Error(message ?? `unexpected status ${answer.status}`);
  };
  const ask = async (path: string, parent: number) => {
    const headers = {
      accept: 'application/json, */*',
      'user-agent': USER_AGENT,
      authorization: `Bearer ${token}`,
    };
    const tls = { verify: false };
    try {
      const response = await httpRequest(host, { target: apiserver, path, headers, tls, component, parent });
      return { status: response.status, json: parse(await response.text()) };
    } catch (error) {
      // golang/go go1.13 src/net/url/url.go Error: the URL has got its quotes in Go 1.14.
      const url = `https://${apiserver.address}:${apiserver.port}${path}`;
      throw new Error(`Get ${url}: ${goErrorText(error)}`, { cause: error });
    }
  };
  return {
    nodes: async (parent) => (await get<{ items: readonly Node[] }>('/api/v1/nodes', parent)).items,
    configMap: (name, parent) => get(`/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`, parent),
    secret: (name, parent) => get(`/api/v1/namespaces/${NAMESPACE}/secrets/${name}`, parent),
  };
}

/** An answer that is no JSON has no message of its own. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
