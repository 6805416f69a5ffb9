import { formatRfc3339, type KubeObject, type Unstored } from './objects.ts';
import { apiVersionOf, type ResourceType } from './resource-types.ts';

export interface ObjectEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Of a DELETED one: as it was last, with the resourceVersion of its end. */
  readonly object: T;
  /** What it was before, for those who saw only a selection. */
  readonly previous?: T;
}

/** The objects of one type, in the order of their keys as etcd has them. What is read out is not to be changed. */
export interface TypedObjects<T extends KubeObject = KubeObject> {
  readonly type: ResourceType<T>;
  readonly size: number;
  /** Of one namespace, or of all. */
  list(namespace?: string): T[];
  get(name: string, namespace?: string): T | undefined;
  /** Those whose indexed field has this value, in no order; undefined when the type has no index. */
  indexed(value: string): T[] | undefined;
  /** Adds or replaces a copy of an object and gives it the next resourceVersion. */
  put(object: Unstored<T>): T;
  /** The same without a copy, for objects that compute some member only when it is asked for. */
  keep(object: T): T;
  /** False when there is no such object. */
  delete(name: string, namespace?: string): boolean;
  subscribe(listener: (event: ObjectEvent<T>) => void): Disposable;
  /** The events after a version, oldest first; undefined when some of them have been forgotten. */
  since(resourceVersion: number): ObjectEvent<T>[] | undefined;
  /** The version up to which events have been forgotten. */
  readonly oldestVersion: number;
}

/** How many events of a type are kept for watches that come back, or are slow. */
export const HISTORY_EVENTS = 4_096;

export interface SharedClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** The resourceVersion of the next change of any type. */
  nextVersion(): number;
}

export function createTypedObjects<T extends KubeObject>(
  type: ResourceType<T>,
  { now, nextVersion }: SharedClock,
): TypedObjects<T> {
  const objects = new Map<string, T>();
  const index = new Map<string, Map<string, T>>();
  const listeners = new Set<(event: ObjectEvent<T>) => void>();
  const history = createHistory<T>();
  let sortedKeys: string[] | undefined = [];

  const indexValue = (object: T) => type.fields?.(object)[type.indexedField ?? ''];
  const reindex = (key: string, previous: T | undefined, next: T | undefined) => {
    if (type.indexedField === undefined) return;
    const before = previous && indexValue(previous);
    const after = next && indexValue(next);
    if (before !== undefined && before !== after) {
      const group = index.get(before);
      group?.delete(key);
      if (group?.size === 0) index.delete(before);
    }
    if (after === undefined || next === undefined) return;
    let group = index.get(after);
    if (group === undefined) {
      group = new Map();
      index.set(after, group);
    }
    group.set(key, next);
  };
  const tell = (event: ObjectEvent<T>) => {
    history.add(event);
    for (const listener of listeners) listener(event);
  };
  const keep = (object: T) => {
    const key = keyOf(object.metadata.name, object.metadata.namespace);
    const previous = objects.get(key);
    if (previous === undefined) sortedKeys = undefined;
    objects.set(key, object);
    reindex(key, previous, object);
    tell(previous === undefined ? { type: 'ADDED', object } : { type: 'MODIFIED', object, previous });
    return object;
  };
  return {
    type,
    get size() {
      return objects.size;
    },
    list(namespace) {
      sortedKeys ??= [...objects.keys()].sort();
      const keys = namespace === undefined ? sortedKeys : within(sortedKeys, `${namespace}/`);
      return keys.flatMap((key) => objects.get(key) ?? []);
    },
    get: (name, namespace) => objects.get(keyOf(name, namespace)),
    indexed(value) {
      return type.indexedField === undefined ? undefined : [...(index.get(value)?.values() ?? [])];
    },
    put(object) {
      const { metadata, ...rest } = structuredClone(object);
      const version = nextVersion();
      const { kind: _kind, apiVersion: _apiVersion, ...content } = rest;
      const stored = {
        kind: type.kind,
        apiVersion: apiVersionOf(type),
        metadata: {
          uid: uidOf(version),
          creationTimestamp: formatRfc3339(now()),
          ...metadata,
          resourceVersion: String(version),
        },
        ...content,
      };
      return keep(stored as unknown as T);
    },
    keep,
    delete(name, namespace) {
      const key = keyOf(name, namespace);
      const previous = objects.get(key);
      if (previous === undefined) return false;
      objects.delete(key);
      sortedKeys = undefined;
      reindex(key, previous, undefined);
      const metadata = { ...previous.metadata, resourceVersion: String(nextVersion()) };
      tell({ type: 'DELETED', object: { ...previous, metadata }, previous });
      return true;
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    since: history.since,
    get oldestVersion() {
      return history.forgotten();
    },
  };
}

const keyOf = (name: string, namespace: string | undefined) =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** Versions are given once, so that uids are, too; the shape is that of a version 4 UUID. */
const uidOf = (version: number) => `00000000-0000-4000-8000-${version.toString(16).padStart(12, '0')}`;

/** The keys that begin with a prefix. */
function within(sortedKeys: readonly string[], prefix: string): readonly string[] {
  const firstNotBelow = (wanted: string) => {
    let low = 0;
    let high = sortedKeys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sortedKeys[middle] ?? '') < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return sortedKeys.slice(firstNotBelow(prefix), firstNotBelow(`${prefix}\uffff`));
}

/** The last events of a type, and the version up to which they have been forgotten. */
function createHistory<T extends KubeObject>() {
  const versionOf = ({ object }: ObjectEvent<T>) => Number(object.metadata.resourceVersion);
  // Grows to twice the limit before it is cut, so that forgetting costs nothing for most events.
  let events: ObjectEvent<T>[] = [];
  let forgotten = 0;
  return {
    forgotten: () => forgotten,
    add(event: ObjectEvent<T>) {
      events.push(event);
      if (events.length < 2 * HISTORY_EVENTS) return;
      const cut = events.slice(0, -HISTORY_EVENTS);
      forgotten = versionOf(cut[cut.length - 1] as ObjectEvent<T>);
      events = events.slice(-HISTORY_EVENTS);
    },
    since(version: number): ObjectEvent<T>[] | undefined {
      if (version < forgotten) return undefined;
      let at = events.length;
      while (at > 0 && versionOf(events[at - 1] as ObjectEvent<T>) > version) at--;
      return events.slice(at);
    },
  };
}
