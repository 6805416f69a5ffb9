import { type HttpHandler, HttpResponse, http } from 'msw/http';
import { routeOf } from './routes.ts';
import type { Answer, Source } from './source.ts';

export interface HandlerOptions {
  /**
   * Where the API server is for the code under test: an origin, with a path where there is one, e.g.
   * `https://10.0.0.1:6443` or `https://ks.example/clusters/edge`; or a path on any origin, e.g. `/k8s`. Default: its
   * paths on every origin.
   */
  baseUrl?: string;
  /** Whether port 10350 (and 10250) of a node, by its name or address, is answered too; default true. */
  kubelets?: boolean;
}

/**
 * msw handlers that answer GETs as the API server and the kubelets of a simulated cluster do. What the cluster does not
 * have gets the API server's own 404. Requests that are none of the cluster's, other methods, watches, logs and exec stay
 * unhandled, so that `onUnhandledFrame` reports them.
 * @throws TypeError for a `baseUrl` that is none
 */
export function handlers(
  source: Source,
  { baseUrl = '', kubelets = true }: HandlerOptions = {},
): HttpHandler[] {
  if (baseUrl !== '' && !baseUrl.startsWith('/') && !URL.canParse(baseUrl))
    throw new TypeError(
      `Tried to use ${JSON.stringify(baseUrl)} as baseUrl; give an URL or a path that begins with /.`,
    );
  const told = new Set<string>();
  const apiserver = http.get(
    ({ request }) => {
      const route = routeOf(new URL(request.url), baseUrl);
      if (route?.about === 'nothing of ours') tell(told, request.url, route.why);
      return route?.about === 'apiserver';
    },
    async ({ request }) => {
      const route = routeOf(new URL(request.url), baseUrl);
      if (route?.about !== 'apiserver') return undefined;
      return respond(await source.get(route.target));
    },
  );
  if (!kubelets) return [apiserver];
  const kubelet = http.get(
    async ({ request }) => {
      const route = routeOf(new URL(request.url), baseUrl);
      const node = route?.about === 'kubelet' ? await nodeAt(source, route.host) : undefined;
      return node === undefined ? false : { matches: true, params: { node } };
    },
    async ({ request, params }) => {
      const route = routeOf(new URL(request.url), baseUrl);
      if (route?.about !== 'kubelet') return undefined;
      const answer = await source.get(`/api/v1/nodes/${String(params['node'])}/proxy${route.target}`);
      // Whoever dials the node itself gets no Status of the API server's, but no connection.
      return answer.body.includes('"error trying to reach service: ')
        ? HttpResponse.error()
        : respond(answer);
    },
  );
  return [apiserver, kubelet];
}

const respond = ({ status, contentType, body }: Answer) =>
  new HttpResponse(body, { status, headers: { 'content-type': contentType } });

/** Says once of each URL why it is left to `onUnhandledFrame`. */
function tell(told: Set<string>, url: string, why: string): void {
  if (told.has(url)) return;
  told.add(url);
  console.warn(`[kubeedge-sim] GET ${url} is left unhandled: ${why}.`);
}

interface NodeList {
  items: { metadata: { name: string }; status: { addresses?: { address: string }[] } }[];
}

/** The node with that name or address. */
async function nodeAt(source: Source, host: string): Promise<string | undefined> {
  const { status, body } = await source.get('/api/v1/nodes');
  if (status !== 200) return undefined;
  const { items } = JSON.parse(body) as NodeList;
  const isMeant = ({ metadata, status: { addresses = [] } }: NodeList['items'][number]) =>
    metadata.name === host || addresses.some(({ address }) => address === host);
  return items.find(isMeant)?.metadata.name;
}
