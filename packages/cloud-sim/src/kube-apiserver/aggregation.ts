import type { Endpoint, Host, TlsClientOptions, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AggregatedGroup } from './discovery.ts';
import { forward, passOn } from './forward.ts';
import { goErrorText } from './go-errors.ts';
import { sendText } from './send.ts';
import { COMPONENT } from './trace-kinds.ts';

/** An APIService and the endpoint behind its Service. */
export interface ApiService extends AggregatedGroup {
  endpoint: Endpoint;
  /** Default: the certificate is not checked (insecureSkipTLSVerify). */
  tls?: TlsClientOptions;
}

export interface AggregationOptions {
  world: World;
  host: Host;
  eventOf(request: FastifyRequest): number;
  userOf(request: FastifyRequest): string;
}

/**
 * Hands a group version on to its server. When that cannot be reached the answer is a plain 503, of which
 * kubectl makes `the server is currently unable to handle the request (get nodes.metrics.k8s.io)`
 * (kubernetes/kube-aggregator v0.19.8 pkg/apiserver/handler_proxy.go).
 */
export function addApiService(app: FastifyInstance, service: ApiService, options: AggregationOptions): void {
  const { world, host } = options;
  const { group, version, endpoint } = service;
  const trace = (parent: number) => ({ host: host.name, component: COMPONENT, parent });
  for (const url of [`/apis/${group}/${version}`, `/apis/${group}/${version}/*`]) app.get(url, aggregate);

  async function aggregate(request: FastifyRequest, reply: FastifyReply) {
    const user = options.userOf(request);
    const eventId = world.trace.emit({
      ...trace(options.eventOf(request)),
      kind: 'apiserver.aggregate',
      detail: {
        group,
        url: world.net.describe(`https://${endpoint.address}:${endpoint.port}${request.url}`),
      },
    });
    try {
      const response = await forward(host, request, reply, {
        ...endpoint,
        path: request.url,
        tls: service.tls ?? { verify: false },
        headers: {
          host: `${endpoint.address}:${endpoint.port}`,
          'x-forwarded-uri': request.url.replace(/\?.*$/, ''),
          'x-remote-user': user,
          'x-remote-group': user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated',
        },
        parent: eventId,
      });
      const detail = { group, status: response.status };
      world.trace.emit({ ...trace(eventId), kind: 'apiserver.aggregated', detail });
      return passOn(reply, response);
    } catch (cause) {
      const error = goErrorText(cause);
      const detail = { group, error: world.net.describe(error) };
      world.trace.emit({ ...trace(eventId), kind: 'apiserver.aggregated', detail });
      return sendText(reply, `error trying to reach service: ${error}`, 503);
    }
  }
}
