import type { Clock, Rng } from '@kubeedge-sim/sim-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createObjectEncoder } from './encode-objects.ts';
import type { FaceRelease } from './face-release.ts';
import type { ObjectStore } from './object-store.ts';
import { patched, patchTypesOf } from './patches.ts';
import { createReader, type ReadQuery } from './read-objects.ts';
import { mediaTypeOf, readJson } from './request-body.ts';
import { parseResourcePath, type ResourcePath } from './resource-path.ts';
import { pods, type ResourceType } from './resource-types.ts';
import { sendJson, sendText } from './send.ts';
import { badRequest, methodNotAllowed, StatusError } from './status.ts';
import { createObjectWriter, type DeleteOptions } from './write-objects.ts';

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
  const method = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
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
    if (path === undefined || type === undefined || !isServed(type, path))
      return sendText(reply, '404 page not found', 404);
    try {
      return await answer(request, reply, type, path);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return sendJson(reply, error.status, error.status.code);
    }
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    type: ResourceType,
    { namespace, name, subresource }: ResourcePath,
  ) {
    const target = { type, ...(namespace !== undefined && { namespace }) };
    const query = request.query as ReadQuery & { dryRun?: string };
    const write = { dryRun: query.dryRun === 'All' };
    if (subresource === 'binding') return bind(request, reply, namespace ?? '', name ?? '');
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
        const patch = await readJson(request, patchTypesOf(type));
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
        const options = ((await readJson(request, JSON_ONLY)) ?? {}) as DeleteOptions;
        const { gracePeriodSeconds } = request.query as { gracePeriodSeconds?: string };
        const { object, gone } = writer.delete(named, {
          ...options,
          ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds: Number(gracePeriodSeconds) }),
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

  async function bind(request: FastifyRequest, reply: FastifyReply, namespace: string, name: string) {
    if (request.method !== 'POST') throw new StatusError(methodNotAllowed());
    const body = (await readJson(request, JSON_ONLY)) as { target?: { name?: string } } | undefined;
    const node = body?.target?.name;
    if (!node) throw new StatusError(badRequest('target.name: Required value'));
    writer.bind(namespace, name, node);
    return sendJson(reply, { ...success, code: 201 }, 201);
  }
}

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** Whether a path fits a type: namespaced or not, and with a subresource that it has. */
function isServed(type: ResourceType, { namespace, name, subresource }: ResourcePath): boolean {
  if (!type.namespaced && namespace !== undefined) return false;
  if (type.namespaced && namespace === undefined && name !== undefined) return false;
  if (subresource === undefined) return true;
  return subresource === 'status' ? type.hasStatus === true : subresource === 'binding' && type === pods;
}
