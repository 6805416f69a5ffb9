import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type HttpResponse, httpRequest } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DIAL_TIMEOUT_MS } from '../go-reverse-proxy.ts';
import { goErrorText } from './go-errors.ts';
import { kubeletOf, type NodeProxyOptions } from './node-proxy.ts';
import type { Pod } from './objects.ts';
import { containerOf } from './pod-container.ts';
import { type LogQuery, readLogQuery } from './pod-log-query.ts';
import { sendJson } from './send.ts';
import {
  badRequest,
  genericServerResponse,
  internalError,
  notFound,
  type Status,
  unknownError,
} from './status.ts';
import { COMPONENT } from './trace-kinds.ts';

/** kubernetes/apiserver v0.19.3 pkg/registry/generic/rest/response_checker.go maxReadLength */
const ERROR_BYTES_MAX = 50_000;

/**
 * Adds `/api/v1/namespaces/NAMESPACE/pods/NAME/log`, which streams from the kubelet of the pod's node.
 * kubernetes v1.19.3 pkg/registry/core/pod/rest/log.go, kubernetes/apiserver v0.19.3
 * pkg/registry/generic/rest/streamer.go, pkg/endpoints/handlers/responsewriters/writers.go StreamObject
 */
export function addPodLog(app: FastifyInstance, options: NodeProxyOptions): void {
  app.get('/api/v1/namespaces/:namespace/pods/:name/log', async (request, reply) => {
    const { namespace, name } = request.params as { namespace: string; name: string };
    const query = readLogQuery(new URL(request.url, 'http://kubernetes').searchParams, name);
    if ('status' in query) return sendStatus(reply, query);
    const pod = options.store.pod(namespace, name);
    if (pod === undefined) return sendStatus(reply, notFound({ resource: 'pods' }, name));
    const container = containerOf(pod, query.container);
    if (typeof container !== 'string') return sendStatus(reply, container);
    // A pod that no node has: there is nothing to stream.
    if (!pod.spec.nodeName) return reply.code(204).send();
    return stream(request, reply, options, { node: pod.spec.nodeName, path: pathOf(pod, container, query) });
  });
}

const sendStatus = (reply: FastifyReply, status: Status) => sendJson(reply, status, status.code);

function pathOf({ metadata }: Pod, container: string, { kubelet }: LogQuery): string {
  // url.Values.Encode writes the names in order.
  kubelet.sort();
  const query = kubelet.size === 0 ? '' : `?${kubelet}`;
  return `/containerLogs/${metadata.namespace}/${metadata.name}/${container}${query}`;
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  { world, host, store, eventOf, kubeletClientCertificate: certificate }: NodeProxyOptions,
  { node: name, path }: { node: string; path: string },
) {
  const target = kubeletOf(store, name);
  if ('status' in target) return sendStatus(reply, target);
  const url = `https://${target.address}:${target.port}${path}`;
  const trace = (parent: number) => ({ host: host.name, component: COMPONENT, parent });
  const detail = { node: name, url: world.net.describe(url) };
  const event = world.trace.emit({ ...trace(eventOf(request)), kind: 'apiserver.proxy', detail });
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort(new Error('context canceled')));
  let response: HttpResponse;
  try {
    response = await httpRequest(host, {
      target,
      path,
      headers: { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' },
      tls: { verify: false, ...(certificate && { certificate }) },
      timeoutMs: DIAL_TIMEOUT_MS,
      signal: gone.signal,
      component: COMPONENT,
      parent: event,
    });
  } catch (cause) {
    const error = goErrorText(cause);
    const failed = { node: name, error: world.net.describe(error) };
    world.trace.emit({ ...trace(event), kind: 'apiserver.proxied', detail: failed });
    return sendStatus(reply, unknownError(`Get ${JSON.stringify(url)}: ${error}`));
  }
  const { status } = response;
  world.trace.emit({ ...trace(event), kind: 'apiserver.proxied', detail: { node: name, status } });
  const { name: pod } = request.params as { name: string };
  if (status < 200 || status > 206) return sendStatus(reply, await checked(response, pod));
  return reply
    .code(200)
    .header('cache-control', 'no-cache, private')
    .header('content-type', 'text/plain')
    .send(Readable.from(untilItEnds(response.body), { objectMode: false }));
}

/** io.Copy's error is not looked at: a body that was cut ends like a complete one. */
async function* untilItEnds(body: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch {
    // The end, for whoever reads.
  }
}

/** kubernetes/apiserver v0.19.3 pkg/registry/generic/rest/response_checker.go Check */
async function checked({ status, body }: HttpResponse, name: string): Promise<Status> {
  const text = (await buffer(body)).subarray(0, ERROR_BYTES_MAX).toString();
  if (status === 500) return internalError(text);
  if (status === 400) return badRequest(text);
  return genericServerResponse(status, { resource: 'pods/log' }, name, text);
}
