import type { World } from '@kubeedge-sim/sim-kit';
import { ApiError } from './api-client.ts';
import type { Trouble } from './trouble.ts';

/** Writes to an API server that may be away: one write at a time for a key, and the latest of those that wait. */
export interface Writer {
  put(key: string, write: () => Promise<void>): void;
  /** Gives up what waits, and resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;
/** Rights are mended by people. */
const FORBIDDEN_RETRY_MS = 10_000;

/** `refused` is told of writes that the server refuses for what is in them, and which are not made again. */
export function createWriter(
  world: World,
  trouble: Trouble,
  refused: (key: string, error: ApiError) => void,
): Writer {
  const waiting = new Map<string, () => Promise<void>>();
  const busy = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  async function work(key: string): Promise<void> {
    for (;;) {
      const write = waiting.get(key);
      if (write === undefined || signal.aborted) return;
      waiting.delete(key);
      try {
        await write();
        trouble.end(key);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!isPassing(error)) {
          refused(key, error);
          continue;
        }
        // A conflict is nobody's trouble: the write reads anew what it changes.
        if (error.status !== 409) trouble.begin(key, error);
        if (!waiting.has(key)) waiting.set(key, write);
        const pause = isForbidden(error) ? FORBIDDEN_RETRY_MS : RETRY_MS;
        await world.clock.sleep(pause, { signal, label: `write of ${key}` }).catch(() => {});
      }
    }
  }

  return {
    put(key, write) {
      if (signal.aborted) return;
      waiting.set(key, write);
      if (busy.has(key)) return;
      busy.set(
        key,
        work(key).finally(() => busy.delete(key)),
      );
    },
    async stop() {
      stopping.abort();
      await Promise.all(busy.values());
    },
  };
}

/** Not authenticated, or without the right. */
export const isForbidden = ({ status }: ApiError) => status === 401 || status === 403;

/** kubernetes apimachinery pkg/api/errors: not reached, a conflict, too many requests, or a server that is not itself. */
const isPassing = (error: ApiError) =>
  error.status === 0 ||
  error.status === 409 ||
  error.status === 429 ||
  error.status >= 500 ||
  isForbidden(error);
