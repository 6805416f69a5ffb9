import { type Command, InvalidArgumentError, Option } from 'commander';

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

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 0 to 999999999.');
  return Number(text);
}
