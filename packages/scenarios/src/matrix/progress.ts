import type { Clock } from '@kubeedge-sim/sim-kit';

/** How often progress is told: on a terminal the line is written over, elsewhere each is one more line. */
const TERMINAL_PERIOD_MS = 200;
const LINE_PERIOD_MS = 5_000;

/** Says how far a sweep is. `terminal`: whether lines can be written over. */
export interface Progress {
  played(): void;
  /** Clears the line and says how long it took, for the summary. */
  end(): number;
}

/** Tells the progress of a sweep over `total` cells on `write`, by the machine's clock. */
export function createProgress(
  clock: Pick<Clock, 'now'>,
  total: number,
  { write, terminal }: { write: (text: string) => void; terminal: boolean },
): Progress {
  const startMs = clock.now();
  const periodMs = terminal ? TERMINAL_PERIOD_MS : LINE_PERIOD_MS;
  let toldMs = startMs;
  let done = 0;
  return {
    played() {
      done++;
      const nowMs = clock.now();
      if (nowMs - toldMs < periodMs || done === total) return;
      toldMs = nowMs;
      const etaMs = ((nowMs - startMs) / done) * (total - done);
      const line = `played ${done} of ${total} cells, about ${Math.ceil(etaMs / 1_000)} s to go`;
      write(terminal ? `\r\x1b[K${line}` : `${line}\n`);
    },
    end() {
      if (terminal) write('\r\x1b[K');
      return clock.now() - startMs;
    },
  };
}
