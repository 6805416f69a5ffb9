import type { World } from '@kubeedge-sim/sim-kit';
import { type ApiClient, ApiError, type ApiObject } from './api-client.ts';

export interface MirrorOptions {
  world: World;
  client: ApiClient;
  path: string;
  query: Readonly<Record<string, string>>;
  onPut(object: ApiObject): void;
  onDelete(object: ApiObject): void;
  /** Told when the watch is broken, and when it is whole again. */
  onState(error: ApiError | undefined): void;
}

const AGAIN_MS = 1_000;

/**
 * Follows a list of objects until it is disposed. What the server says is the truth: after each break everything is listed
 * anew, and what is not there any more is deleted. 410 Gone is a break that the client deals with itself.
 * Resolves when the first list is there. @throws ApiError when it cannot be had
 */
export async function mirror(options: MirrorOptions): Promise<AsyncDisposable> {
  const { world, client, path, query, onPut, onDelete, onState } = options;
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

  let broken = Promise.withResolvers<ApiError>();
  let stopInformer = () => Promise.resolve();

  /** Resolves when the list is there and the watch is open. */
  async function begin(): Promise<void> {
    broken = Promise.withResolvers<ApiError>();
    const { reject, promise: failed } = Promise.withResolvers<never>();
    const informer = client.informer(path, query);
    stopInformer = () => informer.stop();
    const fail = (error: unknown) => {
      const api = error instanceof ApiError ? error : new ApiError(0, `watch of ${path}: ${String(error)}`);
      reject(api);
      broken.resolve(api);
    };
    failed.catch(() => {});
    const alive = (take: (object: ApiObject) => void) => (object: unknown) => {
      if (!signal.aborted) take(object as ApiObject);
    };
    informer.on('add', alive(put));
    informer.on('update', alive(put));
    informer.on('delete', alive(forget));
    informer.on('error', fail);
    await Promise.race([informer.start(), failed]);
    const there = new Set(informer.list().map((object) => keyOf(object as unknown as ApiObject)));
    for (const [key, object] of known) if (!there.has(key)) forget(object);
  }

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      const error = await Promise.race([broken.promise, aborted(signal)]);
      if (error === undefined) return;
      onState(error);
      await stopInformer();
      while (!signal.aborted) {
        await world.clock.sleep(AGAIN_MS, { signal, label: `watch of ${path}` }).catch(() => {});
        if (signal.aborted) return;
        try {
          await begin();
          onState(undefined);
          break;
        } catch (again) {
          if (!(again instanceof ApiError)) throw again;
          await stopInformer();
        }
      }
    }
  }

  try {
    await begin();
  } catch (error) {
    await stopInformer();
    throw error;
  }
  const following = follow();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await stopInformer();
      await following;
    },
  };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
}
