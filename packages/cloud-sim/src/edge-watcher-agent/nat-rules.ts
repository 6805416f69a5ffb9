import type { Host } from '@kubeedge-sim/sim-kit';
import type { IptablesRule } from '../edge-watcher/resource-types.ts';

/** The few things the agent asks of iptables. The errors are sentences of go-iptables. */
export interface NatRules {
  /** `iptables -C` */
  has(rule: IptablesRule): boolean;
  append(rule: IptablesRule): void;
  delete(rule: IptablesRule): void;
}

/** Exit code of `iptables -C` for a rule that is not there. */
const NOT_THERE = 1;

/**
 * zhu733756/edge-watcher 8113f4d cmd/edgewatcheragent/main.go existsIPTable; coreos/go-iptables v0.5.0
 * iptables/iptables.go Exists, Error
 */
export function natRulesOf(host: Pick<Host, 'iptables'>): NatRules {
  const run = (command: string, rule: IptablesRule) => {
    const words = ['-t', rule.table, command, ...wordsOf(rule), '--wait'];
    const { exitCode, stderr } = host.iptables.run(words);
    const error = `running [/sbin/iptables ${words.join(' ')}]: exit status ${exitCode}: ${stderr.trimEnd()}`;
    return { exitCode, error };
  };
  const change = (command: string, rule: IptablesRule) => {
    const { exitCode, error } = run(command, rule);
    if (exitCode !== 0) throw new Error(error);
  };
  return {
    has(rule) {
      const { exitCode, error } = run('-C', rule);
      if (exitCode !== 0 && exitCode !== NOT_THERE) throw new Error(error);
      return exitCode === 0;
    },
    append: (rule) => change('-A', rule),
    delete: (rule) => change('-D', rule),
  };
}

/** `OUTPUT -p TCP --dport 10350 -d 10.66.0.11 -j DNAT --to-destination 192.168.0.139:30003` */
export function wordsOf(rule: IptablesRule): string[] {
  return [
    rule.chain,
    '-p',
    rule.protocol,
    '--dport',
    rule.source_port,
    '-d',
    rule.source_ip,
    '-j',
    rule.jump,
    '--to-destination',
    `${rule.destination_ip}:${rule.destination_port}`,
  ];
}
