import { catalog } from './catalog/index.ts';
import type { Fault } from './faults/fault.ts';
import { faults } from './faults/index.ts';
import type { Scenario } from './scenario.ts';
import { UsageError } from './usage-error.ts';

/** A scenario of the catalog. @throws UsageError naming the scenarios there are */
export function findScenario(id: string): Scenario {
  const scenario = catalog.find((candidate) => candidate.id === id);
  if (scenario !== undefined) return scenario;
  const known = catalog.map((candidate) => candidate.id).join(', ');
  throw new UsageError(
    `Looked for scenario ${JSON.stringify(id)}, found only: ${known}. See \`kubeedge-sim list\`.`,
  );
}

/** The scenario with more faults in it; one it has already is not put there twice. @throws UsageError */
export function withFaults(scenario: Scenario, ids: readonly string[] | undefined): Scenario {
  const all = [...scenario.faults, ...(ids ?? []).map(findFault)];
  return { ...scenario, faults: [...new Set(all)] };
}

/** A fault by its id. @throws UsageError naming the faults there are */
export function findFault(id: string): Fault {
  const fault = faults.find((candidate) => candidate.id === id);
  if (fault !== undefined) return fault;
  const known = faults.map((candidate) => candidate.id).join(', ');
  throw new UsageError(
    `Looked for fault ${JSON.stringify(id)}, found only: ${known}. See \`kubeedge-sim list --faults\`.`,
  );
}
