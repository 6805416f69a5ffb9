import { describe, expect, it } from 'vitest';
import { Iptables } from './iptables.ts';
import { type Packet, traverse } from './traverse.ts';
import { splitWords } from './words.ts';

/** A host's tables after these calls, each without `iptables -t nat`. */
function after(...lines: string[]): Iptables {
  const tables = new Iptables();
  for (const line of lines) {
    expect(tables.run(['-t', 'nat', ...splitWords(line)])).toMatchObject({ exitCode: 0, stderr: '' });
  }
  return tables;
}

const packet = (destination: string, destinationPort: number, rest: Partial<Packet> = {}): Packet => ({
  source: '10.0.0.2',
  destination,
  destinationPort,
  mark: 0,
  ...rest,
});
const here = { isLocal: (address: string) => address === '10.0.0.2' || address.startsWith('127.') };

/** The rule that decides about a packet in OUTPUT, as chain and number. */
function verdict(tables: Iptables, sent: Packet, chain = 'OUTPUT'): string | undefined {
  const found = traverse(tables.nat, chain, sent, here, {}).verdict;
  return found && `${found.chain} ${found.number}`;
}

describe('a packet in a chain', () => {
  it('goes through jumps and comes back from where nothing decides', () => {
    const tables = after(
      '-N A',
      '-N B',
      '-A OUTPUT -j A',
      '-A OUTPUT -p tcp --dport 1 -j DNAT --to 1.1.1.1',
      '-A A -p tcp --dport 1 -j B',
      '-A A -p tcp --dport 2 -j DNAT --to 2.2.2.2',
      '-A B -d 9.9.9.9 -j ACCEPT',
      '-A B -j RETURN',
      '-A B -j ACCEPT',
    );
    expect(verdict(tables, packet('10.66.0.11', 1))).toBe('OUTPUT 2');
    expect(verdict(tables, packet('10.66.0.11', 2))).toBe('A 2');
    expect(verdict(tables, packet('9.9.9.9', 1))).toBe('B 1');
    expect(verdict(tables, packet('10.66.0.11', 3))).toBeUndefined();
  });

  it('returns from a goto past the chain that went there', () => {
    const tables = after(
      '-N A',
      '-N B',
      '-A OUTPUT -j A',
      '-A OUTPUT -j ACCEPT',
      '-A A -g B',
      '-A A -j RETURN',
    );
    expect(verdict(tables, packet('1.2.3.4', 1))).toBe('OUTPUT 2');
  });

  it.each([
    ['-p tcp --dport 10350:10352', packet('1.2.3.4', 10_351), true],
    ['-p tcp --dport 10350:10352', packet('1.2.3.4', 10_353), false],
    ['-p tcp ! --dport 10350', packet('1.2.3.4', 10_351), true],
    ['-p tcp -m multiport --dports 22,10350:10360', packet('1.2.3.4', 10_355), true],
    ['-p tcp -m multiport ! --dports 22,10350:10360', packet('1.2.3.4', 22), false],
    ['-p udp --dport 53', packet('1.2.3.4', 53), false],
    ['! -p udp', packet('1.2.3.4', 53), true],
    ['-d 10.66.0.0/16', packet('10.66.3.4', 1), true],
    ['! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL', packet('127.0.0.1', 1), false],
    ['! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL', packet('10.0.0.2', 1), true],
    ['-m addrtype ! --dst-type LOCAL', packet('10.0.0.3', 1), true],
    ['-s 10.233.64.0/18', packet('1.2.3.4', 1, { source: '10.233.70.1' }), true],
    ['-o lo', packet('127.0.0.1', 1, { outside: 'lo' }), true],
    ['-o lo', packet('1.2.3.4', 1), false],
    ['! -o lo', packet('1.2.3.4', 1), true],
    ['-m mark --mark 0x1', packet('1.2.3.4', 1), false],
  ])('%s', (rule, sent, hits) => {
    expect(verdict(after(`-A OUTPUT ${rule} -j ACCEPT`), sent)).toBe(hits ? 'OUTPUT 1' : undefined);
  });

  it('is marked, and asked for its mark', () => {
    const tables = after(
      '-A OUTPUT -p tcp --dport 1 -j MARK --or-mark 0x4000',
      '-A OUTPUT -m mark --mark 0x4000/0x4000 -j ACCEPT',
    );
    expect(verdict(tables, packet('1.2.3.4', 1))).toBe('OUTPUT 2');
    expect(verdict(tables, packet('1.2.3.4', 2))).toBeUndefined();
  });

  it('takes its turn among several destinations', () => {
    const tables = after(
      '-A OUTPUT -p tcp --dport 1 -m statistic --mode nth --every 3 --packet 0 -j DNAT --to 1.1.1.1',
      '-A OUTPUT -p tcp --dport 1 -m statistic --mode nth --every 2 --packet 0 -j DNAT --to 2.2.2.2',
      '-A OUTPUT -p tcp --dport 1 -j DNAT --to 3.3.3.3',
    );
    const turn = (count: boolean) =>
      traverse(tables.nat, 'OUTPUT', packet('9.9.9.9', 1), here, { count }).verdict?.number;
    expect([turn(true), turn(true), turn(true), turn(true)]).toEqual([1, 2, 3, 1]);
    // Looking takes nobody's turn.
    expect([turn(false), turn(false), turn(true)]).toEqual([2, 2, 2]);
    traverse(tables.nat, 'OUTPUT', packet('9.9.9.9', 2), here, { count: true });
    expect(turn(true)).toBe(3);
  });

  it('is counted by what it matches, and by the policy where nothing decides', () => {
    const tables = after('-N A', '-A OUTPUT -j A', '-A A -p tcp --dport 1 -j DNAT --to 1.1.1.1');
    for (const port of [1, 1, 2])
      traverse(tables.nat, 'OUTPUT', packet('1.2.3.4', port), here, { count: true });
    const { stdout } = tables.run(['-t', 'nat', '-v', '-S']);
    expect(stdout).toContain('-P OUTPUT ACCEPT -c 1 60');
    expect(stdout).toContain('-A OUTPUT -c 3 180 -j A');
    expect(stdout).toContain('--dport 1 -c 2 120 -j DNAT');
    tables.run(['-t', 'nat', '-Z']);
    expect(tables.run(['-t', 'nat', '-v', '-S']).stdout).not.toMatch(/-c [1-9]/);
  });
});

