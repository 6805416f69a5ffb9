import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Iptables } from './iptables.ts';

const inherited = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
const options =
  '-t -A -I -D -R -C -L -S -F -Z -N -X -E -P -nvL -tnat ! -s -d -i -o -p -m -j -g -c -w --dport --dports ' +
  '--to-destination --comment --dst-type --mark --mode --every --packet --set-xmark --to-ports';
const values =
  'nat filter OUTPUT PREROUTING K tcp udp all multiport addrtype mark comment statistic nth DNAT SNAT MARK REDIRECT ' +
  'ACCEPT RETURN LOCAL 1 2 10350 80:90 10.66.0.11 10.0.0.0/8 0.0.0.0/0 10.0.0.1,10.0.0.2 10.0.0.3:10003 ' +
  '0x4000/0x4000 eth+';
const word = fc.oneof(
  fc.constantFrom(...options.split(' '), ...values.split(' '), ''),
  fc.constantFrom(...inherited),
  fc.string(),
);
const rule = fc.array(
  fc.oneof(
    fc.constantFrom(
      ['-p', 'tcp'],
      ['-p', 'udp'],
      ['-m', 'tcp'],
      ['--dport', '10350'],
      ['!', '--sport', '1:80'],
      ['-m', 'multiport', '--dports', '80,443'],
      ['-d', '10.66.0.11'],
      ['!', '-s', '10.0.0.0/8'],
      ['-o', 'lo'],
      ['-m', 'mark', '--mark', '0x1/0x1'],
      ['-m', 'addrtype', '--dst-type', 'LOCAL'],
      ['-m', 'statistic', '--mode', 'nth', '--every', '3', '--packet', '1'],
      ['-j', 'DNAT', '--to-destination', '10.0.0.3:10003'],
      ['-j', 'MARK', '--set-xmark', '0x4000/0x4000'],
      ['-j', 'K'],
      ['-g', 'K'],
    ),
    // A line's end in a comment is printed as it is by the real one, too, which then cannot read it.
    fc
      .string({ unit: 'grapheme' })
      .filter((text) => !text.includes('\n'))
      .map((text) => ['-m', 'comment', '--comment', text]),
  ),
  { maxLength: 6 },
);

it('takes any words, or refuses them', () => {
  const tables = new Iptables();
  const attempt = (words: string[]) => {
    const { exitCode, stderr } = tables.run(words);
    expect(exitCode === 0).toBe(stderr === '');
  };
  for (const name of inherited) {
    for (const words of [
      ['-N', name],
      ['-A', 'OUTPUT', '-m', name],
      ['-A', 'OUTPUT', '-j', name],
      ['-A', 'OUTPUT', '-p', name],
      ['-A', 'OUTPUT', '-p', 'tcp', '--dport', name],
      ['-A', 'OUTPUT', '-j', 'ACCEPT', `--${name}`],
      ['-S', name],
    ])
      attempt(['-t', 'nat', ...words]);
    attempt(['-t', name, '-L']);
    expect(tables.restore(`*${name}\nCOMMIT\n`, { anything: true }).exitCode).not.toBe(0);
  }
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => attempt(words)),
    { numRuns: 2_000 },
  );
});

it('reads what it has printed', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), (rules) => {
      const tables = new Iptables();
      tables.run(['-t', 'nat', '-N', 'K']);
      for (const words of rules) tables.run(['-t', 'nat', '-A', 'OUTPUT', ...words.flat()]);
      const saved = tables.save(['-t', 'nat'], 0).stdout;
      const again = new Iptables();
      expect(again.restore(saved, {})).toEqual({ stdout: '', stderr: '', exitCode: 0 });
      expect(again.save(['-t', 'nat'], 0).stdout).toBe(saved);
    }),
    { numRuns: 500 },
  );
});
