import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';
import { Iptables } from '../src/net/iptables/iptables.ts';

const number = (max: number) => fc.integer({ min: 1, max });
const port = number(65_535);
const address = fc.tuple(number(223), number(255), number(255), number(255)).map((parts) => parts.join('.'));
const network = fc.oneof(
  address,
  fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([at, length]) => `${at}/${length}`),
);
const not = fc.constantFrom<string[]>([], ['!']);
const range = fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}:${Math.max(a, b)}`);
const one = (...words: string[]) => fc.constant(words);
const maybe = (arbitrary: fc.Arbitrary<string[]>) => fc.option(arbitrary, { nil: [] });
const option = (name: string, value: fc.Arbitrary<string | number>) =>
  fc.tuple(not, value).map(([sign, is]) => [...sign, name, String(is)]);

const comment = fc
  .stringMatching(/^[abc 012_'"\\$/!:é-]{0,30}$/)
  .map((text) => ['-m', 'comment', '--comment', text]);
const matches = fc
  .tuple(
    maybe(comment),
    maybe(
      fc
        .tuple(maybe(option('--dport', fc.oneof(port, range))), maybe(option('--sport', range)))
        .map(([dport, sport]) => ['-m', 'tcp', ...dport, ...sport]),
    ),
    maybe(
      fc
        .tuple(
          fc.constantFrom('--dports', '--sports', '--ports'),
          fc.array(fc.oneof(port, range), { minLength: 1, maxLength: 7 }),
        )
        .map(([side, ports]) => ['-m', 'multiport', side, ports.join()]),
    ),
    maybe(
      option('--dst-type', fc.constantFrom('LOCAL', 'UNICAST,LOCAL')).map((words) => [
        '-m',
        'addrtype',
        ...words,
      ]),
    ),
    maybe(
      fc
        .tuple(number(9), number(9))
        .map(([a, b]) => [
          '-m',
          'statistic',
          '--mode',
          'nth',
          '--every',
          String(Math.max(a, b) + 1),
          '--packet',
          String(Math.min(a, b) - 1),
        ]),
    ),
    maybe(option('--mark', fc.constantFrom('0x1', '0x4000/0x4000')).map((words) => ['-m', 'mark', ...words])),
  )
  .map((parts) => parts.flat());
const to = fc
  .tuple(fc.option(address, { nil: '' }), fc.option(port, { nil: undefined }))
  .map(([host, at]) => (at === undefined ? host || '10.0.0.1' : `${host}:${at}`));
const target = fc.oneof(
  to.map((where) => ['-j', 'DNAT', '--to-destination', where]),
  port.map((at) => ['-j', 'REDIRECT', '--to-ports', String(at)]),
  one('-j', 'REDIRECT', '--random'),
  one('-j', 'RETURN'),
  one('-j', 'ACCEPT'),
  one('-j', 'TUNNEL-PORT'),
  one('-g', 'TUNNEL-PORT'),
  one('-j', 'MARK', '--set-xmark', '0x4000/0x4000'),
  one(),
);
const rule = fc
  .tuple(
    fc.constantFrom('PREROUTING', 'OUTPUT'),
    maybe(option('-s', network)),
    maybe(option('-d', network)),
    matches,
    target,
  )
  .map(([chain, source, destination, matched, end]) => [
    chain,
    ...source,
    ...destination,
    '-p',
    'tcp',
    ...matched,
    ...end,
  ]);

describeNeeding('iptables', 'the real iptables', ({ iptables: { path } }) => {
  /** Runs a line of shell in a network namespace of its own. */
  const inNamespace = (line: string, input: string) => {
    const { stdout, stderr, status } = spawnSync(path, ['-rn', 'sh', '-c', line], {
      input,
      encoding: 'utf8',
    });
    return { stdout, stderr, status };
  };
  const withoutDates = (text: string) => text.replace(/^#.*\n/gm, '');

  test('takes what we save, and saves and lists it as we do', () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 20 }), (rules) => {
        const tables = new Iptables();
        expect(tables.run(['-t', 'nat', '-N', 'TUNNEL-PORT']).stderr).toBe('');
        for (const words of rules) expect(tables.run(['-t', 'nat', '-A', ...words]).stderr).toBe('');
        const saved = tables.save(['-t', 'nat'], 0).stdout;
        const real = inNamespace(
          'iptables-restore && iptables-save -t nat && echo LIST && iptables -t nat -nvL',
          saved,
        );
        expect(real).toMatchObject({ stderr: '', status: 0 });
        const [save, list] = real.stdout.split('LIST\n');
        expect(withoutDates(save ?? '')).toBe(withoutDates(saved));
        expect(list).toBe(tables.run(['-t', 'nat', '-nvL']).stdout);
        const again = new Iptables();
        expect(again.restore(save ?? '', {})).toMatchObject({ stderr: '', exitCode: 0 });
        expect(again.save(['-t', 'nat'], 0).stdout).toBe(saved);
      }),
      { numRuns: 40 },
    );
  });
});
