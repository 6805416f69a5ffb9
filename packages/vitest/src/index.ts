import { expect } from 'vitest';
import { matchers } from './matchers.ts';

// The matchers are there for whoever imports the package: there is nothing else to set up.
expect.extend(matchers);

export type { LogFilter, MessageFilter, PodSelector, SimulationMatchers } from './matchers.ts';
export { simulationTest, test } from './with-simulation.ts';
