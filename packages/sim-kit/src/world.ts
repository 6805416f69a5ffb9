import type { Clock } from './clock.ts';
import { SimError } from './errors.ts';
import { createIds, type Ids } from './ids.ts';
import { createMemoryNet } from './net/memory-net.ts';
import type { Net } from './net/net.ts';
import { createRng, type Rng } from './rng.ts';
import { createTrace, type Trace } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Everything a component may know of the outside: time, network, randomness, identifiers, and where to report. */
export interface World extends AsyncDisposable {
  readonly seed: number;
  readonly clock: Clock;
  readonly net: Net;
  readonly rng: Rng;
  readonly ids: Ids;
  readonly trace: Trace;
  /**
   * Lets the world live while `body` runs. On the memory net virtual time advances only in here: `body` must await
   * nothing but the world. `limitMs` bounds the virtual time spent (default one hour).
   * @throws what `body` throws; SimError SIM_ERR_DEADLOCK, SIM_ERR_STALLED
   */
  run<T>(body: () => Promise<T>, options?: { limitMs?: number }): Promise<T>;
  /** Notes that somebody waits, for deadlock reports; dispose it when the wait is over. */
  waiting(label: string): Disposable;
  /** Disposes `resource` with the world, the latest first. */
  own<T extends AsyncDisposable>(resource: T): T;
}

export interface WorldOptions {
  /** Repeats a run; default 1. */
  seed?: number;
  /** When the world begins, milliseconds since the epoch; default 2021-06-10T08:00:00Z, the founding report's day. */
  startAtMs?: number;
}

const START_AT_MS = Date.UTC(2021, 5, 10, 8);
const RUN_LIMIT_MS = 3_600_000;
/** How many events a trace keeps at least, unless told otherwise. */
export const EVENTS_KEPT = 500_000;
/** How much of their text: far more than the events of any scenario have. */
export const TRACE_TEXT_KEPT = 64 * 1024 * 1024;

/** A world on the in-memory net under virtual time: fast, and the same for the same seed. */
export function createMemoryWorld(options: WorldOptions = {}): World {
  const seed = options.seed ?? 1;
  const clock = new VirtualClock(options.startAtMs ?? START_AT_MS);
  const ids = createIds(seed);
  const trace = createTrace(clock, { eventsKept: EVENTS_KEPT, textKept: TRACE_TEXT_KEPT, hashesAll: true });
  const net = createMemoryNet({ clock, ids, trace });
  return assembleWorld({ seed, clock, ids, trace, net }, async (body, waits, limitMs) => {
    let settled = false;
    const result = body().finally(() => {
      settled = true;
    });
    result.catch(() => {});
    await clock.advanceUntil(
      () => settled,
      limitMs,
      () => [...waits(), ...clock.pending()],
    );
    return result;
  });
}

type Runner = <T>(body: () => Promise<T>, waits: () => string[], limitMs: number) => Promise<T>;

/** Puts a world together from its parts; the two nets differ only in those and in how they run. */
export function assembleWorld(
  parts: { seed: number; clock: Clock; ids: Ids; trace: Trace; net: Net },
  runner: Runner,
): World {
  const waits = new Map<object, string>();
  const owned: AsyncDisposable[] = [];
  let disposed = false;
  return {
    ...parts,
    rng: createRng(parts.seed),
    run(body, { limitMs = RUN_LIMIT_MS } = {}) {
      if (disposed) throw new SimError('SIM_ERR_DISPOSED', { action: 'run' });
      return runner(body, () => [...waits.values()], limitMs);
    },
    waiting(label) {
      const key = {};
      waits.set(key, label);
      return { [Symbol.dispose]: () => void waits.delete(key) };
    },
    own(resource) {
      owned.push(resource);
      return resource;
    },
    async [Symbol.asyncDispose]() {
      if (disposed) return;
      disposed = true;
      const dispose = async () => {
        for (const resource of owned.reverse()) await resource[Symbol.asyncDispose]();
      };
      await runner(dispose, () => [...waits.values()], RUN_LIMIT_MS);
      const left = [...parts.net.open(), ...lingering(parts.clock)];
      await parts.net[Symbol.asyncDispose]();
      if (left.length > 0) throw new SimError('SIM_ERR_LEAK', { left: left.join('; ') });
    },
  };
}

/** Timers still pending, without what is merely on its way: bytes sent to a socket that has just been closed. */
function lingering(clock: Clock): string[] {
  return clock
    .pending()
    .filter((label) => !label.startsWith('delivery on '))
    .map((label) => `timer "${label}"`);
}
