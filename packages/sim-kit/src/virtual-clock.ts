import { type Clock, sleepOn, type Timer } from './clock.ts';
import { SimError } from './errors.ts';

interface Entry {
  atMs: number;
  seq: number;
  label: string;
  callback: (() => void) | undefined;
}

/**
 * Rounds of the event loop without anything newly scheduled after which the world counts as idle. Promise jobs and
 * `process.nextTick` chains end within one round; only chains of `setImmediate` in a library need more.
 */
const IDLE_ROUNDS = 4;

const nextRound = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Time that stands still while anything can still happen and then jumps to the next event. Events of one instant run
 * in the order in which they were scheduled, so a run depends on nothing but what the components do.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #seq = 0;
  #heap: Entry[] = [];
  #cancelled = 0;

  constructor(startAtMs: number) {
    this.#nowMs = startAtMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number, label = 'timer'): Timer {
    const entry: Entry = {
      atMs: this.#nowMs + Math.max(0, Math.ceil(delayMs)),
      seq: this.#seq++,
      label,
      callback,
    };
    push(this.#heap, entry);
    const cancel = () => {
      if (entry.callback === undefined) return;
      entry.callback = undefined;
      this.#cancelled++;
    };
    return { cancel, [Symbol.dispose]: cancel };
  }

  setInterval(callback: () => void, periodMs: number, label = 'interval'): Timer {
    const startMs = this.#nowMs;
    let tick = 0;
    let timer: Timer;
    const arm = () => {
      tick++;
      timer = this.setTimeout(fire, startMs + tick * periodMs - this.#nowMs, label);
    };
    const fire = () => {
      arm();
      callback();
    };
    arm();
    const cancel = () => timer.cancel();
    return { cancel, [Symbol.dispose]: cancel };
  }

  soon(callback: () => void, label: string): void {
    this.setTimeout(callback, 0, label);
  }

  sleep(ms: number, options?: { signal?: AbortSignal; label?: string }): Promise<void> {
    return sleepOn(this, ms, options);
  }

  pending(): string[] {
    return this.#heap
      .filter((entry) => entry.callback !== undefined)
      .sort(byTime)
      .map((entry) => entry.label);
  }

  /**
   * Lets the world run until `settled()` is true: drains what is runnable, then jumps to the next event, and so on.
   * `waiting` is asked only for the report.
   * @throws SimError SIM_ERR_DEADLOCK when nothing is scheduled any more, SIM_ERR_STALLED after `limitMs` of virtual
   * time.
   */
  async advanceUntil(settled: () => boolean, limitMs: number, waiting: () => string[]): Promise<void> {
    const deadlineMs = this.#nowMs + limitMs;
    for (;;) {
      let idleRounds = 0;
      let seen = this.#seq;
      while (idleRounds < IDLE_ROUNDS) {
        await nextRound();
        if (settled()) return;
        idleRounds = this.#seq === seen ? idleRounds + 1 : 0;
        seen = this.#seq;
        // What is due now needs no jump, so it need not wait for the world to be idle.
        if (this.#fireDue()) idleRounds = 0;
      }
      const next = this.#peek();
      const report = () => ({
        at: new Date(this.#nowMs).toISOString(),
        waiting: waiting().join('; ') || 'nobody',
      });
      if (next === undefined) throw new SimError('SIM_ERR_DEADLOCK', report());
      if (next.atMs > deadlineMs) throw new SimError('SIM_ERR_STALLED', { limitMs, ...report() });
      this.#nowMs = next.atMs;
    }
  }

  /** Runs the events due at this instant that were scheduled before the call; true when there was one. */
  #fireDue(): boolean {
    const before = this.#seq;
    let fired = false;
    for (let entry = this.#peek(); entry !== undefined; entry = this.#peek()) {
      if (entry.atMs > this.#nowMs || entry.seq >= before) break;
      pop(this.#heap);
      const { callback } = entry;
      entry.callback = undefined;
      fired = true;
      callback?.();
    }
    return fired;
  }

  #peek(): Entry | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) {
      pop(this.#heap);
      this.#cancelled--;
    }
    // Long-lived worlds cancel many far timers (deadlines); rebuild once they are the majority.
    if (this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.length) {
      this.#heap = this.#heap.filter((entry) => entry.callback !== undefined).sort(byTime);
      this.#cancelled = 0;
    }
    return this.#heap[0];
  }
}

const byTime = (a: Entry, b: Entry) => a.atMs - b.atMs || a.seq - b.seq;

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (byTime(heap[parent] as Entry, entry) <= 0) break;
    heap[index] = heap[parent] as Entry;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = index * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && byTime(heap[child + 1] as Entry, heap[child] as Entry) < 0) child++;
    if (byTime(last, heap[child] as Entry) <= 0) break;
    heap[index] = heap[child] as Entry;
    index = child;
  }
  heap[index] = last;
}
