import { type RemoteCommandWants, webSocketProtocol } from '@kubeedge-sim/spdy';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClientUpgrade } from './client-upgrades.ts';
import { UpgradeError } from './dial-upgrade.ts';
import type { NodeProxyOptions } from './node-proxy.ts';
import { locatePod, type NodeLocation, type Subresource, wantsOf } from './pod-location.ts';
import { sendJson } from './send.ts';
import { badRequest, type Status, unknownError } from './status.ts';
import { translateStream } from './stream-translator.ts';
import { COMPONENT } from './trace-kinds.ts';
import {
  passBytes,
  passOnRefusal,
  passOnUpgrade,
  subprotocolsOf,
  tunnelledProtocols,
} from './upgrade-aware.ts';
import type { UpgradeTraits } from './upgrade-traits.ts';

export interface PodConnectOptions extends NodeProxyOptions {
  traits: UpgradeTraits;
  /** The connection of a request that asks for another protocol. */
  upgradeOf(request: FastifyRequest): ClientUpgrade | undefined;
  /** Aborted when the apiserver ends. */
  signal: AbortSignal;
}

/**
 * Adds `/api/v1/namespaces/NAMESPACE/pods/NAME/exec`, `attach` and `portforward`: connections to the kubelet of the
 * pod's node. kubernetes v1.19.3 and v1.32.4 pkg/registry/core/pod/rest/subresources.go
 */
export function addPodConnect(app: FastifyInstance, options: PodConnectOptions): void {
  for (const subresource of ['exec', 'attach', 'portforward'] as const) {
    app.route({
      // Browsers ask for a WebSocket, by GET.
      method: ['GET', 'POST'],
      url: `/api/v1/namespaces/:namespace/pods/:name/${subresource}`,
      handler: (request, reply) => connect(request, reply, { ...options, subresource }),
    });
  }
}

const sendStatus = (reply: FastifyReply, status: Status) => sendJson(reply, status, status.code);

async function connect(
  request: FastifyRequest,
  reply: FastifyReply,
  options: PodConnectOptions & { subresource: Subresource },
) {
  const { subresource, traits } = options;
  const query = new URL(request.url, 'http://kubernetes').searchParams;
  const { namespace, name } = request.params as { namespace: string; name: string };
  const location = locatePod(options.store, { namespace, name, subresource, query });
  if ('status' in location) return sendStatus(reply, location);
  const upgrade = options.upgradeOf(request);
  if (upgrade === undefined) return sendStatus(reply, badRequest('Upgrade request required'));
  const isWebSocket = /^websocket$/i.test(request.headers.upgrade ?? '');
  const subprotocols = request.headers['sec-websocket-protocol'];
  const asked = isWebSocket ? subprotocolsOf(subprotocols) : [];
  if (subresource === 'portforward') {
    const asSpdy = traits.tunnelsPortForward && isWebSocket && tunnelledProtocols(subprotocols).length > 0;
    return passOn(request, reply, { ...options, location, upgrade, asSpdy });
  }
  if (traits.translatesWebSockets && asked.includes(webSocketProtocol)) {
    return translate(request, reply, { ...options, location, upgrade, wants: wantsOf(query) });
  }
  return passOn(request, reply, { ...options, location, upgrade, asSpdy: false });
}

interface Connecting extends PodConnectOptions {
  subresource: Subresource;
  location: NodeLocation;
  upgrade: ClientUpgrade;
}

/** The events of one request to a node. */
function tracing(request: FastifyRequest, { world, host, eventOf, subresource, location }: Connecting) {
  const { node, target, path } = location;
  const { namespace, name } = request.params as { namespace: string; name: string };
  const pod = `${namespace}/${name}`;
  const common = { host: host.name, component: COMPONENT };
  const url = world.net.describe(`https://${target.address}:${target.port}${path}`);
  const parent = world.trace.emit({
    ...common,
    parent: eventOf(request),
    kind: 'apiserver.proxy',
    detail: { node, url },
  });
  const proxied = (detail: { status: number } | { error: string }) => {
    const described = 'error' in detail ? { error: world.net.describe(detail.error) } : detail;
    world.trace.emit({ ...common, parent, kind: 'apiserver.proxied', detail: { node, ...described } });
  };
  const begins = (translated: boolean) => {
    const detail = { pod, node, subresource, translated };
    world.trace.emit({ ...common, parent, kind: 'apiserver.stream', detail });
  };
  const ends = ({ fromClient, fromNode }: { fromClient: number; fromNode: number }) =>
    void world.trace.emit({
      ...common,
      parent,
      kind: 'apiserver.stream-end',
      detail: { pod, fromClient, fromNode },
    });
  return { parent, proxied, begins, ends };
}

const tlsOf = ({ kubeletClientCertificate: certificate }: NodeProxyOptions) => ({
  verify: false,
  ...(certificate && { certificate }),
});

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  options: Connecting & { asSpdy: boolean },
) {
  const { world, host, traits, location, upgrade, asSpdy, signal } = options;
  const trace = tracing(request, options);
  try {
    const { hostHeader } = traits;
    const asked = { location, hostHeader, asSpdy, tls: tlsOf(options), parent: trace.parent, signal };
    const answer = await passOnUpgrade(host, request.raw, asked);
    trace.proxied({ status: answer.status });
    if (answer.status < 400 && answer.status !== 101) {
      answer.socket.destroy();
      return sendStatus(reply, unknownError(`invalid upgrade response: status code ${answer.status}`));
    }
    takeOver(reply, answer.status);
    if (!('head' in answer)) return passOnRefusal(upgrade, answer, world.clock);
    trace.begins(false);
    trace.ends(await passBytes(upgrade, answer));
  } catch (error) {
    if (!(error instanceof UpgradeError)) throw error;
    trace.proxied({ error: error.message });
    const text = error.step === 'dial' ? `error dialing backend: ${error.message}` : error.message;
    return sendStatus(reply, unknownError(text));
  }
}

async function translate(
  request: FastifyRequest,
  reply: FastifyReply,
  options: Connecting & { wants: RemoteCommandWants },
) {
  const trace = tracing(request, options);
  takeOver(reply, 101);
  trace.begins(true);
  trace.ends(
    await translateStream(request.raw, options.upgrade, {
      world: options.world,
      host: options.host,
      location: options.location,
      wants: options.wants,
      tls: tlsOf(options),
      parent: trace.parent,
      signal: options.signal,
      onAnswer: trace.proxied,
    }),
  );
}

/** From here on the connection is ours, and what is said on it no answer of HTTP's. */
function takeOver(reply: FastifyReply, status: number): void {
  reply.hijack();
  reply.raw.statusCode = status;
}
