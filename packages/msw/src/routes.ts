/** What the simulator serves of kube-apiserver, to be read. */
const served = [
  /^\/(healthz|livez|readyz|version|api|apis|api\/v1)$/,
  /^\/api\/v1\/(nodes|pods)$/,
  /^\/api\/v1\/nodes\/[^/]+$/,
  /^\/api\/v1\/nodes\/[^/]+\/proxy(\/.*)?$/,
  /^\/api\/v1\/namespaces\/[^/]+\/pods(\/[^/]+)?$/,
  /^\/apis\/metrics\.k8s\.io(\/.*)?$/,
];

/** Ways into a pod, which the simulator does not have. */
const intoPods =
  /^\/api\/v1\/(namespaces\/[^/]+\/pods\/[^/]+\/(log|exec|attach|portforward)|nodes\/[^/]+\/proxy\/(containerLogs|logs|exec|attach|run|portForward)(\/.*)?)$/;

/** What a kubelet, or edged, serves at its port. */
const ofKubelets = /^\/(stats(\/.*)?|metrics(\/.*)?|pods|spec|healthz)$/;
/** The kubelet's port, and the one that KubeEdge has in its place. */
const KUBELET_PORTS = ['10250', '10350'];

/** What a request is about; the target is a path of the API server with its query. */
export type Route =
  | { about: 'apiserver'; target: string }
  | { about: 'kubelet'; host: string; target: string }
  /** It is one of an API server's, but not of ours. */
  | { about: 'nothing of ours'; why: string };

/**
 * Reads the URL of a GET.
 * @param base origin and path before `/api`, e.g. `https://ks/clusters/edge`; a path alone is meant on any origin
 * @returns undefined for what is no request to a cluster
 */
export function routeOf(url: URL, base: string): Route | undefined {
  const { pathname, search, hostname, port } = url;
  if (KUBELET_PORTS.includes(port)) {
    if (!ofKubelets.test(pathname)) return undefined;
    return { about: 'kubelet', host: hostname.replace(/^\[|\]$/g, ''), target: `${pathname}${search}` };
  }
  const path = pathBehind(url, base);
  if (path === undefined) return undefined;
  if (intoPods.test(path))
    return { about: 'nothing of ours', why: 'the simulator has no logs of pods and no way into them' };
  if (!served.some((pattern) => pattern.test(path))) return undefined;
  if (/[?&]watch=(true|1)(&|$)/.test(search))
    return { about: 'nothing of ours', why: 'watches are not answered; list again instead' };
  return { about: 'apiserver', target: `${path}${search}` };
}

/** The path behind the base; undefined when it is another's. */
function pathBehind({ origin, pathname }: URL, base: string): string | undefined {
  const isPath = base === '' || base.startsWith('/');
  const parsed = isPath ? undefined : new URL(base);
  if (parsed !== undefined && parsed.origin !== origin) return undefined;
  const prefix = (parsed?.pathname ?? base).replace(/\/+$/, '');
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length) : undefined;
}
