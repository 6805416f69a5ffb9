import { KubectlError } from './api-client.ts';

/** A command line that the simulated kubectl understands. */
export interface KubectlCommand {
  verb: string;
  /** What follows the verb and is no flag. */
  words: string[];
  /** What follows `--`. */
  argv?: string[];
  allNamespaces: boolean;
  namespace?: string;
  /** -o. */
  output: string;
  selector: string;
  noHeaders: boolean;
  containers: boolean;
  sortBy: string;
  /** --raw. */
  raw?: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  container?: string;
  /** -i. */
  stdin: boolean;
  /** -t. */
  tty: boolean;
  /** As given; `logs` reads them. */
  tail?: string;
  since?: string;
  sinceTime?: string;
  limitBytes?: string;
}

type ValueFlag =
  | 'namespace'
  | 'output'
  | 'selector'
  | 'sortBy'
  | 'raw'
  | 'container'
  | 'tail'
  | 'since'
  | 'sinceTime'
  | 'limitBytes';
type Switch =
  | 'allNamespaces'
  | 'noHeaders'
  | 'containers'
  | 'follow'
  | 'previous'
  | 'timestamps'
  | 'stdin'
  | 'tty';

const valueFlags: Readonly<Record<string, ValueFlag>> = {
  '-n': 'namespace',
  '--namespace': 'namespace',
  '-o': 'output',
  '--output': 'output',
  '-l': 'selector',
  '--selector': 'selector',
  '--sort-by': 'sortBy',
  '--raw': 'raw',
  '-c': 'container',
  '--container': 'container',
  '--tail': 'tail',
  '--since': 'since',
  '--since-time': 'sinceTime',
  '--limit-bytes': 'limitBytes',
};

const switches: Readonly<Record<string, Switch>> = {
  '-A': 'allNamespaces',
  '--all-namespaces': 'allNamespaces',
  '--no-headers': 'noHeaders',
  '--containers': 'containers',
  '-f': 'follow',
  '--follow': 'follow',
  '-p': 'previous',
  '--previous': 'previous',
  '--timestamps': 'timestamps',
  '-i': 'stdin',
  '--stdin': 'stdin',
  '-t': 'tty',
  '--tty': 'tty',
};

/** Reads a command line without the leading `kubectl`. @throws KubectlError for a flag it does not know */
export function parseCommand(args: readonly string[]): KubectlCommand {
  const command: KubectlCommand = {
    verb: '',
    words: [],
    allNamespaces: false,
    output: '',
    selector: '',
    noHeaders: false,
    containers: false,
    sortBy: '',
    follow: false,
    previous: false,
    timestamps: false,
    stdin: false,
    tty: false,
  };
  const rest = args.flatMap(apart);
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') {
      command.argv = args.slice(args.indexOf('--') + 1);
      break;
    }
    if (!argument.startsWith('-')) {
      if (command.verb === '') command.verb = argument;
      else command.words.push(argument);
      continue;
    }
    const at = argument.indexOf('=');
    const flag = at < 0 ? argument : argument.slice(0, at);
    const toggle = switches[flag];
    const key = valueFlags[flag];
    if (toggle !== undefined) command[toggle] = at < 0 || argument.slice(at + 1) === 'true';
    else if (key !== undefined) command[key] = at < 0 ? (rest.shift() ?? '') : argument.slice(at + 1);
    else
      throw new KubectlError(`Error: unknown flag: ${flag}\nSee 'kubectl ${command.verb} --help' for usage.`);
  }
  return command;
}

/** `-it` is `-i -t`. */
function apart(argument: string): string[] {
  const letters = /^-([a-zA-Z]{2,})$/.exec(argument)?.[1] ?? '';
  const flags = letters.split('').map((letter) => `-${letter}`);
  return flags.length > 0 && flags.every((flag) => flag in switches) ? flags : [argument];
}
