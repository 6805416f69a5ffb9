declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A request has arrived; its parent is the client's dial. */
    'apiserver.request': { verb: string; path: string; user: string };
    /** Its answer; the parent is the request. */
    'apiserver.response': { path: string; status: number };
    /** The apiserver turns to a kubelet for a client: a node's proxy, or a pod's log. */
    'apiserver.proxy': { node: string; url: string };
    /** What became of it: the kubelet's status, or why there was none. */
    'apiserver.proxied': { node: string; status?: number; error?: string };
    /** A request is handed on to an aggregated server. */
    'apiserver.aggregate': { group: string; url: string };
    'apiserver.aggregated': { group: string; status?: number; error?: string };
    /** A node's Ready condition has another status than before. */
    'node.ready': { node: string; status: 'True' | 'False' | 'Unknown'; reason: string };
  }
}

/** The name under which this server appears in traces. */
export const COMPONENT = 'kube-apiserver';
