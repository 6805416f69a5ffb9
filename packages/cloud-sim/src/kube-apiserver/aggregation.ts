import type { Certificate, Endpoint, Host, TlsClientOptions, World } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passOn } from '../go-reverse-proxy.ts';
import {
  type AvailableCondition,
  apiServices,
  failedCheck,
  missingEndpoints,
  passed,
} from './api-services.ts';
import type { User } from './authentication.ts';
import type { AggregatedGroup } from './discovery.ts';
import { forward } from './forward.ts';
import { goErrorText } from './go-errors.ts';
import type { ObjectStore } from './object-store.ts';
import { sendText } from './send.ts';
import { COMPONENT } from './trace-kinds.ts';

/** An APIService and the endpoint behind its Service. */
export interface ApiService extends AggregatedGroup {
  endpoint: Endpoint;
  /** Default: the certificate is not checked (insecureSkipTLSVerify). */
  tls?: TlsClientOptions;
  /** Default: metrics-server in kube-system. */
  service?: { namespace: string; name: string };
  /** Whether its Service has a ready endpoint; default: it has. */
  isAvailable?(): boolean;
}

export interface AggregationOptions {
  world: World;
  host: Host;
  store: ObjectStore;
  eventOf(request: FastifyRequest): number;
  userOf(request: FastifyRequest): User;
  /** Shown to servers behind this one, which believe in X-Remote-User of its holder. */
  proxyClientCertificate?: Certificate;
}

/** What is said while the APIService is not available; nobody is asked then. */
const UNAVAILABLE = 'service unavailable';

/**
 * Hands a group version on to its server. When that cannot be reached the answer is a plain 503, of which
 * kubectl makes `the server is currently unable to handle the request (get nodes.metrics.k8s.io)`
 * (kubernetes/kube-aggregator v0.19.8 pkg/apiserver/handler_proxy.go).
 */
export function addApiService(app: FastifyInstance, service: ApiService, options: AggregationOptions): void {
  const { world, host, store, proxyClientCertificate: certificate } = options;
  const note = noteAvailability(store, service);
  const { group, version, endpoint } = service;
  const url = `https://${endpoint.address}:${endpoint.port}/apis/${group}/${version}`;
  const trace = (parent: number) => ({ host: host.name, component: COMPONENT, parent });
  const method = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  for (const path of [`/apis/${group}/${version}`, `/apis/${group}/${version}/*`])
    app.route({ method, url: path, handler: aggregate });

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
    if (service.isAvailable?.() === false) {
      const detail = { group, error: UNAVAILABLE };
      world.trace.emit({ ...trace(eventId), kind: 'apiserver.aggregated', detail });
      note(missingEndpoints(world.clock.now(), serviceOf(service)));
      return sendText(reply, UNAVAILABLE, 503);
    }
    try {
      const response = await forward(host, request, reply, {
        endpoint,
        path: request.url,
        tls: { ...(service.tls ?? { verify: false }), ...(certificate && { certificate }) },
        headers: {
          host: `${endpoint.address}:${endpoint.port}`,
          'x-forwarded-uri': request.url.replace(/\?.*$/, ''),
          'x-remote-user': user.name,
          'x-remote-group': [...user.groups],
        },
        parent: eventId,
      });
      note(passed(world.clock.now()));
      const detail = { group, status: response.status };
      world.trace.emit({ ...trace(eventId), kind: 'apiserver.aggregated', detail });
      return passOn(reply, response);
    } catch (cause) {
      const error = goErrorText(cause);
      note(failedCheck(world.clock.now(), url, `Get ${JSON.stringify(url)}: ${error}`));
      const detail = { group, error: world.net.describe(error) };
      world.trace.emit({ ...trace(eventId), kind: 'apiserver.aggregated', detail });
      return sendText(reply, `error trying to reach service: ${error}`, 503);
    }
  }
}

const serviceOf = ({ service }: ApiService) =>
  service ?? { namespace: 'kube-system', name: 'metrics-server' };

/**
 * Keeps the APIService object of a group version. Whether it is available is what the last request through this server
 * has found out; upstream asks on its own, about every 30 s
 * (kubernetes/kube-aggregator v0.19.8 pkg/controllers/status/available_controller.go).
 */
function noteAvailability(store: ObjectStore, service: ApiService): (condition: AvailableCondition) => void {
  const { group, version } = service;
  const objects = store.register(apiServices);
  const name = `${version}.${group}`;
  if (objects.get(name) === undefined)
    objects.put({
      metadata: { name },
      spec: {
        group,
        version,
        service: { ...serviceOf(service), port: 443 },
        groupPriorityMinimum: 100,
        versionPriority: 100,
        ...(service.tls === undefined && { insecureSkipTLSVerify: true }),
      },
      status: { conditions: [] },
    });
  return (condition) => {
    const object = objects.get(name);
    if (object === undefined) return;
    const [old] = object.status.conditions ?? [];
    if (old?.status === condition.status && old.message === condition.message) return;
    objects.put({ ...object, status: { conditions: [condition] } });
  };
}
