import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coreSecondsUsed, memoryBytesUsed, type Workload } from './workload.ts';

const workloads: fc.Arbitrary<Workload> = fc.record({
  shape: fc.constantFrom('steady', 'ramp', 'burst', 'idle'),
  cpuCores: fc.double({ min: 0, max: 64, noNaN: true }),
  memoryBytes: fc.integer({ min: 0, max: 2 ** 36 }),
});
const phases = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seconds = fc.double({ min: 0, max: 1e7, noNaN: true });
const DAY_S = 86_400;

describe('core-seconds of a workload', () => {
  it('begin at zero and never decrease', () => {
    fc.assert(
      fc.property(workloads, phases, seconds, seconds, (workload, phase, a, b) => {
        const [early, late] = [a, b].sort((x, y) => x - y) as [number, number];
        const before = coreSecondsUsed(workload, early, phase);
        // Rounding of the doubles alone, far below a counter's nanosecond per core and second.
        const slack = 1e-9 * Math.max(1, before);
        expect(coreSecondsUsed(workload, late, phase)).toBeGreaterThanOrEqual(before - slack);
        expect(coreSecondsUsed(workload, 0, phase)).toBeCloseTo(0, 9);
      }),
    );
  });

  it('grow by no more than the workload may use', () => {
    fc.assert(
      fc.property(
        workloads,
        phases,
        seconds,
        fc.integer({ min: 1, max: 600 }),
        (workload, phase, from, length) => {
          const used =
            coreSecondsUsed(workload, from + length, phase) - coreSecondsUsed(workload, from, phase);
          expect(used / length).toBeLessThanOrEqual(workload.cpuCores * 1.1 + 0.0005 + 1e-6);
        },
      ),
    );
  });

  it.each([
    ['steady', 2],
    // From a tenth to the whole.
    ['ramp', 2 * 0.55],
    // Ten seconds of sixty, above an idle process.
    ['burst', 2 / 6 + 0.0005],
    ['idle', 0.0005],
  ] as const)('of a %s workload of two cores are %d a second over a day', (shape, rate) => {
    const workload: Workload = { shape, cpuCores: 2, memoryBytes: 0 };
    fc.assert(
      fc.property(phases, (phase) => {
        expect(coreSecondsUsed(workload, DAY_S, phase) / DAY_S).toBeCloseTo(rate, 3);
      }),
    );
  });

  it('tell equal workloads of different phases apart', () => {
    const workload: Workload = { shape: 'burst', cpuCores: 1, memoryBytes: 0 };
    expect(coreSecondsUsed(workload, 20, 0)).not.toBeCloseTo(coreSecondsUsed(workload, 20, 0.5), 3);
  });
});

describe('memory of a workload', () => {
  it('is never more than it has, nor negative', () => {
    fc.assert(
      fc.property(workloads, phases, seconds, (workload, phase, elapsedS) => {
        const bytes = memoryBytesUsed(workload, elapsedS, phase);
        expect(bytes).toBeLessThanOrEqual(workload.memoryBytes);
        expect(bytes).toBeGreaterThanOrEqual(0);
        expect(Number.isInteger(bytes)).toBe(true);
      }),
    );
  });

  it.each([
    ['steady', 0, 100],
    ['idle', 0, 100],
    ['ramp', 0, 25],
    ['ramp', 900, 63],
    ['burst', 0, 100],
    ['burst', 30, 50],
  ] as const)('of a %s workload after %d seconds is %d of 100 bytes', (shape, elapsedS, bytes) => {
    expect(memoryBytesUsed({ shape, cpuCores: 1, memoryBytes: 100 }, elapsedS, 0)).toBe(bytes);
  });
});
