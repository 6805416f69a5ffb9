import { describe, expect, it } from 'vitest';
import { createNatTable, formatNatRule, type NatRule } from './nat.ts';

const rule: NatRule = { chain: 'OUTPUT', dport: 10350, to: { address: '10.0.0.2', port: 10003 } };

describe('a nat table', () => {
  it('translates by chain, port and destination, first match first', () => {
    const table = createNatTable();
    table.append({ ...rule, destination: '10.66.0.11', to: { address: '10.0.0.3', port: 1 } });
    table.append(rule);
    const translate = (address: string, port: number) =>
      table.translate('OUTPUT', { address, port }).endpoint;
    expect(translate('10.66.0.11', 10350)).toEqual({ address: '10.0.0.3', port: 1 });
    expect(translate('10.66.0.12', 10350)).toEqual({ address: '10.0.0.2', port: 10003 });
    expect(translate('10.66.0.12', 10351)).toEqual({ address: '10.66.0.12', port: 10351 });
    expect(table.translate('PREROUTING', { address: '10.66.0.12', port: 10350 }).rule).toBeUndefined();
  });

  it('removes one rule at a time, and only an equal one', () => {
    const table = createNatTable();
    table.append(rule);
    table.append({ ...rule, comment: 'again' });
    expect(table.delete({ ...rule, dport: 10351 })).toBe(false);
    expect(table.delete(rule)).toBe(true);
    expect(table.rules).toMatchObject([{ comment: 'again' }]);
    expect(table.delete(rule)).toBe(true);
    expect(table.delete(rule)).toBe(false);
  });

  it('tells of changes until the subscription is disposed', () => {
    const table = createNatTable();
    let changes = 0;
    const subscription = table.subscribe(() => changes++);
    table.append(rule);
    table.delete({ ...rule, dport: 1 });
    table.delete(rule);
    expect(changes).toBe(2);
    subscription[Symbol.dispose]();
    table.append(rule);
    expect(changes).toBe(2);
  });

  it('is not changed by later changes of what it was given', () => {
    const table = createNatTable();
    const given = { ...rule, to: { ...rule.to } };
    table.append(given);
    given.to.port = 1;
    expect(table.rules[0]?.to.port).toBe(10003);
  });

  it('knows two names of one address', () => {
    const table = createNatTable((address) => (address === '127.64.0.1' ? '10.66.0.11' : address));
    table.append({ ...rule, destination: '10.66.0.11' });
    expect(table.translate('OUTPUT', { address: '127.64.0.1', port: 10350 }).rule).toBeDefined();
  });

  it.each([
    [{ ...rule, dport: 0 }],
    [{ ...rule, dport: 65_536 }],
    [{ ...rule, dport: 1.5 }],
    [{ ...rule, destination: 'cloud' }],
    [{ ...rule, to: { address: '::1', port: 1 } }],
    [{ ...rule, to: { address: '10.0.0.2', port: 0 } }],
  ])('refuses %j', (bad) => {
    expect(() => createNatTable().append(bad)).toThrow(expect.objectContaining({ code: 'SIM_ERR_ADDRESS' }));
  });

  it('writes rules as iptables reads them', () => {
    expect(formatNatRule({ ...rule, destination: '10.66.0.11' })).toBe(
      '-A OUTPUT -p tcp -d 10.66.0.11 --dport 10350 -j DNAT --to 10.0.0.2:10003',
    );
  });
});
