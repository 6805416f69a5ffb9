declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /** A request has arrived; its parent is the client's dial. */
    'apiserver.request': { verb: string; path: string; user: string };
    /** Its answer; the parent is the request. */
    'apiserver.response': { path: string; status: number };
    /** The apiserver turns to a kubelet for a client: a node's proxy, a pod's log, exec, attach or port-forward. */
    'apiserver.proxy': { node: string; url: string };
    /** What became of it: the kubelet's status, or why there was none. */
    'apiserver.proxied': { node: string; status?: number; error?: string };
    /** A node has agreed to an exec, attach or port-forward; bytes go both ways, as they are or from WebSocket to SPDY. */
    'apiserver.stream': { pod: string; node: string; subresource: string; translated: boolean };
    /** It is over; bytes of the connections' payload, in the client's protocol and in the node's. */
    'apiserver.stream-end': { pod: string; fromClient: number; fromNode: number };
    /** A request is handed on to an aggregated server. */
    'apiserver.aggregate': { group: string; url: string };
    'apiserver.aggregated': { group: string; status?: number; error?: string };
    /** A kubelet has asked a pod's readiness probe. */
    'service.probed': { service: string; path: string; ok: boolean; error?: string };
    /** A Service has got its endpoint, or lost it; an APIService behind it is available, or not. */
    'service.ready': { service: string; ready: boolean; reason: string };
    /** A node's Ready condition has another status than before. */
    'node.ready': { node: string; status: 'True' | 'False' | 'Unknown'; reason: string };
  }
}

/** The name under which this server appears in traces. */
export const COMPONENT = 'kube-apiserver';
