import type { Clock } from '@kubeedge-sim/sim-kit';

/**
 * What a goroutine takes that goes round without waiting, in cores. Measured: KubeEdge v1.6.1 used 2.7 s of CPU time in
 * 3 s for one exec whose client had gone.
 */
const SPIN_CORES = 0.9;

/** What cloudcore costs beyond its work: goroutines that wait for ever, and such that go round. */
export class Load {
  readonly #clock: Clock;
  /** Those of open tunnels and of requests that are being served. */
  goroutines = 0;
  #spinning = 0;
  #spunMs = 0;
  #countedAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAtMs = clock.now();
  }

  /** Goroutines that go round without waiting. */
  get spinning(): number {
    return this.#spinning;
  }

  /** CPU time that went into going round, in seconds; there is no limit of cores. */
  get cpuSeconds(): number {
    this.#count();
    return (this.#spunMs * SPIN_CORES) / 1_000;
  }

  /** A goroutine goes round until the result is disposed. */
  spin(): Disposable {
    this.#count();
    this.#spinning += 1;
    return {
      [Symbol.dispose]: () => {
        this.#count();
        this.#spinning -= 1;
      },
    };
  }

  #count(): void {
    const nowMs = this.#clock.now();
    this.#spunMs += (nowMs - this.#countedAtMs) * this.#spinning;
    this.#countedAtMs = nowMs;
  }
}
