import type { Certificate, Endpoint, Host, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passOn } from '../go-reverse-proxy.ts';
import { forward } from './forward.ts';
import { goErrorText } from './go-errors.ts';
import type { ObjectStore } from './object-store.ts';
import type { NodeAddressType } from './objects.ts';
import { sendJson } from './send.ts';
import { badRequest, notFound, type Status, unknownError } from './status.ts';
import { COMPONENT } from './trace-kinds.ts';

export interface NodeProxyOptions {
  world: World;
  host: Host;
  store: ObjectStore;
  /** The trace event of a request. */
  eventOf(request: FastifyRequest): number;
  /** Shown to kubelets that ask for a client certificate. */
  kubeletClientCertificate?: Certificate;
}

// kubeadm: --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname.
const addressTypes: readonly NodeAddressType[] = ['InternalIP', 'ExternalIP', 'Hostname'];
const DEFAULT_KUBELET_PORT = 10250;

/** Adds `/api/v1/nodes/NODE/proxy/…`, which goes to the node's kubelet endpoint over HTTPS. */
export function addNodeProxy(app: FastifyInstance, options: NodeProxyOptions): void {
  const handler = (request: FastifyRequest, reply: FastifyReply) => proxy(request, reply, options);
  const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
  app.route({ method: methods, url: '/api/v1/nodes/:name/proxy', handler });
  app.route({ method: methods, url: '/api/v1/nodes/:name/proxy/*', handler });
}

/**
 * The kubelet's certificate is not verified, as without --kubelet-certificate-authority. The Host header
 * stays the client's, and only X-Forwarded-Uri and X-Forwarded-For are added, because a server's request URL
 * has no host:
 * kubernetes/apimachinery v0.19.3 pkg/util/proxy/{upgradeaware,transport}.go.
 */
async function proxy(request: FastifyRequest, reply: FastifyReply, options: NodeProxyOptions) {
  const { world, host, store } = options;
  const { name } = request.params as { name: string };
  const asked = splitNameAndPort(name);
  if (asked === undefined)
    return sendJson(reply, badRequest(`invalid node request ${JSON.stringify(name)}`), 400);
  const [wanted, port] = asked;
  const kubelet = kubeletOf(store, wanted);
  if ('status' in kubelet) return sendJson(reply, kubelet, kubelet.code);
  const target = { address: kubelet.address, port: port ?? kubelet.port };
  const [uri, query] = splitOnce(request.url, '?');
  // As the client has written it: what is escaped there would mean something else without.
  const [, rest = ''] = /^[^?]*?\/proxy\/?(.*)$/s.exec(uri) ?? [];
  const path = `/${rest}${query === undefined ? '' : `?${query}`}`;
  const url = `https://${target.address}:${target.port}${path}`;
  const trace = (parent: number) => ({ host: host.name, component: COMPONENT, parent });
  const eventId = world.trace.emit({
    ...trace(options.eventOf(request)),
    kind: 'apiserver.proxy',
    detail: { node: wanted, url: world.net.describe(url) },
  });
  try {
    const certificate = options.kubeletClientCertificate;
    const response = await forward(host, request, reply, {
      endpoint: target,
      path,
      tls: { verify: false, ...(certificate && { certificate }) },
      headers: { 'x-forwarded-uri': uri },
      parent: eventId,
    });
    const detail = { node: wanted, status: response.status };
    world.trace.emit({ ...trace(eventId), kind: 'apiserver.proxied', detail });
    return passOn(reply, response);
  } catch (cause) {
    const error = goErrorText(cause);
    const detail = { node: wanted, error: world.net.describe(error) };
    world.trace.emit({ ...trace(eventId), kind: 'apiserver.proxied', detail });
    // Up to v0.18 this was a plain 503 with the text Error trying to reach service: '…'.
    return sendJson(reply, unknownError(`error trying to reach service: ${error}`), 500);
  }
}

/**
 * `edge-1`, `edge-1:10250` or `https:edge-1:10250` (apimachinery v0.19.3 pkg/util/net/port_split.go); undefined for what is
 * none of these.
 */
function splitNameAndPort(text: string): [name: string, port: number | undefined] | undefined {
  const [, name = '', port = ''] = /^(?:https?:)?([^:]+)(?::(\d{0,5}))?$/.exec(text) ?? [];
  if (name === '' || Number(port) > 65_535) return undefined;
  return [name, port === '' ? undefined : Number(port)];
}

/**
 * Where the API server reaches a node's kubelet: at a preferred address, and the port of the kubelet's own account; or why
 * it does not. kubernetes v1.19.3 pkg/kubelet/client/kubelet_client.go GetConnectionInfo, pkg/util/node/node.go
 * GetPreferredNodeAddress
 */
export function kubeletOf(store: ObjectStore, name: string): Endpoint | Status {
  const node = store.node(name);
  if (node === undefined) return notFound({ resource: 'nodes' }, name);
  const { addresses, daemonEndpoints } = node.status;
  for (const wanted of addressTypes) {
    const found = addresses.find(({ type }) => type === wanted);
    if (found !== undefined)
      return {
        address: found.address,
        port: daemonEndpoints.kubeletEndpoint.Port || DEFAULT_KUBELET_PORT,
      };
  }
  const known = addresses.map(({ type, address }) => `{${type} ${address}}`).join(' ');
  return unknownError(`no preferred addresses found; known addresses: [${known}]`);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
