/** A core/v1 Secret of type Opaque. */
export interface Secret {
  readonly namespace: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly resourceVersion: string;
  /** The bytes by key. Made when they are first asked for, because certificates cost time and few runs look at them. */
  data(): Readonly<Record<string, Uint8Array>>;
}

/** The Secrets of a cluster, in the order of their keys as etcd has them. */
export interface SecretStore {
  /** Of one namespace, or of all. */
  list(namespace?: string): Secret[];
  get(namespace: string, name: string): Secret | undefined;
  /** Adds a Secret, or replaces its data. */
  put(namespace: string, name: string, data: Secret['data']): Secret;
  /** False when there is no such Secret. */
  delete(namespace: string, name: string): boolean;
}

/** Creates an empty store; `nextVersion` gives the resourceVersion of the next change. */
export function createSecretStore(now: () => number, nextVersion: () => string): SecretStore {
  const secrets = new Map<string, Secret>();
  return {
    list: (namespace) =>
      [...secrets]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, secret]) => (namespace === undefined || secret.namespace === namespace ? [secret] : [])),
    get: (namespace, name) => secrets.get(`${namespace}/${name}`),
    put(namespace, name, make) {
      const key = `${namespace}/${name}`;
      let made: ReturnType<Secret['data']> | undefined;
      const secret: Secret = {
        namespace,
        name,
        createdAtMs: secrets.get(key)?.createdAtMs ?? now(),
        resourceVersion: nextVersion(),
        data() {
          made ??= make();
          return made;
        },
      };
      secrets.set(key, secret);
      return secret;
    },
    delete(namespace, name) {
      const isThere = secrets.delete(`${namespace}/${name}`);
      if (isThere) nextVersion();
      return isThere;
    },
  };
}
