import { isIPv4 } from 'node:net';
import { SimError } from '../errors.ts';
import type { Endpoint } from './net.ts';

/** The chains of the nat table that can redirect a connection: locally made, and arriving from elsewhere. */
export type NatChain = 'OUTPUT' | 'PREROUTING';

/** One DNAT rule: TCP to `dport` (and to `destination`, if given) is sent to `to` instead. */
export interface NatRule {
  chain: NatChain;
  destination?: string;
  dport: number;
  to: Endpoint;
  comment?: string;
}

/** A host's nat table. Rules are tried in order, the first match wins, and the choice is made once per connection. */
export interface NatTable {
  readonly rules: readonly NatRule[];
  /** @throws SimError SIM_ERR_ADDRESS */
  append(rule: NatRule): void;
  /** Removes the first rule equal to `rule`; false when there is none. */
  delete(rule: NatRule): boolean;
  /** Where a connection to `endpoint` goes, and by which rule. */
  translate(chain: NatChain, endpoint: Endpoint): { endpoint: Endpoint; rule?: NatRule };
  /** Calls `listener` after every change. */
  subscribe(listener: () => void): Disposable;
}

/** `same` brings the names of one address to one form: on loopback an address has a described and a leased one. */
export function createNatTable(same: (address: string) => string = (address) => address): NatTable {
  const rules: NatRule[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  return {
    rules,
    append(rule) {
      checkRule(rule);
      rules.push({ ...rule, to: { ...rule.to } });
      changed();
    },
    delete(rule) {
      const index = rules.findIndex((other) => formatNatRule(other) === formatNatRule(rule));
      if (index < 0) return false;
      rules.splice(index, 1);
      changed();
      return true;
    },
    translate(chain, endpoint) {
      const rule = rules.find(
        (candidate) =>
          candidate.chain === chain &&
          candidate.dport === endpoint.port &&
          (candidate.destination === undefined || same(candidate.destination) === same(endpoint.address)),
      );
      return rule === undefined ? { endpoint } : { endpoint: { ...rule.to }, rule };
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}

/** The rule as iptables would take it, e.g. `-A OUTPUT -p tcp --dport 10350 -j DNAT --to 10.0.0.2:10003`. */
export function formatNatRule(rule: NatRule): string {
  const destination = rule.destination === undefined ? '' : ` -d ${rule.destination}`;
  return `-A ${rule.chain} -p tcp${destination} --dport ${rule.dport} -j DNAT --to ${rule.to.address}:${rule.to.port}`;
}

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
