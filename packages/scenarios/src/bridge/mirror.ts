import type { World } from '@kubeedge-sim/sim-kit';
import { type ApiClient, ApiError, type ApiObject } from './api-client.ts';
import type { Trouble } from './trouble.ts';

export interface MirrorOptions {
  world: World;
  client: ApiClient;
  path: string;
  query: Readonly<Record<string, string>>;
  onPut(object: ApiObject): void;
  onDelete(object: ApiObject): void;
  /** Told when the watch is broken, and when it is whole again. */
  trouble: Trouble;
}

/** A server that ends each watch at once is not asked for the next at once. */
const AGAIN_MS = 1_000;

/**
 * Follows a list of objects until it is disposed. What the server says is the truth: whenever a watch has ended, as it does
 * every half hour or so, everything is listed anew, and what is not there any more is deleted.
 * Resolves when the first list is there and its watch is open, or the server has too much to do at present.
 * @throws ApiError when they cannot be had
 */
export async function mirror(options: MirrorOptions): Promise<AsyncDisposable> {
  const { world, client, path, query, onPut, onDelete, trouble } = options;
  const key = `watch of ${path} ${JSON.stringify(query)}`;
  const known = new Map<string, ApiObject>();
  const stopping = new AbortController();
  const { signal } = stopping;
  const keyOf = ({ metadata }: ApiObject) => `${metadata.namespace}/${metadata.name}`;
  const put = (object: ApiObject) => {
    const before = known.get(keyOf(object));
    if (before?.metadata.resourceVersion === object.metadata.resourceVersion && before !== undefined) return;
    // One of the same name that came in its place.
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) onDelete(before);
    known.set(keyOf(object), object);
    onPut(object);
  };
  const forget = (object: ApiObject) => {
    const before = known.get(keyOf(object));
    if (before === undefined) return;
    known.delete(keyOf(object));
    onDelete(before);
  };

  /** Resolves with the end of the watch when it is open. */
  async function begin(): Promise<{ ended: Promise<void> }> {
    const { items = [], metadata } = await client.request('GET', path, { query });
    const there = new Set(items.map(keyOf));
    for (const [name, object] of known) if (!there.has(name)) forget(object);
    for (const item of items) put(item);
    const from = { ...query, resourceVersion: metadata.resourceVersion ?? '' };
    return client.watch(path, from, signal, (type, object) => {
      if (type === 'ADDED' || type === 'MODIFIED') put(object);
      else if (type === 'DELETED') forget(object);
    });
  }

  async function follow(first: Promise<void>): Promise<void> {
    let ended = first;
    for (;;) {
      try {
        await ended;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        // Its history does not go back so far: nothing that a list does not mend.
        if (!signal.aborted && error.status !== 410) trouble.begin(key, error);
      }
      await world.clock.sleep(AGAIN_MS, { signal, label: key }).catch(() => {});
      if (signal.aborted) return;
      ended = begin().then((watch) => {
        trouble.end(key);
        return watch.ended;
      });
    }
  }

  const { ended } = await begin().catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 429) throw error;
    return { ended: Promise.reject(error) };
  });
  const following = follow(ended);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await following;
    },
  };
}
