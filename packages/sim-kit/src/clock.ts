/** A timer that can be called off. Disposing it is the same as cancelling it. */
export interface Timer extends Disposable {
  cancel(): void;
}

/**
 * The world's time. Times are milliseconds since the Unix epoch; on the memory net they are virtual and advance only
 * when the world is idle, on loopback they are the machine's.
 */
export interface Clock {
  /** Milliseconds since the epoch; an integer on the virtual clock. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now (at least 0). `label` names it in leak and deadlock reports. */
  setTimeout(callback: () => void, delayMs: number, label?: string): Timer;
  /** Calls `callback` on the fixed grid now + n·periodMs until cancelled. */
  setInterval(callback: () => void, periodMs: number, label?: string): Timer;
  /** Resolves after `ms`; rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, options?: { signal?: AbortSignal; label?: string }): Promise<void>;
  /**
   * Calls `callback` when what has arrived by now has been dealt with; no time passes until then, and it cannot be called
   * off. What is to leave together is collected until then.
   */
  soon(callback: () => void, label: string): void;
  /** Labels of the timers still pending, oldest first. */
  pending(): string[];
}

/** `sleep` in terms of `setTimeout`, shared by both clocks. */
export function sleepOn(
  clock: Pick<Clock, 'setTimeout'>,
  ms: number,
  options: { signal?: AbortSignal; label?: string } = {},
): Promise<void> {
  const { signal, label = 'sleep' } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      ms,
      label,
    );
    function onAbort() {
      timer.cancel();
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
