import type { Clock } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ObjectStore } from './object-store.ts';
import type { Node, Pod } from './objects.ts';
import { parseFieldSelector, parseLabelSelector, type Selector } from './selectors.ts';
import { sendJson } from './send.ts';
import { badRequest, notFound } from './status.ts';
import { toTable, wantsTable } from './table.ts';
import { startWatch } from './watch.ts';

interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
  watch?: string;
  resourceVersion?: string;
  timeoutSeconds?: string;
}

/**
 * Adds reading of nodes, pods and (always empty) events. `limit` is accepted and everything is sent at once.
 */
export function addCoreRoutes(app: FastifyInstance, store: ObjectStore, clock: Clock): void {
  const get = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown) =>
    app.get(url, async (request, reply) => handler(request, reply));
  const params = (request: FastifyRequest) => request.params as { namespace: string; name: string };

  get('/api/v1/nodes', (request, reply) => list(request, reply, { kind: 'Node' }));
  get('/api/v1/pods', (request, reply) => list(request, reply, { kind: 'Pod' }));
  get('/api/v1/namespaces/:namespace/pods', (request, reply) =>
    list(request, reply, { kind: 'Pod', namespace: params(request).namespace }),
  );
  get('/api/v1/nodes/:name', (request, reply) => {
    const { name } = params(request);
    const node = store.node(name);
    if (node === undefined) return sendJson(reply, notFound({ resource: 'nodes' }, name), 404);
    return sendObject(request, reply, node);
  });
  get('/api/v1/namespaces/:namespace/pods/:name', (request, reply) => {
    const { namespace, name } = params(request);
    const pod = store.pod(namespace, name);
    if (pod === undefined) return sendJson(reply, notFound({ resource: 'pods' }, name), 404);
    return sendObject(request, reply, pod);
  });
  for (const url of ['/api/v1/events', '/api/v1/namespaces/:namespace/events']) {
    get(url, (request, reply) =>
      sendJson(reply, { kind: 'EventList', apiVersion: 'v1', metadata: listMetadata(request), items: [] }),
    );
  }
  // KubeEdge nodes of this age renew no lease; `kubectl describe node` asks for it and carries on.
  get('/apis/coordination.k8s.io/v1/namespaces/:namespace/leases/:name', (request, reply) => {
    const status = notFound({ group: 'coordination.k8s.io', resource: 'leases' }, params(request).name);
    return sendJson(reply, status, 404);
  });

  function listMetadata(request: FastifyRequest) {
    return { selfLink: request.url.replace(/\?.*$/, ''), resourceVersion: store.resourceVersion };
  }

  function list(
    request: FastifyRequest,
    reply: FastifyReply,
    { kind, namespace }: { kind: 'Node' | 'Pod'; namespace?: string },
  ) {
    const query = request.query as ListQuery;
    const selected = selection(query);
    if (typeof selected === 'string') return sendJson(reply, badRequest(selected), 400);
    const matches = (object: Node | Pod) =>
      object.kind === kind &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      selected(object);
    const asTable = wantsTable(request.headers.accept);
    if (query.watch === 'true' || query.watch === '1') {
      return startWatch(reply, { store, clock, matches, asTable, kind, ...query });
    }
    const objects = (kind === 'Node' ? store.nodes() : store.pods()).filter(matches);
    const metadata = listMetadata(request);
    if (asTable) return sendJson(reply, toTable(objects, { kind, metadata, nowMs: clock.now() }));
    // Items of a list carry no kind of their own.
    const items = objects.map(({ metadata: meta, spec, status }) => ({ metadata: meta, spec, status }));
    return sendJson(reply, { kind: `${kind}List`, apiVersion: 'v1', metadata, items });
  }

  function sendObject(request: FastifyRequest, reply: FastifyReply, object: Node | Pod) {
    if (!wantsTable(request.headers.accept)) return sendJson(reply, object);
    const { selfLink, resourceVersion } = object.metadata;
    const options = { kind: object.kind, metadata: { selfLink, resourceVersion }, nowMs: clock.now() };
    return sendJson(reply, toTable([object], options));
  }
}

/** What a list's selectors let through, or why they cannot be read. */
function selection(query: ListQuery): ((object: Node | Pod) => boolean) | string {
  const labels = parseLabelSelector(query.labelSelector ?? '');
  if (labels === undefined) return `unable to parse requirement: ${query.labelSelector}`;
  const fields: Selector | undefined = parseFieldSelector(query.fieldSelector ?? '');
  if (fields === undefined) return `invalid selector: '${query.fieldSelector}'; can't understand it`;
  return (object) => labels(object.metadata.labels ?? {}) && fields(fieldsOf(object));
}

function fieldsOf(object: Node | Pod): Record<string, string> {
  const { name, namespace = '' } = object.metadata;
  const common = { 'metadata.name': name, 'metadata.namespace': namespace };
  if (object.kind === 'Node')
    return { ...common, 'spec.unschedulable': String(object.spec.unschedulable === true) };
  return {
    ...common,
    'spec.nodeName': object.spec.nodeName ?? '',
    'spec.restartPolicy': object.spec.restartPolicy,
    'status.phase': object.status.phase,
    'status.podIP': object.status.podIP ?? '',
  };
}
