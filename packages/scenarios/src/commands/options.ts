import { type Command, InvalidArgumentError, Option } from 'commander';
import { catalog } from '../catalog/index.ts';
import type { Fault } from '../faults/fault.ts';
import { faults } from '../faults/index.ts';
import type { Scenario } from '../scenario.ts';
import { UsageError } from '../usage-error.ts';

/** The versions a scenario can be played with, as options of a command. */
export interface VersionFlags {
  edgecore?: string;
  cloudcore?: string;
  docker?: string;
  metricsServer?: string;
  fault?: string[];
  seed: number;
}

/** Adds the version options to a command. */
export function withVersionOptions(command: Command): Command {
  return command
    .option('--edgecore <tag>', 'KubeEdge release of the edges, e.g. v1.6.2')
    .option('--cloudcore <tag>', 'KubeEdge release of the cloud (default: that of --edgecore)')
    .option('--docker <version>', 'Docker Engine of the edge under study, e.g. 18.09.1')
    .option('--metrics-server <version>', 'metrics-server version, e.g. 0.4.2')
    .option('--fault <id>', 'a fault more, see `list --faults`; can be given several times', append)
    .addOption(seedOption());
}

const append = (id: string, before: string[] | undefined) => [...(before ?? []), id];

export const seedOption = () => new Option('--seed <n>', 'repeats a run').default(1).argParser(integer);

export const langOption = () =>
  new Option('--lang <lang>', 'language of the texts').choices(['en', 'zh']).default('en');

/** @throws UsageError naming the scenarios there are */
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

/** @throws UsageError naming the faults there are */
function findFault(id: string): Fault {
  const fault = faults.find((candidate) => candidate.id === id);
  if (fault !== undefined) return fault;
  const known = faults.map((candidate) => candidate.id).join(', ');
  throw new UsageError(
    `Looked for fault ${JSON.stringify(id)}, found only: ${known}. See \`kubeedge-sim list --faults\`.`,
  );
}

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 0 to 999999999.');
  return Number(text);
}
