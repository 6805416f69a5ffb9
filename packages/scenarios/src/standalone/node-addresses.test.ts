import { describe, expect, it } from 'vitest';
import { nodeAddresses } from './node-addresses.ts';

const elsewhere = { nodes: 1, isCloudHere: false, lease: 73, machine: () => '172.18.4.7' };

describe('the addresses of nodes', () => {
  it('are the machine’s for one node', () => {
    expect(nodeAddresses(elsewhere)).toEqual(['172.18.4.7']);
  });

  it('are numbered for several, so that another container’s do not meet them', () => {
    expect(nodeAddresses({ ...elsewhere, nodes: 3 })).toEqual(['10.4.7.1', '10.4.7.2', '10.4.7.3']);
    const neighbour = nodeAddresses({ ...elsewhere, nodes: 250, machine: () => '172.18.4.8' });
    expect(new Set([...nodeAddresses({ ...elsewhere, nodes: 250 }), ...neighbour]).size).toBe(500);
    expect(() => nodeAddresses({ ...elsewhere, nodes: 251 })).toThrow(/has room for 250/);
  });

  it('are this process’s own beside a cloud on this machine, whose network is not asked', () => {
    const machine = () => {
      throw new Error('asked');
    };
    const here = { ...elsewhere, isCloudHere: true, machine };
    expect(nodeAddresses(here)).toEqual(['10.73.0.1']);
    expect(nodeAddresses({ ...here, nodes: 300 }).at(-1)).toBe('10.73.1.44');
  });

  it('begin where the user says', () => {
    expect(nodeAddresses({ ...elsewhere, nodes: 2, address: '192.168.7.255' })).toEqual([
      '192.168.7.255',
      '192.168.8.0',
    ]);
    for (const address of ['127.0.0.1', 'shop', '1.2.3.256'])
      expect(() => nodeAddresses({ ...elsewhere, address })).toThrow(/give an IPv4 address outside/);
  });
});
