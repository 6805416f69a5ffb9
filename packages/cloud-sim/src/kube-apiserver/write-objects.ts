import { isDeepStrictEqual } from 'node:util';
import type { Clock, Rng } from '@kubeedge-sim/sim-kit';
import { asCreated, completed } from './defaults.ts';
import type { FaceRelease } from './face-release.ts';
import { checkImmutable, checkName, readObject, readPatched, withoutServerFields } from './given-object.ts';
import type { ObjectStore } from './object-store.ts';
import { formatRfc3339, type KubeObject, type ObjectMeta, type Pod } from './objects.ts';
import { randomSuffix } from './random-suffix.ts';
import { builtInTypes, namespaces, pods, type ResourceType } from './resource-types.ts';
import {
  alreadyExists,
  conflict,
  forbidden,
  invalid,
  notFound,
  StatusError,
  unknownError,
} from './status.ts';
import type { TypedObjects } from './typed-objects.ts';
import { validateChange, validateLabels, validateNew } from './validate.ts';

export interface Target {
  type: ResourceType;
  namespace?: string;
}

export interface WriteOptions {
  /** `dryRun=All`: everything but the writing. */
  dryRun: boolean;
}

/** metav1.DeleteOptions as far as it counts here. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun: boolean;
}

/** Writes objects as clients of an apiserver may. All methods throw a StatusError for what is refused. */
export interface ObjectWriter {
  create(target: Target, body: unknown, options: WriteOptions): KubeObject;
  /** A PUT; `subresource` status writes the status, and without it everything but the status. */
  update(
    target: Target & { name: string; subresource?: string },
    body: unknown,
    options: WriteOptions,
  ): { object: KubeObject; created: boolean };
  /** Writes what `change` makes of the object that is there. */
  change(
    target: Target & { name: string; subresource?: string },
    change: (object: KubeObject) => KubeObject,
    options: WriteOptions,
  ): KubeObject;
  /** `gone` is false while someone has to finish first: a node that runs the pod, or who set a finalizer. */
  delete(target: Target & { name: string }, options: DeleteOptions): { object: KubeObject; gone: boolean };
  /** Binds a pod to a node, as a scheduler does. */
  bind(namespace: string, name: string, node: string, options: WriteOptions): void;
}

const CHANGED = 'the object has been modified; please apply your changes to the latest version and try again';

