import type { Clock } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { humanDuration } from './human-duration.ts';
import type { ObjectStore } from './object-store.ts';
import type { Secret } from './objects.ts';
import { sendJson } from './send.ts';
import { notFound } from './status.ts';
import { column, type Table, wantsTable } from './table.ts';

/**
 * Adds reading and deleting of Secrets: joining an edge needs the token in one, and a new authority comes of deleting
 * another. Selectors and watches are not there.
 */
export function addSecretRoutes(app: FastifyInstance, store: ObjectStore, clock: Clock): void {
  const paramsOf = (request: FastifyRequest) => request.params as { namespace: string; name: string };
  const list = async (request: FastifyRequest, reply: FastifyReply) => {
    const { namespace } = request.params as { namespace?: string };
    const secrets = store.secrets.list(namespace);
    const metadata = { selfLink: request.url.replace(/\?.*$/, ''), resourceVersion: store.resourceVersion };
    if (wantsTable(request.headers.accept)) return sendJson(reply, tableOf(secrets, metadata, clock.now()));
    const items = secrets.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item);
    return sendJson(reply, { kind: 'SecretList', apiVersion: 'v1', metadata, items });
  };
  app.get('/api/v1/secrets', list);
  app.get('/api/v1/namespaces/:namespace/secrets', list);
  const path = '/api/v1/namespaces/:namespace/secrets/:name';
  app.get(path, async (request, reply) => {
    const { namespace, name } = paramsOf(request);
    const secret = store.secrets.get(namespace, name);
    if (secret === undefined) return sendJson(reply, notFound({ resource: 'secrets' }, name), 404);
    if (!wantsTable(request.headers.accept)) return sendJson(reply, secret);
    const { resourceVersion } = secret.metadata;
    return sendJson(reply, tableOf([secret], { resourceVersion }, clock.now()));
  });
  app.delete(path, async (request, reply) => {
    const { namespace, name } = paramsOf(request);
    const uid = store.secrets.get(namespace, name)?.metadata.uid;
    if (!store.secrets.delete(namespace, name))
      return sendJson(reply, notFound({ resource: 'secrets' }, name), 404);
    const details = { name, kind: 'secrets', uid };
    return sendJson(reply, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
  });
}

/** kubernetes/kubernetes v1.19.3 pkg/printers/internalversion/printers.go printSecret. */
function tableOf(secrets: readonly Secret[], metadata: Table['metadata'], nowMs: number): Table {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: [
      column('Name', 'Name must be unique within a namespace.', { format: 'name' }),
      column('Type', 'Used to facilitate programmatic handling of secret data.'),
      column('Data', 'Data contains the secret data.'),
      column('Age', 'CreationTimestamp is a timestamp representing the server time when it was created.'),
    ],
    rows: secrets.map((secret) => {
      const { metadata: own, type = '', data = {} } = secret;
      const age = humanDuration(nowMs - Date.parse(own.creationTimestamp));
      const cells = [own.name, type, Object.keys(data).length, age];
      return {
        cells,
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: own },
      };
    }),
  };
}
