import { derOfPem, type Listener } from '@kubeedge-sim/sim-kit';
import { listenGoHttp } from '../../cloudstream/go-http-server.ts';
import { GoPanic } from '../../cloudstream/go-panic.ts';
import { firstHeader, type GoRequest } from '../../cloudstream/go-request.ts';
import { type GoResponse, writeNotFound, writeRedirect } from '../../cloudstream/go-response.ts';
import { cleanPath, type Route, routeRequest } from '../../cloudstream/go-restful.ts';
import type { NodeClient } from '../../nodes.ts';
import { edgeCoreClientCert, type HttpServerContext } from './certificate.ts';
import * as messages from './messages.ts';
import type { HttpServerRelease } from './release.ts';

type Kind = 'edgeCert' | 'ca' | 'readyz' | 'checkNode' | 'post';

/**
 * Starts CloudHub's HTTPS server on port 10002, where edges get their certificates.
 * kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go StartHTTPServer
 * @throws SimError SIM_ERR_PORT_IN_USE, SIM_ERR_LISTEN_DENIED
 */
export async function startHttpServer(
  context: HttpServerContext,
  options: { port: number; nodes: NodeClient | undefined },
): Promise<Listener> {
  const { process, release, certificates } = context;
  const routes = routesOf(release);
  return listenGoHttp(process, {
    port: options.port,
    readsBodies: true,
    tls: {
      certificate: certificates.server,
      clientAuth: release.asksForCertificate ? 'request' : 'none',
      // Go's floor of TLS 1.0 cannot be had from today's OpenSSL; 1.2 is the lowest both nets speak.
      ...(release.tlsMinVersion === 'TLSv1.2' && { minVersion: release.tlsMinVersion }),
    },
    handler: async (request, response) => {
      const kind = route(release, routes, request, response);
      if (kind === 'ca') {
        response.writeHeader(200);
        void response.write(derOfPem(certificates.ca.pem ?? ''));
      } else if (kind === 'edgeCert') await edgeCoreClientCert(context, request, response);
      else if (kind === 'readyz') readyz(release, response);
      else if (kind === 'checkNode') checkNode(options.nodes, request, response);
      else if (kind === 'post') answer(response, 501, 'kubeedge-sim: upgrades and tasks are not simulated\n');
    },
  });
}

function routesOf(release: HttpServerRelease): Route<Kind>[] {
  const get = (path: string, kind: Kind) => ({ method: 'GET', root: '', path, kind });
  return [
    get('/edge.crt', 'edgeCert'),
    get('/ca.crt', 'ca'),
    ...(release.readyz === 'none' ? [] : [get('/readyz', 'readyz')]),
    ...(release.checkNode ? [get('/node/{nodename}', 'checkNode')] : []),
    ...release.posts.map((path) => ({ method: 'POST', root: '', path, kind: 'post' as const })),
  ];
}

/** The handler's kind; undefined when the router itself has answered. */
function route(
  { router }: HttpServerRelease,
  routes: readonly Route<Kind>[],
  request: GoRequest,
  response: GoResponse,
): Kind | undefined {
  const { method, url } = request;
  if (router === 'mux') {
    // gorilla/mux v1.8.0 mux.go ServeHTTP: clean and exact paths, a redirect and a 405 that say nothing.
    const clean = cleanPath(url.path);
    if (clean !== url.path) {
      response.header.set('Location', `${clean}${url.rawQuery === '' ? '' : `?${url.rawQuery}`}`);
      answer(response, 301, '');
      return undefined;
    }
    const byPath = routes.filter(({ path }) => path === url.path);
    const found = byPath.find((candidate) => candidate.method === method);
    if (found !== undefined) return found.kind;
    if (byPath.length > 0) answer(response, 405, '');
    else writeNotFound(response);
    return undefined;
  }
  const accept = firstHeader(request, 'Accept');
  const result = routeRequest(routes, router, { method, path: url.path, accept });
  if (result.outcome === 'handler') return result.kind;
  if (result.outcome === 'redirect') writeRedirect(request, response, result.path);
  else if (result.outcome === 'not-found') writeNotFound(response);
  else {
    if (result.allow !== undefined) response.header.set('Allow', result.allow);
    answer(response, result.status, result.body);
  }
  return undefined;
}

function readyz(release: HttpServerRelease, response: GoResponse): void {
  if (release.readyz === 'panics') throw new GoPanic(messages.nilPointer);
  answer(response, 200, messages.ready);
}

/** kubeedge v1.20.0 cloud/pkg/cloudhub/servers/httpserver/node/checknode.go CheckNode */
function checkNode(nodes: NodeClient | undefined, request: GoRequest, response: GoResponse): void {
  const name = request.url.path.split('/')[2] ?? '';
  const isThere = nodes?.kubeletPort(name) !== undefined;
  answer(response, isThere ? 200 : 404, isThere ? 'Node founded' : 'Node not found');
}

function answer(response: GoResponse, status: number, body: string): void {
  response.writeHeader(status);
  void response.write(Buffer.from(body));
}