export function createObjectWriter(
  store: ObjectStore,
  { clock, rng, release }: { clock: Clock; rng: Rng; release: FaceRelease },
): ObjectWriter {
  const of = ({ group, plural: resource }: ResourceType) => ({ group, resource });
  const objectsOf = (type: ResourceType) => store.of(type);
  const existing = (type: ResourceType, name: string, namespace: string | undefined) => {
    const object = objectsOf(type).get(name, namespace);
    if (object === undefined) throw new StatusError(notFound(of(type), name));
    return object;
  };

  function replace(
    { type, subresource }: Target & { subresource?: string },
    before: KubeObject,
    wanted: KubeObject,
    dryRun: boolean,
  ): KubeObject {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = before.metadata;
    const given: Partial<ObjectMeta> = wanted.metadata;
    if (given.uid !== undefined && given.uid !== '' && given.uid !== uid)
      throw new StatusError(
        conflict(
          of(type),
          name,
          `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`,
        ),
      );
    if (given.resourceVersion && given.resourceVersion !== resourceVersion)
      throw new StatusError(conflict(of(type), name, CHANGED));
    const { deletionTimestamp, deletionGracePeriodSeconds } = before.metadata;
    checkImmutable(type, before, given);
    const {
      selfLink: _selfLink,
      managedFields: _managed,
      ...metadata
    } = wanted.metadata as ObjectMeta & {
      managedFields?: unknown;
    };
    const parts = mergeParts(type, subresource, before, wanted);
    const after: KubeObject = {
      kind: before.kind,
      apiVersion: before.apiVersion,
      metadata: {
        ...metadata,
        name,
        ...(namespace !== undefined && { namespace }),
        uid,
        resourceVersion,
        creationTimestamp,
        ...(deletionTimestamp !== undefined && { deletionTimestamp }),
        ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
      },
      ...parts,
    };
    const { selfLink: _before, ...metadataBefore } = before.metadata;
    // What the simulator's own programs have put may lack what a client's object is completed with.
    const whole = completed(type, { ...before, metadata: metadataBefore });
    if (isDeepStrictEqual(plain(after), plain(whole))) return before;
    validateLabels(type, after);
    if (subresource === undefined) validateChange(type, whole, after, release);
    if (dryRun) return after;
    const objects = objectsOf(type);
    const stored = objects.put(after);
    if (stored.metadata.deletionTimestamp !== undefined && isFinished(stored))
      objects.delete(name, namespace);
    return stored;
  }

  const writer: ObjectWriter = {
    create({ type, namespace }, body, { dryRun }) {
      const object = readObject(type, namespace, body);
      const { generateName = '' } = object.metadata;
      if (object.metadata.name === '' && generateName !== '') {
        object.metadata.name = `${generateName.slice(0, 58)}${randomSuffix(rng)}`;
      }
      if (object.metadata.resourceVersion)
        throw new StatusError(unknownError('resourceVersion should not be set on objects to be created'));
      if (namespace !== undefined && store.of(namespaces).get(namespace) === undefined)
        throw new StatusError(notFound({ resource: 'namespaces' }, namespace));
      validateNew(type, object, release);
      const { name } = object.metadata;
      const objects = objectsOf(type);
      if (objects.get(name, namespace) !== undefined) throw new StatusError(alreadyExists(of(type), name));
      const own = withoutServerFields(object.metadata);
      const full = asCreated(type, object);
      if (!dryRun) return objects.put({ ...full, metadata: own });
      return { ...full, metadata: { ...own, creationTimestamp: formatRfc3339(clock.now()) } as ObjectMeta };
    },

    update(target, body, { dryRun }) {
      const { type, namespace, name, subresource } = target;
      const wanted = readObject(type, namespace, body);
      checkName(wanted, name);
      const before = objectsOf(type).get(name, namespace);
      if (before === undefined) {
        if (type.createsOnUpdate !== true || subresource !== undefined)
          throw new StatusError(notFound(of(type), name));
        return { object: writer.create(target, body, { dryRun }), created: true };
      }
      const unconditional = type.unconditionalUpdate ?? builtInTypes.includes(type);
      if (!unconditional && !wanted.metadata.resourceVersion)
        throw new StatusError(
          invalid(
            type.kind,
            name,
            [
              {
                reason: 'FieldValueInvalid',
                message: 'Invalid value: 0x0: must be specified for an update',
                field: 'metadata.resourceVersion',
              },
            ],
            type.group,
          ),
        );
      return { object: replace(target, before, wanted, dryRun), created: false };
    },

    change(target, change, { dryRun }) {
      const { type, namespace, name } = target;
      const before = existing(type, name, namespace);
      const wanted = readPatched(type, namespace, change(before));
      checkName(wanted, name);
      return replace(target, before, wanted, dryRun);
    },

    delete({ type, namespace, name }, options) {
      const objects = objectsOf(type);
      const object = existing(type, name, namespace);
      checkPreconditions(of(type), object, options);
      if (type === namespaces && name.match(/^(default|kube-system|kube-public)$/))
        throw new StatusError(forbidden(of(type), name, 'this namespace may not be deleted'));
      if (options.dryRun) return { object, gone: true };
      const seconds = graceOf(type, object, options);
      const waits = (object.metadata.finalizers ?? []).length > 0 || seconds > 0;
      if (!waits) {
        if (type === namespaces) emptyNamespace(store, name);
        objects.delete(name, namespace);
        return { object, gone: true };
      }
      const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
      // A second delete may shorten the time, not lengthen it.
      if (deletionTimestamp !== undefined && seconds >= (deletionGracePeriodSeconds ?? 0))
        return { object, gone: false };
      const metadata = {
        ...object.metadata,
        deletionTimestamp: formatRfc3339(clock.now() + seconds * 1_000),
        deletionGracePeriodSeconds: seconds,
      };
      return { object: objects.put({ ...object, metadata }), gone: false };
    },

    bind(namespace, name, node, { dryRun }) {
      const pod = existing(pods, name, namespace) as unknown as Pod;
      const refuse = (why: string) => new StatusError(conflict({ resource: 'pods/binding' }, name, why));
      if (pod.metadata.deletionTimestamp !== undefined)
        throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
      if (pod.spec.nodeName)
        throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
      if (dryRun) return;
      const condition = {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: formatRfc3339(clock.now()),
      } as const;
      const others = (pod.status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
      store.of(pods).put({
        ...pod,
        spec: { ...pod.spec, nodeName: node },
        status: { ...pod.status, conditions: [...others, condition] },
      });
    },
  };
  return writer;
}

/** Everything but kind, apiVersion and metadata: a status is written through its subresource only, and nothing else there. */
function mergeParts(
  type: ResourceType,
  subresource: string | undefined,
  before: KubeObject,
  wanted: KubeObject,
): object {
  const partsOf = ({ kind: _k, apiVersion: _a, metadata: _m, ...parts }: KubeObject) =>
    parts as { status?: unknown };
  if (type.hasStatus !== true) return partsOf(wanted);
  const [content, status] = subresource === 'status' ? [before, wanted] : [wanted, before];
  const { status: _status, ...parts } = partsOf(content);
  const kept = partsOf(status).status;
  return kept === undefined ? parts : { ...parts, status: kept };
}

/** Getters and absent members count as what is written in the end. */
const plain = (object: KubeObject) => JSON.parse(JSON.stringify(object)) as object;

const isFinished = ({ metadata }: KubeObject) =>
  (metadata.finalizers ?? []).length === 0 && (metadata.deletionGracePeriodSeconds ?? 0) === 0;

/**
 * How long a pod gets to end: not at all where nobody runs it
 * (kubernetes/kubernetes v1.19.10 pkg/registry/core/pod/strategy.go CheckGracefulDelete).
 */
function graceOf(type: ResourceType, object: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  if (type !== pods) return 0;
  const { spec, status } = object as unknown as Pod;
  if (!spec.nodeName || status.phase === 'Failed' || status.phase === 'Succeeded') return 0;
  const seconds = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  // A negative one means at once, which is a second for the node to hear of it (v1.22.0 the same file).
  return seconds < 0 ? 1 : seconds;
}

function checkPreconditions(
  of: { group: string; resource: string },
  { metadata }: KubeObject,
  { preconditions = {} }: DeleteOptions,
): void {
  const check = (what: string, wanted: string | undefined, found: string) => {
    if (wanted === undefined || wanted === found) return;
    const why = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`;
    throw new StatusError(conflict(of, metadata.name, why));
  };
  check('UID', preconditions.uid, metadata.uid);
  check('ResourceVersion', preconditions.resourceVersion, metadata.resourceVersion);
}

/** What the namespace controller does, without the time that it takes. */
function emptyNamespace(store: ObjectStore, namespace: string): void {
  for (const type of store.types()) {
    if (!type.namespaced) continue;
    const objects: TypedObjects = store.of(type);
    for (const { metadata } of objects.list(namespace)) objects.delete(metadata.name, namespace);
  }
}
