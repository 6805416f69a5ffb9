import { type SimulationOptions, startSimulation } from 'kubeedge-sim';
import { test as base } from 'vitest';
import { describeRun, REPRODUCE } from './failure.ts';

/**
 * vitest's `test` with two fixtures. `simulation` is a simulation of the test's own, started when the test asks for it
 * and disposed when it ends, however it ends. `simulationOptions` is what it is to be of: `options`, unless
 * `test.override('simulationOptions', { … })` replaces them for a suite. Every option has a default, as in
 * `startSimulation`.
 */
export function simulationTest(options: SimulationOptions = {}) {
  return base
    .extend('simulationOptions', options)
    .extend('simulation', async ({ simulationOptions, signal, task, onTestFailed }, { onCleanup }) => {
      // The test's signal aborts when it runs into its timeout; `ending` does when the test leaves a call behind.
      const ending = new AbortController();
      const signals = [
        signal,
        ending.signal,
        ...(simulationOptions.signal ? [simulationOptions.signal] : []),
      ];
      const starting = startSimulation({ ...simulationOptions, signal: AbortSignal.any(signals) });
      let run = '';
      onCleanup(async () => {
        ending.abort(
          new Error(`The test "${task.name}" ended while a call of its simulation was under way.`),
        );
        const simulation = await starting.catch(() => undefined);
        if (simulation === undefined) return;
        // Put together before the end of the world, which adds to the trace and lets time pass.
        if (task.result?.state === 'fail') run = describeRun(simulation);
        await simulation[Symbol.asyncDispose]();
      });
      const simulation = await starting;
      onTestFailed(({ task: { name, result } }) => {
        // A matcher of ours has said it already.
        const isTold = result?.errors?.some(({ message }) => message.includes(`\n${REPRODUCE}\n`)) ?? false;
        if (run !== '' && !isTold) console.error(`The simulation of "${name}":\n\n${run}\n`);
      });
      return simulation;
    });
}

/** vitest's `test` with a simulation of the founding report; see {@link simulationTest} for others. */
export const test = simulationTest();
