import { isIPv4 } from 'node:net';
import { SimError } from '../errors.ts';
import type { Iptables } from './iptables/iptables.ts';
import { printRule } from './iptables/print-rule.ts';
import type { Endpoint } from './net.ts';

/** The chains of the nat table that can redirect a connection: locally made, and arriving from elsewhere. */
export type NatChain = 'OUTPUT' | 'PREROUTING';

/** One DNAT rule of the usual sort: TCP to `dport` (and to `destination`, if given) is sent to `to` instead. */
export interface NatRule {
  chain: NatChain;
  destination?: string;
  dport: number;
  to: Endpoint;
  comment?: string;
}

/**
 * A host's nat table, for programs that need no more than {@link NatRule}; {@link Host.iptables} has all of it. Rules are
 * tried in order, the first match wins, and the choice is made once per connection.
 */
export interface NatTable {
  /** As `iptables -t nat -S` prints them, e.g. `-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination …`. */
  readonly rules: readonly string[];
  /** @throws SimError SIM_ERR_ADDRESS */
  append(rule: NatRule): void;
  /** Removes the first rule equal to `rule`; false when there is none. */
  delete(rule: NatRule): boolean;
}

export function createNatTable(iptables: Iptables): NatTable {
  return {
    get rules() {
      return iptables.nat
        .chains()
        .flatMap(({ name, rules }) => rules.map(({ spec }) => printRule(name, spec)));
    },
    append(rule) {
      checkRule(rule);
      iptables.run(['-t', 'nat', '-A', ...wordsOf(rule)]);
    },
    delete: (rule) => iptables.run(['-t', 'nat', '-D', ...wordsOf(rule)]).exitCode === 0,
  };
}

const wordsOf = ({ chain, destination, dport, to, comment }: NatRule): string[] => [
  chain,
  ...(destination === undefined ? [] : ['-d', destination]),
  '-p',
  'tcp',
  '-m',
  'tcp',
  '--dport',
  String(dport),
  ...(comment === undefined ? [] : ['-m', 'comment', '--comment', comment]),
  '-j',
  'DNAT',
  '--to-destination',
  `${to.address}:${to.port}`,
];

function checkRule(rule: NatRule): void {
  for (const address of [rule.destination, rule.to.address]) {
    if (address !== undefined && !isIPv4(address)) {
      throw new SimError('SIM_ERR_ADDRESS', {
        value: address,
        what: 'a rule address',
        expected: 'an IPv4 literal',
      });
    }
  }
  for (const port of [rule.dport, rule.to.port]) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new SimError('SIM_ERR_ADDRESS', { value: port, what: 'a rule port', expected: '1 to 65535' });
    }
  }
}
