import { formatRfc3339, type Secret } from './objects.ts';
import { secrets as type } from './resource-types.ts';
import type { SharedClock, TypedObjects } from './typed-objects.ts';

/** The Secrets of a cluster as programs of the cluster use them. */
export interface SecretStore {
  /** Of one namespace, or of all. */
  list(namespace?: string): Secret[];
  get(namespace: string, name: string): Secret | undefined;
  /**
   * Adds an Opaque Secret, or replaces its data. The bytes are made when they are first asked for, because certificates
   * cost time and few runs look at them.
   */
  put(namespace: string, name: string, data: () => Readonly<Record<string, Uint8Array>>): Secret;
  /** False when there is no such Secret. */
  delete(namespace: string, name: string): boolean;
}

export function createSecretStore(
  objects: TypedObjects<Secret>,
  { now, nextVersion }: SharedClock,
): SecretStore {
  return {
    list: (namespace) => objects.list(namespace),
    get: (namespace, name) => objects.get(name, namespace),
    put(namespace, name, make) {
      const known = objects.get(name, namespace)?.metadata;
      let made: Record<string, string> | undefined;
      return objects.keep({
        kind: type.kind,
        apiVersion: 'v1',
        metadata: {
          name,
          namespace,
          uid: `secret-${namespace}-${name}`,
          resourceVersion: String(nextVersion()),
          creationTimestamp: known?.creationTimestamp ?? formatRfc3339(now()),
        },
        get data() {
          made ??= Object.fromEntries(
            Object.entries(make()).map(([key, bytes]) => [key, Buffer.from(bytes).toString('base64')]),
          );
          return made;
        },
        type: 'Opaque',
      });
    },
    delete: (namespace, name) => objects.delete(name, namespace),
  };
}

/** The bytes of one key; undefined when it is not there. */
export function secretBytes(secret: Secret | undefined, key: string): Uint8Array | undefined {
  const text = secret?.data?.[key];
  return text === undefined ? undefined : Buffer.from(text, 'base64');
}
