import type { Clock, Rng } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodedAs } from './decode-body.ts';
import { createObjectEncoder } from './encode-objects.ts';
import type { FaceRelease } from './face-release.ts';
import type { ObjectStore } from './object-store.ts';
import { patched, patchTypesOf } from './patches.ts';
import { integerOf, queryOf } from './query.ts';
import { createReader } from './read-objects.ts';
import { mediaTypeOf, readJson } from './request-body.ts';
import { parseResourcePath, type ResourcePath } from './resource-path.ts';
import { pods, type ResourceType } from './resource-types.ts';
import { sendJson } from './send.ts';
import { bindingShape, deleteOptionsShape } from './shapes.data.ts';
import { badRequest, invalid, methodNotAllowed, StatusError } from './status.ts';
import { createObjectWriter, type WriteOptions } from './write-objects.ts';

const JSON_ONLY = ['application/json'];

/** Adds reading, watching and writing of the objects of all types, also of those that are registered later. */
export function addResourceRoutes(
  app: FastifyInstance,
  store: ObjectStore,
  { clock, rng, release }: { clock: Clock; rng: Rng; release: FaceRelease },
): void {
  const encoder = createObjectEncoder(release);
  const reader = createReader({ store, clock, encoder, release });
  const writer = createObjectWriter(store, { clock, rng, release });
  const method = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
  app.route({ method, url: '/api/v1/*', handler: (request, reply) => handle(request, reply, '', 'v1') });
  app.route({
    method,
    url: '/apis/:group/:version/*',
    handler: (request, reply) => {
      const { group, version } = request.params as { group: string; version: string };
      return handle(request, reply, group, version);
    },
  });

  async function handle(request: FastifyRequest, reply: FastifyReply, group: string, version: string) {
    const { '*': rest } = request.params as { '*': string };
    const path = parseResourcePath(rest);
    const type = store
      .types()
      .find((each) => each.plural === path?.plural && each.group === group && each.version === version);
    if (path === undefined || type === undefined || !isServed(type, path)) return reply.callNotFound();
    return answer(request, reply, type, path);
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    type: ResourceType,
    { namespace, name, subresource }: ResourcePath,
  ) {
    const target = { type, ...(namespace !== undefined && { namespace }) };
    const query = queryOf(request);
    const write = { dryRun: isDryRun(query['dryRun'], request.method) };
    if (subresource === 'binding')
      return bind(request, reply, { namespace: namespace ?? '', name: name ?? '' }, write);
    if (name === undefined) {
      if (request.method === 'GET') return reader.list(request, reply, target);
      if (request.method !== 'POST' || (type.namespaced && namespace === undefined))
        throw new StatusError(methodNotAllowed());
      const object = writer.create(target, await readJson(request, JSON_ONLY), write);
      return reader.send(request, reply, type, object, 201);
    }
    const named = { ...target, name, ...(subresource !== undefined && { subresource }) };
    switch (request.method) {
      case 'GET':
        return reader.get(request, reply, named);
      case 'PUT': {
        const { object, created } = writer.update(named, await readJson(request, JSON_ONLY), write);
        return reader.send(request, reply, type, object, created ? 201 : 200);
      }
      case 'PATCH': {
        const patch = await readJson(request, patchTypesOf(type), 'error decoding patch');
        const mediaType = mediaTypeOf(request);
        const object = writer.change(
          named,
          (before) => patched(encoder.seen(type, before), mediaType, patch),
          write,
        );
        return reader.send(request, reply, type, object);
      }
      case 'DELETE': {
        if (subresource !== undefined) throw new StatusError(methodNotAllowed());
        const options = decodedAs(
          'DeleteOptions',
          'v1',
          deleteOptionsShape,
          (await readJson(request, JSON_ONLY)) ?? {},
        ) as { gracePeriodSeconds?: number; dryRun?: string[] };
        const seconds = query['gracePeriodSeconds'];
        const { object, gone } = writer.delete(named, {
          ...options,
          ...(seconds !== undefined && { gracePeriodSeconds: Number(integerOf(seconds)) }),
          dryRun: write.dryRun || isDryRun(options.dryRun?.[0], 'DELETE'),
        });
        if (!gone || type === pods) return reader.send(request, reply, type, object);
        const details = {
          name,
          ...(type.group !== '' && { group: type.group }),
          kind: type.plural,
          uid: object.metadata.uid,
        };
        return sendJson(reply, { ...success, details });
      }
      default:
        throw new StatusError(methodNotAllowed());
    }
  }

  async function bind(
    request: FastifyRequest,
    reply: FastifyReply,
    { namespace, name }: { namespace: string; name: string },
    write: WriteOptions,
  ) {
    if (request.method !== 'POST') throw new StatusError(methodNotAllowed());
    const body = (await readJson(request, JSON_ONLY)) ?? {};
    const { metadata, target } = decodedAs('Binding', 'v1', bindingShape, body) as {
      metadata?: { name?: string };
      target?: { name?: string };
    };
    if (metadata?.name !== undefined && metadata.name !== name)
      throw new StatusError(badRequest('name in URL does not match name in Binding object'));
    if (!target?.name) throw new StatusError(badRequest('target.name: Required value'));
    writer.bind(namespace, name, target.name, write);
    return sendJson(reply, { ...success, code: 201 }, 201);
  }
}

const optionsOf: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

/** @throws StatusError 422, which is what keeps a mistaken dry run from being a real one */
function isDryRun(value: string | undefined, method: string): boolean {
  if (value === undefined || value === 'All') return value === 'All';
  const message = `Unsupported value: []string{${JSON.stringify(value)}}: supported values: "All"`;
  const cause = { reason: 'FieldValueNotSupported', message, field: 'dryRun' };
  throw new StatusError(invalid(optionsOf[method] ?? '', '', [cause], 'meta.k8s.io'));
}

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** Whether a path fits a type: namespaced or not, and with a subresource that it has. */
function isServed(type: ResourceType, { namespace, name, subresource }: ResourcePath): boolean {
  if (!type.namespaced && namespace !== undefined) return false;
  if (type.namespaced && namespace === undefined && name !== undefined) return false;
  if (subresource === undefined) return true;
  return subresource === 'status' ? type.hasStatus === true : subresource === 'binding' && type === pods;
}
