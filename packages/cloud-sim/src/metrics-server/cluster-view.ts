import { type Endpoint, type Host, httpRequest, type TlsClientOptions } from '@kubeedge-sim/sim-kit';
import type { Node, Pod } from '../kube-apiserver/objects.ts';
import { COMPONENT } from './trace-kinds.ts';

/** What a release asks of the API server. */
export interface ViewTraits {
  /** Whole pods, of any phase; or the metadata of those that run. */
  pods: 'all' | 'metadata-of-running';
  /** Accept of a list of nodes. */
  accept: string;
}

export interface ClusterViewOptions {
  apiserver: Endpoint;
  tls: TlsClientOptions;
  token: string;
  traits: ViewTraits;
  /** Address of the pod that dials, where it is not on its host's network. */
  pod: string | undefined;
}

/** As much of a pod as metrics-server looks at. */
export interface SeenPod {
  metadata: Pod['metadata'];
  running: boolean;
}

/** The nodes and pods as kube-apiserver last told them. */
export interface ClusterView {
  readonly nodes: readonly Node[];
  readonly pods: readonly SeenPod[];
  /**
   * Lists both again; when the apiserver cannot be reached, what was known stays.
   * @throws what httpRequest throws, or an Error with the status
   */
  refresh(options?: { parent?: number | undefined; signal?: AbortSignal }): Promise<void>;
}

// client-go v0.19.7 rest/config.go buildUserAgent: version.Get() of client-go is not stamped in this binary.
const USER_AGENT = 'metrics-server/v0.0.0 (linux/amd64) kubernetes/$Format';

// client-go v0.21.1 metadata/metadata.go.
const PARTIAL = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const partialObjects = `application/vnd.kubernetes.protobuf;${PARTIAL},application/json;${PARTIAL},application/json`;

/**
 * Stands for metrics-server's informers. The real ones LIST once and WATCH; this one lists before each scrape
 * round and before each answer, which gives the same view without a connection that stays open.
 */
export function createClusterView(host: Host, options: ClusterViewOptions): ClusterView {
  const { traits } = options;
  let nodes: readonly Node[] = [];
  let pods: readonly SeenPod[] = [];
  async function list<T>(
    { path, accept }: { path: string; accept: string },
    rest: { parent?: number | undefined; signal?: AbortSignal },
  ): Promise<T[]> {
    const response = await httpRequest(host, {
      target: options.apiserver,
      path,
      headers: {
        'user-agent': USER_AGENT,
        accept,
        authorization: `Bearer ${options.token}`,
        'accept-encoding': 'gzip',
      },
      tls: options.tls,
      component: COMPONENT,
      pod: options.pod,
      ...rest,
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`failed to list ${path}: ${response.status} ${text.trim()}`);
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
      const page = 'limit=500&resourceVersion=0';
      nodes = await list<Node>({ path: `/api/v1/nodes?${page}`, accept: traits.accept }, rest);
      if (traits.pods === 'all') {
        const all = await list<Pod>({ path: `/api/v1/pods?${page}`, accept: traits.accept }, rest);
        pods = all.map(({ metadata, status }) => ({ metadata, running: status.phase === 'Running' }));
      } else {
        const path = `/api/v1/pods?fieldSelector=status.phase%3DRunning&${page}`;
        const running = await list<Pick<Pod, 'metadata'>>({ path, accept: partialObjects }, rest);
        pods = running.map(({ metadata }) => ({ metadata, running: true }));
      }
    },
  };
}
