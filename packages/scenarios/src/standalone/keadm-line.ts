import { UsageError } from '../usage-error.ts';

/** What a `keadm join` was told, by the long names of its flags. */
export interface KeadmLine {
  flags: Readonly<Partial<Record<KeadmFlag, string>>>;
  /** Whether it is a line for KubeSphere's keadm, which has flags that KubeEdge's own does not know. */
  isKubesphere: boolean;
}

/**
 * Flags of both. kubeedge v1.6.1 and kubesphere/kubeedge v1.6.1-kubesphere, v1.9.2-kubesphere
 * keadm/cmd/keadm/app/cmd/edge/join.go addJoinOtherFlags
 */
const shorthands = {
  'kubeedge-version': '',
  cgroupdriver: '',
  certPath: '',
  'cloudcore-ipport': 'e',
  runtimetype: 'r',
  'edgenode-name': 'i',
  'edgenode-ip': 'a',
  region: 'z',
  'with-edge-taint': 'w',
  edgecoreconfigpath: 'c',
  'remote-runtime-endpoint': 'p',
  token: 't',
  certport: 's',
  quicport: 'q',
  tunnelport: 'n',
  tarballpath: '',
  labels: 'l',
} as const;

export type KeadmFlag = keyof typeof shorthands;

const kubesphereOnly: readonly KeadmFlag[] = [
  'edgenode-ip',
  'region',
  'with-edge-taint',
  'edgecoreconfigpath',
  'quicport',
  'tunnelport',
];

/**
 * Reads a `keadm join`: the words of it, or the whole shell line around it, as EdgeWatcher hands it out, in one word. What
 * stands before it in the line, the download, is passed over.
 * @throws UsageError
 */
export function readKeadmLine(words: readonly string[]): KeadmLine {
  const tokens = words.length === 1 ? shellWords(words[0] ?? '') : [...words];
  const at = tokens.findLastIndex(
    (token, index) => /(^|\/)keadm$/.test(token) && tokens[index + 1] === 'join',
  );
  if (at < 0) {
    throw new UsageError(
      `Looked for "keadm join" in ${JSON.stringify(words.join(' '))}, found none. ` +
        'Give the whole command in quotes, or the flags alone.',
    );
  }
  const rest = tokens.slice(at + 2);
  const end = rest.findIndex((token) => isOperator(token));
  const flags = parseFlags(end < 0 ? rest : rest.slice(0, end));
  return { flags, isKubesphere: kubesphereOnly.some((name) => flags[name] !== undefined) };
}

/** spf13/pflag flag.go parseArgs: `--name=value`, `--name value`, `-n value`, `-nvalue`, `-n=value`. */
function parseFlags(tokens: readonly string[]): Partial<Record<KeadmFlag, string>> {
  const flags: Partial<Record<KeadmFlag, string>> = {};
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const [, long, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(token) ?? [];
    const [, short, joined] = /^-(\w)=?(.+)?$/s.exec(token) ?? [];
    const attached = value ?? joined;
    const name = (Object.keys(shorthands) as KeadmFlag[]).find((key) =>
      long === undefined ? short !== undefined && shorthands[key] === short : key === long,
    );
    if (name === undefined) throw unknownFlag(token);
    if (attached !== undefined) flags[name] = attached;
    else if (name === 'with-edge-taint') flags[name] = 'true';
    else flags[name] = tokens[++index] ?? missingValue(token);
  }
  return flags;
}

function unknownFlag(token: string): UsageError {
  const known = Object.keys(shorthands).map((name) => `--${name}`);
  return new UsageError(`keadm join: unknown flag: ${token}. Known are ${known.join(', ')}.`);
}

function missingValue(token: string): never {
  throw new UsageError(`keadm join: flag needs an argument: ${token}. Paste the command as a whole.`);
}

const isOperator = (token: string) => ['&&', '||', ';', '|', '&'].includes(token);

/** Words and operators of a line; what is quoted is one word. Nothing is expanded. */
function shellWords(line: string): string[] {
  const found = line.matchAll(/&&|\|\||[;|&]|(?:\$\([^)]*\)|'[^']*'|"[^"]*"|\\.|[^\s;|&'"\\])+/g);
  return [...found].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'));
}
