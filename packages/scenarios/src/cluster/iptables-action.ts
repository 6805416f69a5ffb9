import { type Host, type IptablesResult, quoteWord, type World } from '@kubeedge-sim/sim-kit';
import type { ClusterHosts } from './hosts.ts';

/** A call of `iptables` on a host of the cluster. */
export interface IptablesAction {
  do: 'iptables';
  host: string;
  words: readonly string[];
}

export const iptablesActionForms = ['iptables <host> <iptables’ words…>'] as const;

export const formatIptablesAction = ({ host, words }: IptablesAction) =>
  ['iptables', host, ...words.map((word) => (/^[\w!:./,=-]+$/.test(word) ? word : quoteWord(word)))].join(
    ' ',
  );

/** Reads the action from its words; undefined when they are none. */
export function parseIptablesAction(words: readonly string[]): IptablesAction | undefined {
  const [verb, host, ...rest] = words;
  return verb === 'iptables' && host && rest.length > 0 ? { do: verb, host, words: rest } : undefined;
}

export const isIptablesAction = <A extends { do: string }>(
  action: A | IptablesAction,
): action is IptablesAction => action.do === 'iptables';

/** @throws RangeError for a host that is not there, and with iptables' own words when it refuses */
export async function actOnIptables(
  world: World,
  hosts: ClusterHosts,
  action: IptablesAction,
): Promise<void> {
  const { stderr, exitCode } = runIptables(hosts.find(action.host), action.words);
  if (exitCode === 0) return world.net.settled();
  throw new RangeError(`Tried ${formatIptablesAction(action)}, got exit code ${exitCode}: ${stderr.trim()}`);
}

/** Which of iptables' three commands, and what it reads. */
export interface IptablesCall {
  command?: 'iptables' | 'iptables-save' | 'iptables-restore' | undefined;
  /** Of iptables-restore. */
  input?: string | undefined;
  /** In the comments of iptables-save. */
  nowMs?: number | undefined;
}

/** Runs one of iptables' commands on a host, and prints as it does. */
export function runIptables(host: Host, words: readonly string[], call: IptablesCall = {}): IptablesResult {
  const { command = 'iptables', input = '', nowMs = 0 } = call;
  if (command === 'iptables') return host.iptables.run(words);
  if (command === 'iptables-save') return host.iptables.save(words, nowMs);
  const unknown = words.find((word) => !['-n', '--noflush', '-c', '--counters', '-w'].includes(word));
  if (unknown !== undefined) {
    const stderr = `kubeedge-sim: Tried to use ${unknown} of iptables-restore, which is not modelled here; there are -n and -c.\n`;
    return { stdout: '', stderr, exitCode: 2 };
  }
  return host.iptables.restore(input, {
    noFlush: words.includes('-n') || words.includes('--noflush'),
    counters: words.includes('-c') || words.includes('--counters'),
  });
}
