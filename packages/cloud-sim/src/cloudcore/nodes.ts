/** The little that cloudcore does with Node objects of kube-apiserver. */
export interface NodeClient {
  /** status.daemonEndpoints.kubeletEndpoint.Port, 0 when unset; undefined when there is no such node. */
  kubeletPort(name: string): number | undefined;
  /** Writes that port and nothing else; false when there is no such node. */
  setKubeletPort(name: string, port: number): boolean;
}

/** The little that cloudcore asks kube-apiserver about pods. */
export interface PodClient {
  /** spec.nodeName, '' for a pod without a node; undefined when there is no such pod. */
  nodeOf(namespace: string, name: string): string | undefined;
}
