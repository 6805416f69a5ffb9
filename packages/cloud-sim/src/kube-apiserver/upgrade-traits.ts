/** What a kube-apiserver does with a client's upgrade; it differs by minor version of Kubernetes. */
export interface UpgradeTraits {
  /**
   * Ends WebSockets of `v5.channel.k8s.io` itself and speaks SPDY to the node: feature gate
   * TranslateStreamCloseWebsocketRequests, on by default from 1.30 on.
   */
  readonly translatesWebSockets: boolean;
  /**
   * Turns a WebSocket that asks for `SPDY/3.1+portforward.k8s.io` into a SPDY request: feature gate
   * PortForwardWebsockets, on by default from 1.31 on.
   */
  readonly tunnelsPortForward: boolean;
  /**
   * Whose name is in the Host header that the node sees. Up to 1.21 a request is made anew, since redirects are looked
   * out for (feature gate StreamingProxyRedirects, kubernetes/apimachinery v0.19.8 pkg/util/net/http.go
   * ConnectWithRedirects); from 1.22 on the client's is passed on (pkg/util/proxy/upgradeaware.go tryUpgrade). A
   * cloudcore before v1.10.0 finds its session by that header.
   */
  readonly hostHeader: 'node' | 'client';
}

/**
 * The traits of a release like `v1.19.8`. kubernetes v1.32 pkg/features/kube_features.go; kubernetes/apiserver v0.21.0,
 * v0.22.0 pkg/features/kube_features.go
 */
export function upgradeTraits(gitVersion: string): UpgradeTraits {
  const minor = Number(/^v1\.(\d+)/.exec(gitVersion)?.[1] ?? 0);
  return {
    translatesWebSockets: minor >= 30,
    tunnelsPortForward: minor >= 31,
    hostHeader: minor >= 22 ? 'client' : 'node',
  };
}
