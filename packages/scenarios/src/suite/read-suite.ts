import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveCell } from '../cell.ts';
import { onChosenCluster } from '../cluster-file/choose.ts';
import type { Outcome, Scenario } from '../scenario.ts';
import { parseDuration, parseScheduledAct } from '../scheduled-acts.ts';
import { findFault, findScenario } from '../select.ts';
import { UsageError } from '../usage-error.ts';
import { nearest } from './nearest.ts';
import { type CaseWords, type PlannedCase, planCase } from './planned-case.ts';
import { type Found, type PlacedYaml, parseYaml } from './yaml-places.ts';

/** What a suite says of cases; `defaults` holds for those that do not say it themselves. */
const SUITE_KEYS = ['defaults', 'cases'];
const VERSION_KEYS = {
  edgecore: 'edgecore',
  cloudcore: 'cloudcore',
  docker: 'docker',
  'metrics-server': 'metricsServer',
} as const;
const DEFAULT_KEYS = [
  ...Object.keys(VERSION_KEYS),
  ...'scenario preset cluster faults without acts look-after seed net expect cause cures'.split(' '),
];
const CASE_KEYS = ['name', ...DEFAULT_KEYS];

const OUTCOMES = ['symptom', 'healthy', 'other', 'not-applicable'] as const satisfies readonly Outcome[];

/** What the command line says for cases that do not say it. */
type Fallback = Pick<CaseWords, 'seed' | 'net'>;

/** Reads the cases of a suite file. @throws UsageError naming line, column and path of everything that is wrong */
export async function readSuite(file: string, fallback: Fallback): Promise<PlannedCase[]> {
  try {
    return parseSuite(await readFile(file, 'utf8'), file, fallback);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Tried to read the suite ${file}: ${why}. Give a YAML file with cases.`);
  }
}

/** The cases that the text of a suite states, in its order. @throws UsageError */
export function parseSuite(text: string, file: string, fallback: Fallback): PlannedCase[] {
  const yaml = parseYaml(text, file);
  const planned = yaml.root === undefined ? [] : casesOf(yaml, yaml.root, file, fallback);
  const problems = [...yaml.problems];
  if (problems.length === 0 && planned.length === 0) problems.push(`${file}: no cases`);
  if (problems.length === 0) return planned;
  const told = problems.map((problem) => `  ${problem}`).join('\n');
  throw new UsageError(
    `Tried to read the suite ${file}, found:\n${told}\nSee docs/ci.md for what a suite holds.`,
  );
}

function casesOf(yaml: PlacedYaml, root: Found, file: string, fallback: Fallback): PlannedCase[] {
  const suite = yaml.members(root, SUITE_KEYS);
  const stated = suite.get('defaults');
  const defaults = stated === undefined ? new Map<string, Found>() : yaml.members(stated, DEFAULT_KEYS);
  const cases = suite.get('cases');
  if (cases === undefined) {
    yaml.refuse(root, 'found no "cases"; give a list of them');
    return [];
  }
  return yaml.items(cases).flatMap((found) => {
    const own = yaml.members(found, CASE_KEYS);
    const planned = readCase(yaml, found, new Map([...defaults, ...own]), {
      ...fallback,
      folder: dirname(file),
    });
    return planned === undefined ? [] : [{ ...planned, at: { file, line: yaml.lineOf(found) } }];
  });
}

/** A case from its members; undefined when something is wrong with it, which is noted. */
function readCase(
  yaml: PlacedYaml,
  found: Found,
  members: ReadonlyMap<string, Found>,
  fallback: Fallback & { folder: string },
): PlannedCase | undefined {
  const before = yaml.problems.length;
  const list = <T>(key: string, make: (text: string) => T): T[] => {
    const values = members.get(key);
    return values === undefined ? [] : yaml.items(values).flatMap((item) => yaml.made(item, make) ?? []);
  };
  const own = yaml.made(members.get('scenario'), findScenario);
  const scenario = own && onOtherCluster(yaml, found, members, own, fallback.folder);
  if (!members.has('scenario')) yaml.refuse(found, 'names no "scenario"; `kubeedge-sim list` lists them');
  const words: CaseWords = {
    name: yaml.made(members.get('name'), oneLine),
    faults: list('faults', (id) => findFault(id).id),
    without: yaml.made(members.get('without'), truth),
    acts: list('acts', parseScheduledAct),
    lookAfterMs: yaml.made(members.get('look-after'), parseDuration),
    seed: yaml.made(members.get('seed'), wholeNumber) ?? fallback.seed,
    net: yaml.made(members.get('net'), oneOf(['memory', 'loopback'])) ?? fallback.net,
    expect: yaml.made(members.get('expect'), oneOf(OUTCOMES)),
    cause: yaml.made(members.get('cause'), (id) => (scenario === undefined ? id : knownCause(scenario, id))),
    cures: yaml.made(members.get('cures'), truth),
  };
  for (const [key, name] of Object.entries(VERSION_KEYS)) {
    words[name] = yaml.made(members.get(key), (version) => {
      // Asked one by one, so that it is the version that is refused and not the case.
      if (scenario !== undefined) resolveCell(scenario.defaults, { [name]: version });
      return version;
    });
  }
  return scenario === undefined || yaml.problems.length > before ? undefined : planCase(scenario, words);
}

/** The scenario on the cluster that the case names: a preset, or a file beside the suite. */
function onOtherCluster(
  yaml: PlacedYaml,
  found: Found,
  members: ReadonlyMap<string, Found>,
  scenario: Scenario,
  folder: string,
): Scenario | undefined {
  const preset = members.get('preset');
  const cluster = members.get('cluster');
  if (preset !== undefined && cluster !== undefined)
    yaml.refuse(found, 'names both a "preset" and a "cluster"; leave one of them out');
  if (preset !== undefined) return yaml.made(preset, (name) => onChosenCluster(scenario, { preset: name }));
  if (cluster === undefined) return scenario;
  return yaml.made(cluster, (file) => onChosenCluster(scenario, { cluster: join(folder, file) }));
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return value;
    throw new UsageError(`found ${JSON.stringify(text)}, expected one of ${values.join(', ')}`);
  };
}

/** A name stands in lines of a log, in which GitHub looks for commands. */
function oneLine(text: string): string {
  if (!/\p{Cc}/u.test(text)) return text;
  throw new UsageError(`found ${JSON.stringify(text)}, expected one line without control characters`);
}

const truth = (text: string) => oneOf(['true', 'false'])(text) === 'true';

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`found ${JSON.stringify(text)}, expected a whole number from 0 to 999999999`);
}

/** @throws UsageError naming the nearest of the causes that the scenario can name */
function knownCause({ id: scenario, claims }: Scenario, id: string): string {
  const causes = claims.filter(({ cause }) => cause !== undefined).map((claim) => claim.id);
  if (causes.includes(id)) return id;
  throw new UsageError(
    `found ${JSON.stringify(id)}; the nearest cause that ${scenario} can name is "${nearest(id, causes)}" (of ${causes.join(', ')})`,
  );
}
