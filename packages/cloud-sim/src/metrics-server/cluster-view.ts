import { type Endpoint, type Host, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import type { Node, Pod } from '../kube-apiserver/objects.ts';
import { COMPONENT } from './trace-kinds.ts';

export interface ClusterViewOptions {
  apiserver: Endpoint;
  tls: TlsClientOptions;
  token: string;
}

/** The nodes and pods as kube-apiserver last told them. */
export interface ClusterView {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /**
   * Lists both again; when the apiserver cannot be reached, what was known stays.
   * @throws what httpRequest throws, or an Error with the status
   */
  refresh(options?: { parent?: number | undefined; signal?: AbortSignal }): Promise<void>;
}

// client-go v0.19.7 rest/config.go buildUserAgent: version.Get() of client-go is not stamped in this binary.
const USER_AGENT = 'metrics-server/v0.0.0 (linux/amd64) kubernetes/$Format';

/**
 * Stands for metrics-server's informers. The real ones LIST once and WATCH; this one lists before each scrape
 * round and before each answer, which gives the same view without a connection that stays open.
 */
export function createClusterView(host: Host, options: ClusterViewOptions): ClusterView {
  let nodes: readonly Node[] = [];
  let pods: readonly Pod[] = [];
  async function list<T>(
    resource: string,
    rest: { parent?: number | undefined; signal?: AbortSignal },
  ): Promise<T[]> {
    const response = await httpRequest(host, {
      target: options.apiserver,
      path: `/api/v1/${resource}?limit=500&resourceVersion=0`,
      headers: {
        'user-agent': USER_AGENT,
        accept: 'application/vnd.kubernetes.protobuf, */*',
        authorization: `Bearer ${options.token}`,
        'accept-encoding': 'gzip',
      },
      tls: options.tls,
      component: COMPONENT,
      ...rest,
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`failed to list ${resource}: ${response.status} ${text.trim()}`);
    return (JSON.parse(text) as { items: T[] }).items;
  }
  return {
    get nodes() {
      return nodes;
    },
    get pods() {
      return pods;
    },
    async refresh(rest = {}) {
      nodes = await list<Node>('nodes', rest);
      pods = await list<Pod>('pods', rest);
    },
  };
}
