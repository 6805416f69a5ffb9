import { type Cause, catalog, lastHops, reproduce, type Simulation } from 'kubeedge-sim';

/** What a failed test is told about a simulation: the last hops of its latest request, and how to play it again. */
export function describeRun(simulation: Simulation, cause?: Cause): string {
  const { edge } = simulation.scenario;
  const hops = lastHops({ events: simulation.events(), edge, ...(cause && { cause }) });
  const told = hops.length > 0 ? hops : ['no request for metrics was made'];
  return ['Last hops:', ...told.map(indent), '', REPRODUCE, indent(commandFor(simulation))].join('\n');
}

/** The line before the command: whoever finds it in a message knows that the message has all of it. */
export const REPRODUCE = 'Reproduce:';

/** Two blanks in front, none behind. */
export const indent = (line: string) => `  ${line}`.trimEnd();

/** The line that a failed test can be played again with, by hand. */
function commandFor(simulation: Simulation): string {
  const { scenario, cell, seed, net } = simulation;
  // The command knows the catalog only.
  if (!catalog.some(({ id }) => id === scenario.id))
    return `startSimulation({ scenario, seed: ${seed}, net: '${net}' }), ${scenario.id} being a scenario of your own`;
  const faults = scenario.faults.map(({ id }) => id);
  const lookAfterMs = simulation.cluster.world.clock.now() - simulation.openedAtMs;
  return reproduce({ scenario: scenario.id, cell, seed, net, faults, acts: simulation.acts(), lookAfterMs });
}
