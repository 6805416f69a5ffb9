import { afterEach, describe, expect, it, vi } from 'vitest';
import { RealClock } from './real-clock.ts';
import { VirtualClock } from './virtual-clock.ts';

afterEach(() => void vi.useRealTimers());

describe('the virtual clock', () => {
  const run = async (clock: VirtualClock, untilMs: number) => {
    let over = false;
    clock.setTimeout(() => {
      over = true;
    }, untilMs);
    await clock.advanceUntil(
      () => over,
      untilMs + 1,
      () => [],
    );
  };

  it('fires in the order of time, and of scheduling at one instant', async () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
      ['now', -5],
    ] as const) {
      clock.setTimeout(() => fired.push(`${name}@${clock.now()}`), delayMs, name);
    }
    expect(clock.pending()).toEqual(['now', 'a', 'b', 'c']);
    await run(clock, 30);
    expect(fired).toEqual(['now@0', 'a@10', 'b@10', 'c@20']);
  });

  it('keeps intervals on their grid and stops them when asked, also from inside', async () => {
    const clock = new VirtualClock(1_000);
    const ticks: number[] = [];
    const interval = clock.setInterval(() => {
      ticks.push(clock.now());
      if (ticks.length === 3) interval.cancel();
    }, 5);
    await run(clock, 100);
    expect(ticks).toEqual([1_005, 1_010, 1_015]);
    expect(clock.pending()).toEqual([]);
  });

  it('forgets cancelled timers, however many', async () => {
    const clock = new VirtualClock(0);
    const timers = Array.from({ length: 1_000 }, (_, index) => clock.setTimeout(() => {}, 1_000 + index));
    for (const timer of timers) timer.cancel();
    await run(clock, 10);
    expect(clock.now()).toBe(10);
    expect(clock.pending()).toEqual([]);
  });
});

describe.each([
  ['virtual', () => new VirtualClock(0)],
  ['real', () => new RealClock()],
] as const)('sleep on the %s clock', (_, create) => {
  it('rejects with the reason of its signal and leaves no timer', async () => {
    const clock = create();
    const control = new AbortController();
    const sleep = clock.sleep(60_000, { signal: control.signal, label: 'nap' });
    expect(clock.pending()).toEqual(['nap']);
    control.abort(new Error('up'));
    await expect(sleep).rejects.toThrow('up');
    expect(clock.pending()).toEqual([]);
    await expect(clock.sleep(1, { signal: control.signal })).rejects.toThrow('up');
  });
});

describe('the real clock', () => {
  it('fires on the grid and knows what is pending', async () => {
    vi.useFakeTimers({ now: 0 });
    const clock = new RealClock();
    const ticks: number[] = [];
    const interval = clock.setInterval(() => ticks.push(clock.now()), 5, 'ping');
    clock.setTimeout(() => ticks.push(-clock.now()), 7);
    expect(clock.pending()).toEqual(['ping', 'timer']);
    await vi.advanceTimersByTimeAsync(10);
    expect(ticks).toEqual([5, -7, 10]);
    interval[Symbol.dispose]();
    expect(clock.pending()).toEqual([]);
  });
});
