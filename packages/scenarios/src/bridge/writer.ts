import type { World } from '@kubeedge-sim/sim-kit';
import { ApiError } from './api-client.ts';

/** Writes to an API server that may be away: one write at a time for a key, and the latest of those that wait. */
export interface Writer {
  put(key: string, write: () => Promise<void>): void;
  /** Gives up what waits, and resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/** `refused` is told of writes that the server refuses, `away` once of a server that cannot be asked. */
export function createWriter(
  world: World,
  told: { refused(key: string, error: ApiError): void; away(error: ApiError): void },
): Writer {
  const waiting = new Map<string, () => Promise<void>>();
  const busy = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let away = false;

  async function work(key: string): Promise<void> {
    for (;;) {
      const write = waiting.get(key);
      if (write === undefined || signal.aborted) return;
      waiting.delete(key);
      try {
        await write();
        away = false;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (!isTransient(error)) {
          told.refused(key, error);
          continue;
        }
        if (!away) told.away(error);
        away = true;
        if (!waiting.has(key)) waiting.set(key, write);
        await world.clock.sleep(RETRY_MS, { signal, label: `write of ${key}` }).catch(() => {});
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

/** kubernetes apimachinery pkg/api/errors: not reached, too many requests, or a server that is not itself. */
const isTransient = ({ status }: ApiError) => status === 0 || status === 429 || status >= 500;
