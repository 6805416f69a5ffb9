import { applyPatch, type Operation } from 'rfc6902';
import { isRecord, type JsonObject, memberOf, setMember } from './json-object.ts';
import type { KubeObject } from './objects.ts';
import { builtInTypes, type ResourceType } from './resource-types.ts';
import { badRequest, failedPatch, StatusError } from './status.ts';
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
 * @throws StatusError 400 for a body that is no patch, 422 for a JSON patch that does not fit the object
 */
export function patched(object: KubeObject, mediaType: string, patch: unknown): KubeObject {
  const copy = structuredClone({ ...object });
  if (mediaType === JSON_PATCH) {
    if (!Array.isArray(patch))
      throw new StatusError(badRequest('error decoding patch: a JSON patch is an array'));
    const failure = applyPatch(copy, patch as Operation[]).find((error) => error !== null);
    if (failure) throw new StatusError(failedPatch(failure.message));
    return copy;
  }
  if (!isRecord(patch)) throw new StatusError(badRequest('error decoding patch: a merge patch is an object'));
  const merge = mediaType === MERGE_PATCH ? mergePatch : strategicMerge;
  return merge(copy as unknown as JsonObject, patch) as unknown as KubeObject;
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
