import type { Endpoint, Host, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passOn, reverseProxy } from '../go-reverse-proxy.ts';
import { goErrorText } from '../kube-apiserver/go-errors.ts';
import type { ApiServerOptions } from './api-client.ts';
import type { Log } from './klog.ts';
import { sendGoError } from './send.ts';
import { COMPONENT } from './trace-kinds.ts';
import type { KubesphereVersion } from './versions.data.ts';

export interface ProxyRouteOptions {
  world: World;
  host: Host;
  version: KubesphereVersion;
  log: Log;
  /** The service that joins edge nodes; absent where none is installed. */
  kubeedge: Endpoint | undefined;
  apiserver: ApiServerOptions;
  eventOf(request: FastifyRequest): number;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];
/** From v3.3.0 on the first is deprecated and leads nowhere, as nothing is installed behind it any more. */
const GROUPS = ['kubeedge.kubesphere.io', 'edgeruntime.kubesphere.io'] as const;

/** Adds what ks-apiserver hands on: the API group of edge nodes, and `/api` and `/apis` to kube-apiserver. */
export function addProxyRoutes(app: FastifyInstance, options: ProxyRouteOptions): void {
  const { world, host, version, log, eventOf } = options;
  const trace = (parent: number, url: string) =>
    world.trace.emit({
      host: host.name,
      component: COMPONENT,
      kind: 'ks-apiserver.proxy',
      detail: { url: world.net.describe(url) },
      parent,
    });
  for (const group of GROUPS) {
    if (group === 'edgeruntime.kubesphere.io' && version.joinGroup !== group) continue;
    const endpoint = group === version.joinGroup ? options.kubeedge : undefined;
    app.route({
      method: METHODS,
      url: `/kapis/${group}/*`,
      handler: (request, reply) => join(request, reply, group, endpoint),
    });
  }
  for (const url of ['/api', '/api/*', '/apis', '/apis/*']) {
    app.route({ method: METHODS, url, handler: toKubernetes });
  }

  /** kubesphere/kubesphere v3.1.0 pkg/kapis/generic/generic.go: the group leaves the path, `/api` comes before it. */
  async function join(
    request: FastifyRequest,
    reply: FastifyReply,
    group: (typeof GROUPS)[number],
    endpoint: Endpoint | undefined,
  ) {
    const parent = eventOf(request);
    if (version.joinGroup !== 'kubeedge.kubesphere.io' && group === 'kubeedge.kubesphere.io') {
      const message = `This proxy group ${group} has deprecated`;
      log({ severity: 'W', source: 'generic.go:104', message }, parent);
    }
    const rest = request.url.replace(`/kapis/${group}`, '');
    try {
      if (endpoint === undefined) throw new Error('http: no Host in request URL');
      const path = `/api${rest}`;
      const asked = trace(parent, `http://${endpoint.address}:${endpoint.port}${path}`);
      const target = { endpoint, path, component: COMPONENT, parent: asked };
      return passOn(reply, await reverseProxy(host, request, reply, target));
    } catch (cause) {
      // The proxy of v3.1 writes to the standard error, not to its log.
      if (version.unreachable === 200) {
        const source = `generic.go:${version.minor === '3.2' ? 119 : 130}`;
        log({ severity: 'E', source, message: goErrorText(cause) }, parent);
      }
      return reply.code(version.unreachable).send();
    }
  }

  /** kubesphere/kubesphere v3.1.0 pkg/apiserver/filters/kubeapiserver.go: with ks-apiserver's own credentials. */
  async function toKubernetes(request: FastifyRequest, reply: FastifyReply) {
    const { endpoint, tls, token } = options.apiserver;
    const { url } = request;
    const parent = trace(eventOf(request), `https://${endpoint.address}:${endpoint.port}${url}`);
    const headers = { authorization: `Bearer ${token}` };
    try {
      const target = { endpoint, path: url, tls, headers, component: COMPONENT, parent };
      return passOn(reply, await reverseProxy(host, request, reply, target));
    } catch (cause) {
      if (version.unreachable === 502) return reply.code(502).send();
      return sendGoError(reply, `Internal Server Error: ${JSON.stringify(url)}: ${goErrorText(cause)}`, 500);
    }
  }
}
