import { type Iptables, type RouteView, splitWords, type World } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';
import { type Caller, readEndpoint } from './caller.ts';
import { endOf } from './route-text.ts';

/** The calls of a line of shell: `iptables -F && iptables -t nat -F; …`. @throws UsageError for anything else in it */
export function readIptablesLine(line: string): string[][] {
  const calls = line.match(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|(?<!&)&(?!&)|[^;&\n\\])+/gs) ?? [];
  return calls
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [command, ...words] = wordsOf(part.replace(/^sudo\s+/, ''));
      if (command === 'iptables') return words;
      throw new UsageError(
        `Tried to run ${JSON.stringify(part)}; only calls of iptables can be, with && or ; between them.`,
      );
    });
}

function wordsOf(call: string): string[] {
  try {
    return splitWords(call);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`Tried to run ${JSON.stringify(call)}, found: ${error.message}. Close the quote.`);
  }
}

export interface Rehearsal {
  world: World;
  callers: readonly Caller[];
  /** `address:port`. */
  endpoints: readonly string[];
  /** Names of the hosts on which the line is run. */
  hosts: readonly string[];
  line: string;
}

/** Which calls a line of iptables would break or mend; nothing is changed. @throws UsageError as iptables refuses it */
export function rehearse({ world, callers, endpoints, hosts, line }: Rehearsal): string {
  const tables = new Map<string, Iptables>();
  for (const host of world.net.hosts.filter(({ name }) => hosts.includes(name))) {
    const copy = host.iptables.copy();
    for (const words of readIptablesLine(line)) {
      const { stderr, exitCode } = copy.run(words);
      if (exitCode !== 0)
        throw new UsageError(
          `Rehearsed iptables ${words.join(' ')} on ${host.name}, got exit code ${exitCode}: ${stderr.trim()}`,
        );
    }
    tables.set(host.name, copy);
  }
  const natOf = ({ name, iptables }: { name: string; iptables: Iptables }) =>
    (tables.get(name) ?? iptables).nat;
  const rows = callers.flatMap((caller) =>
    endpoints.map((endpoint) => {
      const target = readEndpoint(endpoint);
      const pod = caller.pod === undefined ? {} : { pod: caller.pod };
      const before = world.net.route(caller.host, target, pod);
      const after = world.net.route(caller.host, target, { ...pod, natOf });
      return { caller, endpoint, before, after };
    }),
  );
  const changed = rows.filter(({ before, after }) => keyOf(before) !== keyOf(after));
  const lost = rows.filter(({ before, after }) => reaches(before) && !reaches(after));
  const lines = changed.flatMap(({ caller, endpoint, before, after }) => [
    `${caller.name} dials ${endpoint}`,
    `  before: ${endOf(caller, endpoint, before)}${ruleOf(before)}`,
    `  after:  ${endOf(caller, endpoint, after)}${ruleOf(after)}`,
  ]);
  return [
    `Rehearsed on ${hosts.join(', ')}: ${line}`,
    `${rows.length} calls looked at (${callers.length} callers, ${endpoints.length} endpoints): ` +
      `${changed.length} end elsewhere, ${lost.length} no longer reach cloudcore`,
    ...(lines.length === 0 ? [] : ['', ...lines]),
    '',
  ].join('\n');
}

const reaches = (route: RouteView) => route.outcome === 'listener' && route.listener === 'cloudcore';

const keyOf = ({ outcome, at, host = '', listener = '' }: RouteView) =>
  [outcome, at.address, at.port, host, listener].join(' ');

const ruleOf = ({ rule }: RouteView) => (rule === undefined ? '' : `, by ${rule}`);
