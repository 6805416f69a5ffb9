import type { Certificate, Host, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passOn } from '../go-reverse-proxy.ts';
import { forward } from './forward.ts';
import { goErrorText } from './go-errors.ts';
import type { ObjectStore } from './object-store.ts';
import type { Node, NodeAddressType } from './objects.ts';
import { sendJson } from './send.ts';
import { badRequest, notFound, unknownError } from './status.ts';
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
  const methods = ['GET', 'POST', 'PUT', 'DELETE'];
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
  const { name, '*': rest = '' } = request.params as { name: string; '*'?: string };
  const [wanted, port] = splitNameAndPort(name);
  const node = store.node(wanted);
  if (node === undefined) return sendJson(reply, notFound({ resource: 'nodes' }, wanted), 404);
  const address = preferredAddress(node);
  if (address === undefined) return sendJson(reply, badRequest('no preferred addresses found'), 400);
  const target = { address, port: port ?? kubeletPortOf(node) };
  const [uri, query] = splitOnce(request.url, '?');
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

/** `edge-1`, `edge-1:10250` or `https:edge-1:10250` (apimachinery v0.19.3 pkg/util/net/port_split.go). */
function splitNameAndPort(text: string): [name: string, port: number | undefined] {
  const parts = text.split(':');
  if (parts.length === 3) parts.shift();
  const [name = '', port] = parts;
  return [name, port === undefined || port === '' ? undefined : Number(port)];
}

/** Where the node's kubelet listens, by its own account. */
export const kubeletPortOf = (node: Node): number =>
  node.status.daemonEndpoints.kubeletEndpoint.Port || DEFAULT_KUBELET_PORT;

/** The address by which the API server reaches a node. */
export function preferredAddress(node: Node): string | undefined {
  for (const wanted of addressTypes) {
    const found = node.status.addresses.find(({ type }) => type === wanted);
    if (found !== undefined) return found.address;
  }
  return undefined;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
