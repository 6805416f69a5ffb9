import { type Clock, sleepOn, type Timer } from './clock.ts';

/** What node's timers can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** The machine's clock. It knows its pending timers, so that a world can tell what was left behind. */
export class RealClock implements Clock {
  readonly #pending = new Map<object, string>();
  readonly #cancels = new Map<object, () => void>();

  now(): number {
    return Date.now();
  }

  setTimeout(callback: () => void, delayMs: number, label = 'timer'): Timer {
    const key = {};
    const fire = () => {
      this.#pending.delete(key);
      this.#cancels.delete(key);
      callback();
    };
    let handle: NodeJS.Timeout | undefined;
    // A certificate is renewed after months, and node's timers end at once when they are told more than this.
    const wait = (restMs: number) => {
      handle =
        restMs > LONGEST_MS
          ? setTimeout(() => wait(restMs - LONGEST_MS), LONGEST_MS)
          : setTimeout(fire, Math.max(0, restMs));
    };
    wait(delayMs);
    this.#pending.set(key, label);
    return this.#timer(key, () => clearTimeout(handle));
  }

  setInterval(callback: () => void, periodMs: number, label = 'interval'): Timer {
    const key = {};
    const handle = setInterval(callback, periodMs);
    this.#pending.set(key, label);
    return this.#timer(key, () => clearInterval(handle));
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  sleep(ms: number, options?: { signal?: AbortSignal; label?: string }): Promise<void> {
    return sleepOn(this, ms, options);
  }

  pending(): string[] {
    return [...this.#pending.values()];
  }

  /** Calls off every timer, so that what was broken off does not keep the process alive. */
  cancelAll(): void {
    for (const cancel of this.#cancels.values()) cancel();
  }

  #timer(key: object, clear: () => void): Timer {
    const cancel = () => {
      clear();
      this.#pending.delete(key);
      this.#cancels.delete(key);
    };
    this.#cancels.set(key, cancel);
    return { cancel, [Symbol.dispose]: cancel };
  }
}

/** The machine's clock for what runs outside of any world, such as a command that says how long it will take. */
export function createRealClock(): Clock {
  return new RealClock();
}
