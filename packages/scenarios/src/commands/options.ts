import { type Command, InvalidArgumentError, Option } from 'commander';
import { isAddress } from '../address.ts';
import type { ClusterFlags } from '../cluster-file/choose.ts';

/** The versions a scenario can be played with, as options of a command. */
export interface VersionFlags extends ClusterFlags {
  edgecore?: string;
  cloudcore?: string;
  docker?: string;
  metricsServer?: string;
  fault?: string[];
  seed: number;
}

/** Adds the options that name a cluster. */
export const withClusterOptions = (command: Command): Command =>
  command
    .option('--preset <name>', 'the cluster of a preset, see `cluster list`')
    .option('--cluster <file>', 'the cluster of a YAML file, see docs/clusters.md');

/** Adds the options that name a cluster and its versions to a command. */
export function withVersionOptions(command: Command): Command {
  return withClusterOptions(command)
    .option('--edgecore <tag>', 'KubeEdge release of the edges, e.g. v1.6.2')
    .option('--cloudcore <tag>', 'KubeEdge release of the cloud (default: that of --edgecore)')
    .option('--docker <version>', 'Docker Engine of the edge under study, e.g. 18.09.1')
    .option('--metrics-server <version>', 'metrics-server version, e.g. 0.4.2')
    .option('--fault <id>', 'a fault more, see `list --faults`; can be given several times', append)
    .addOption(seedOption());
}

/** Gathers the values of an option that can be given several times. */
export const append = (value: string, before: string[] | undefined) => [...(before ?? []), value];

export const seedOption = () => new Option('--seed <n>', 'repeats a run').default(1).argParser(integer);

export const limitOption = () =>
  new Option(
    '--limit <name=value>',
    'what a peer may do before it is cut off, see docs/limits.md, e.g. messageBytes=4Mi; may be repeated',
  ).argParser(append);

export const anonymousOption = () =>
  new Option('--anonymous', 'the API server lets those in who show no token or certificate');
export const listenOption = () =>
  new Option('--listen <address>', 'an address of this machine to serve on, too, e.g. 0.0.0.0')
    .env('KUBEEDGE_SIM_LISTEN')
    .argParser((text) => {
      if (isAddress(text)) return text;
      throw new InvalidArgumentError(
        'It must be an IPv4 address of this machine, or 0.0.0.0 for all of them.',
      );
    });

/** Port of /livez and /readyz. */
const HEALTH_PORT = 7_351;

export const healthPortOption = () =>
  new Option('--health-port <port>', 'port of /livez and /readyz').default(HEALTH_PORT).argParser(integer);

/** Reads an option's whole number. @throws InvalidArgumentError */
export function integerFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = integer(text);
    if (value < least || value > most) throw new InvalidArgumentError(`It must be from ${least} to ${most}.`);
    return value;
  };
}

export const langOption = () =>
  new Option('--lang <lang>', 'language of the texts').choices(['en', 'zh']).default('en');

export const netOption = () =>
  new Option('--net <net>', 'memory: virtual time; loopback: real sockets')
    .choices(['memory', 'loopback'])
    .default('memory');

export const expectOption = (description: string) =>
  new Option('--expect <outcome>', description).choices(['symptom', 'healthy', 'other', 'not-applicable']);

export const actOption = () =>
  new Option(
    '--act <time:action>',
    "change the cluster while it is observed, e.g. '20s: cut edge-node-1 silent'; may be repeated",
  ).argParser(append);

export const lookAfterOption = () =>
  new Option('--look-after <time>', 'look at the cluster only so long after its opening, e.g. 2m');

/** A whole number from 0 to `max`. */
export const countOption = (name: string, description: string, preset: number, max: number) =>
  new Option(name, description).default(preset).argParser((text: string) => {
    if (/^\d{1,9}$/.test(text) && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${max}.`);
  });

export const allowOriginOption = () =>
  new Option(
    '--allow-origin <origin>',
    'let pages of this origin use the control API; can be given several times',
  ).argParser(append);

function integer(text: string): number {
  if (!/^\d{1,9}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 0 to 999999999.');
  return Number(text);
}