describe('iptables-restore', () => {
  const save = '*nat\n:OUTPUT ACCEPT [5:300]\n:A - [0:0]\n[2:120] -A OUTPUT -j A\nCOMMIT\n';

  it('replaces the table, with -n adds to it, and with -c takes the counters', () => {
    const tables = after('-A OUTPUT -p tcp --dport 1 -j ACCEPT');
    expect(tables.restore(save, { noFlush: true })).toMatchObject({ exitCode: 0 });
    expect(tables.nat.chain('OUTPUT')?.rules).toHaveLength(2);
    expect(tables.restore(save, { counters: true })).toMatchObject({ exitCode: 0 });
    expect(tables.nat.chain('OUTPUT')).toMatchObject({
      packets: 5,
      bytes: 300,
      rules: [{ packets: 2, bytes: 120 }],
    });
  });

  it.each([
    ['*nat\n-A OUTPUT -j NOPE\nCOMMIT\n', "Chain 'NOPE' does not exist\nError occurred at line: 2", 2],
    ['*nat\n-A OUTPUT -p tcp --dport 99999 -j ACCEPT\nCOMMIT\n', 'invalid port/service `99999', 2],
    ['*nope\nCOMMIT\n', "line 1 table name 'nope' invalid\nError occurred at line: 1", 2],
    ['hello\n', 'iptables-restore: line 1 failed\n', 1],
    ['*nat\n:A - [0:0]\n', 'iptables-restore: COMMIT expected at line 3\n', 1],
    ['*filter\n-A INPUT -j DROP\nCOMMIT\n', 'kubeedge-sim: Tried to restore', 2],
    ['*nat\n-A OUTPUT -m comment --comment "open -j ACCEPT\nCOMMIT\n', 'found a " that is not closed', 2],
  ])('refuses %j and changes nothing', (text, message, exitCode) => {
    const tables = after('-A OUTPUT -p tcp --dport 1 -j ACCEPT');
    const result = tables.restore(text, {});
    expect(result.stderr).toContain(message);
    expect(result.exitCode).toBe(exitCode);
    expect(tables.nat.chain('OUTPUT')?.rules).toHaveLength(1);
  });

  it("keeps what is not modelled of somebody's file, and says where a packet depends on it", () => {
    const file = [
      '*filter',
      '-A INPUT -p tcp -m conntrack --ctstate NEW,ESTABLISHED -m limit --limit 5/min -j REJECT --reject-with tcp-reset',
      'COMMIT',
      '*nat',
      ':KUBE-SERVICES - [0:0]',
      '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A KUBE-SERVICES ! -s 10.233.64.0/18 -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
      '-A KUBE-SERVICES -p tcp -m statistic --mode random --probability 0.5 -j LOG --log-prefix "a b"',
      '-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination 10.0.0.9:10003',
      'COMMIT',
    ].join('\n');
    const tables = new Iptables();
    expect(tables.restore(`${file}\n`, { anything: true })).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    const { stdout } = tables.run(['-t', 'nat', '-S', 'KUBE-SERVICES']);
    for (const line of file.split('\n').slice(6, 8)) expect(stdout).toContain(line);
    const found = traverse(tables.nat, 'OUTPUT', packet('10.66.0.11', 10_350), here, { explain: true });
    expect(found.undecided.map(({ chain, number }) => `${chain} ${number}`)).toEqual([
      'KUBE-SERVICES 1',
      'KUBE-SERVICES 2',
    ]);
    expect(found.verdict).toMatchObject({ chain: 'OUTPUT', number: 2 });
  });
});

describe('the tables', () => {
  it('tell of changes, and of nothing else', () => {
    const tables = new Iptables();
    let changes = 0;
    using _subscription = tables.subscribe(() => changes++);
    tables.run(splitWords('-t nat -N A'));
    tables.run(splitWords('-t nat -N A'));
    tables.run(splitWords('-t nat -L'));
    tables.copy().run(splitWords('-t nat -X'));
    expect(changes).toBe(1);
  });

  it('keep one form of an address that has two', () => {
    const tables = new Iptables((address) => (address === '127.64.0.1' ? '10.66.0.11' : address));
    tables.run(splitWords('-t nat -A OUTPUT -d 127.64.0.1 -p tcp -j DNAT --to 127.64.0.1:1'));
    expect(
      tables.run(splitWords('-t nat -C OUTPUT -d 10.66.0.11 -p tcp -j DNAT --to 10.66.0.11:1')).exitCode,
    ).toBe(0);
  });
});
