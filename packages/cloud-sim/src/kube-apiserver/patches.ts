import { applyPatch, type Operation, Pointer } from 'rfc6902';
import { isRecord, type JsonObject, memberOf, setMember } from './json-object.ts';
import type { KubeObject } from './objects.ts';
import { LIMIT_BYTES } from './request-body.ts';
import { builtInTypes, type ResourceType } from './resource-types.ts';
import { badRequest, failedPatch, StatusError, tooLarge } from './status.ts';
import { strategicMerge } from './strategic-merge.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';

/** The types of patches that a type takes; a strategic merge needs to know how lists are merged. */
export function patchTypesOf(type: ResourceType): string[] {
  return [JSON_PATCH, MERGE_PATCH, ...(builtInTypes.includes(type) ? [STRATEGIC_MERGE_PATCH] : [])];
}

/**
 * A copy of an object with a patch applied.
 * @throws StatusError 400 for a body that is no patch, 413 for one of too many operations, 422 for a JSON patch that does not
 * fit the object
 */
export function patched(object: KubeObject, mediaType: string, patch: unknown): KubeObject {
  const copy = structuredClone({ ...object });
  if (mediaType === JSON_PATCH) return jsonPatched(copy, patch);
  if (!isRecord(patch)) throw new StatusError(badRequest('error decoding patch: a merge patch is an object'));
  const merge = mediaType === MERGE_PATCH ? mergePatch : strategicMerge;
  return merge(copy as unknown as JsonObject, patch) as unknown as KubeObject;
}

/** kubernetes/apiserver v0.19.10 pkg/endpoints/handlers/patch.go maxJSONPatchOperations. */
const OPERATIONS_MAX = 10_000;

function jsonPatched(copy: KubeObject, patch: unknown): KubeObject {
  if (!Array.isArray(patch) || patch.some((operation) => operation !== null && !isRecord(operation)))
    throw new StatusError(badRequest('error decoding patch: a JSON patch is an array of objects'));
  if (patch.length > OPERATIONS_MAX)
    throw new StatusError(
      tooLarge(`The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`),
    );
  let copied = 0;
  for (const operation of patch as (Operation | null)[]) {
    if (operation === null) throw new StatusError(failedPatch());
    try {
      // A few copies of what was copied before would fill the memory (apiserver v0.19.10 pkg/server/config.go
      // JSONPatchMaxCopyBytes).
      if (operation.op === 'copy')
        copied += JSON.stringify(Pointer.fromJSON(operation.from).get(copy) ?? null).length;
      if (copied > LIMIT_BYTES || applyPatch(copy, [asUpstream(copy, operation)])[0] !== null)
        throw new StatusError(failedPatch());
    } catch {
      // The library throws for what is no operation at all; upstream says the same for everything.
      throw new StatusError(failedPatch());
    }
  }
  return copy;
}

/** A member that is to be replaced need not be there (evanphx/json-patch v4.9.0 patch.go replace). */
function asUpstream(copy: KubeObject, operation: Operation): Operation {
  if (operation.op !== 'replace') return operation;
  const { parent, value } = Pointer.fromJSON(operation.path).evaluate(copy);
  return value === undefined && isRecord(parent) ? { ...operation, op: 'add' } : operation;
}

/** RFC 7386. */
function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (isRecord(value)) {
      const old = memberOf(target, key);
      setMember(target, key, mergePatch(isRecord(old) ? old : {}, value));
    } else setMember(target, key, value);
  }
  return target;
}
