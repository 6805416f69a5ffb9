import { decodedAs } from './decode-body.ts';
import { completed } from './defaults.ts';
import type { JsonObject } from './json-object.ts';
import type { KubeObject, ObjectMeta } from './objects.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';
import { decoded, ShapeError } from './shape.ts';
import { objectShape } from './shapes.data.ts';
import { badRequest, type Cause, invalid, StatusError } from './status.ts';

/**
 * Reads an object of a type out of a body.
 * @throws StatusError 400
 */
export function readObject(type: ResourceType, namespace: string | undefined, body: unknown): KubeObject {
  const shape = objectShape(type.kind, type.shape);
  return objectOf(type, namespace, decodedAs(type.kind, apiVersionOf(type), shape, body));
}

/**
 * The same of what a patch has made of an object.
 * @throws StatusError 400, 422 (kubernetes/apiserver v0.19.10 pkg/endpoints/handlers/patch.go)
 */
export function readPatched(
  type: ResourceType,
  namespace: string | undefined,
  object: KubeObject,
): KubeObject {
  const shape = objectShape(type.kind, type.shape);
  try {
    return objectOf(type, namespace, decoded(shape, object as unknown as JsonObject));
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${error.message}`;
    throw new StatusError(invalid('', '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }]));
  }
}

/** @throws StatusError 400 */
function objectOf(
  type: ResourceType,
  namespace: string | undefined,
  object: Partial<KubeObject>,
): KubeObject {
  const refuse = (why: string) => new StatusError(badRequest(why));
  const { kind = type.kind, apiVersion = apiVersionOf(type), metadata = {}, ...rest } = object;
  const wanted = apiVersionOf(type);
  if (apiVersion !== wanted)
    throw refuse(
      `the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`,
    );
  if (kind !== type.kind)
    throw refuse(`${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${type.kind}`);
  const { name = '', namespace: given, ...others } = metadata as Partial<ObjectMeta>;
  if (given && namespace !== undefined && given !== namespace)
    throw refuse('the namespace of the provided object does not match the namespace sent on the request');
  const place = namespace === undefined ? {} : { namespace };
  return completed(type, {
    kind,
    apiVersion,
    metadata: { name, ...place, ...others } as ObjectMeta,
    ...rest,
  });
}

export function checkName({ metadata }: KubeObject, name: string): void {
  if (metadata.name === name) return;
  const why = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`;
  throw new StatusError(badRequest(why));
}

/** What the server gives is not the client's to choose. */
export function withoutServerFields(
  metadata: ObjectMeta,
): Omit<ObjectMeta, 'uid' | 'creationTimestamp' | 'resourceVersion'> {
  const {
    uid: _uid,
    creationTimestamp: _at,
    resourceVersion: _version,
    selfLink: _link,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    managedFields: _managed,
    ...own
  } = metadata as ObjectMeta & { managedFields?: unknown };
  return own;
}

/**
 * That an object is to go is for a DELETE to say.
 * @throws StatusError 422 (kubernetes/apimachinery v0.19.10 pkg/api/validation/objectmeta.go
 * ValidateObjectMetaAccessorUpdate)
 */
export function checkImmutable(
  type: ResourceType,
  { metadata }: KubeObject,
  given: Partial<ObjectMeta>,
): void {
  const causes: Cause[] = [];
  for (const member of ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    const value = given[member];
    if (value === undefined || value === metadata[member]) continue;
    const message = `Invalid value: ${JSON.stringify(value)}: field is immutable`;
    causes.push({ reason: 'FieldValueInvalid', message, field: `metadata.${member}` });
  }
  if (causes.length > 0) throw new StatusError(invalid(type.kind, metadata.name, causes, type.group));
}
