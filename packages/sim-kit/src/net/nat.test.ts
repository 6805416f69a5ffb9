import { describe, expect, it } from 'vitest';
import { Iptables } from './iptables/iptables.ts';
import { createNatTable, type NatRule } from './nat.ts';

const rule: NatRule = { chain: 'OUTPUT', dport: 10350, to: { address: '10.0.0.2', port: 10003 } };
const create = () => createNatTable(new Iptables());

describe('the short form of the nat table', () => {
  it('writes rules as iptables prints them', () => {
    const table = create();
    table.append({ ...rule, destination: '10.66.0.11' });
    table.append({ ...rule, chain: 'PREROUTING', comment: 'for pods' });
    expect(table.rules).toEqual([
      '-A PREROUTING -p tcp -m tcp --dport 10350 -m comment --comment "for pods" -j DNAT --to-destination 10.0.0.2:10003',
      '-A OUTPUT -d 10.66.0.11/32 -p tcp -m tcp --dport 10350 -j DNAT --to-destination 10.0.0.2:10003',
    ]);
  });

  it('removes one rule at a time, and only an equal one', () => {
    const table = create();
    table.append(rule);
    table.append(rule);
    table.append({ ...rule, comment: 'again' });
    expect(table.delete({ ...rule, dport: 10351 })).toBe(false);
    expect(table.delete(rule)).toBe(true);
    expect(table.rules).toHaveLength(2);
    expect(table.delete(rule)).toBe(true);
    expect(table.delete(rule)).toBe(false);
    expect(table.rules).toHaveLength(1);
  });

  it.each([
    [{ ...rule, dport: 0 }],
    [{ ...rule, dport: 65_536 }],
    [{ ...rule, dport: 1.5 }],
    [{ ...rule, destination: 'cloud' }],
    [{ ...rule, to: { address: '::1', port: 1 } }],
    [{ ...rule, to: { address: '10.0.0.2', port: 0 } }],
  ])('refuses %j', (bad) => {
    expect(() => create().append(bad)).toThrow(expect.objectContaining({ code: 'SIM_ERR_ADDRESS' }));
  });
});
