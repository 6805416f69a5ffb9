import { simulationTest } from '@kubeedge-sim/vitest';
import type { Simulation, SimulationOptions } from 'kubeedge-sim';
import { expect, expectTypeOf } from 'vitest';

const test = simulationTest({ settled: false });

// The compiler is what fails here.
test('the fixtures and the matchers have types', ({ simulation, simulationOptions }) => {
  expectTypeOf(simulation).toEqualTypeOf<Simulation>();
  expectTypeOf(simulationOptions).toEqualTypeOf<SimulationOptions>();
  expectTypeOf(simulationTest).parameter(0).toEqualTypeOf<SimulationOptions | undefined>();

  const assertion = expect(simulation);
  expectTypeOf(assertion.toExplain).parameters.toEqualTypeOf<[cause: string]>();
  expectTypeOf(assertion.not.toHavePodMetrics).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(assertion.toHaveSeenMessage).returns.toEqualTypeOf<void>();
  // @ts-expect-error: a direction is one of two words.
  expectTypeOf(assertion.toHaveSeenMessage).toBeCallableWith({ direction: 'down' });
});
