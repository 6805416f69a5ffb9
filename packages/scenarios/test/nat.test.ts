import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';
import { startControlApi } from '../src/control/control-api.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Runs the command in this process; what it printed, and its exit code. */
const run = (args: readonly string[], input = '') =>
  runCli(args, { input: async () => input, columns: 200 }, new AbortController().signal);

describe('docs/nat.md', () => {
  const document = readFileSync(join(ROOT, 'docs/nat.md'), 'utf8');
  const calls = [
    ...document.matchAll(/^\$ npx kubeedge-sim (route .*--scenario .*)\n((?:(?!\$ |```).*\n)*)/gm),
  ];
  it('has calls of route', () => expect(calls.length).toBeGreaterThan(2));
  it.each(calls.map(([, line = '', output = '']) => ({ line, output })))(
    '$line',
    async ({ line, output }) => {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
      const { out, exitCode } = await run(words);
      const [head = ''] = output.split('[…]');
      expect(out.startsWith(head.trimEnd())).toBe(true);
      if (!output.includes('[…]')) expect(out.trimEnd()).toBe(output.trimEnd());
      expect(exitCode).toBe(0);
    },
  );
});

describe('route with a file of iptables-save', () => {
  const save = [
    '*filter',
    '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT',
    'COMMIT',
    '*nat',
    ':KUBE-SERVICES - [0:0]',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -p tcp -m tcp --dport 10350 -j DNAT --to-destination 192.168.0.139:10003',
    '-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
    'COMMIT',
    '',
  ].join('\n');

  it('names the rule that hits, and what it cannot decide', async () => {
    const { out, exitCode } = await run(['route', 'k8s', '10.66.0.11:10350', '--iptables-save', '-'], save);
    expect(out).toContain('decided by rule OUTPUT 2');
    expect(out).toContain('taken not to match, for nothing here can say: KUBE-SERVICES 1');
    expect(out).toContain('goes to 192.168.0.139:10003; what is there, the file does not say');
    expect(exitCode).toBe(0);
  });

  it('says why none does', async () => {
    const { out } = await run(['route', 'k8s', '10.66.0.11:10351', '--iptables-save', '-'], save);
    expect(out).toContain('not OUTPUT 2: another destination port');
    expect(out).toContain('goes to 10.66.0.11:10351');
  });

  it('finds a listener of its own host by its address, and leads a pod through PREROUTING', async () => {
    const own =
      '*nat\n-A PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 80 -j REDIRECT --to-ports 8080\nCOMMIT\n';
    const asked = ['route', 'pod:a/b@k8s', '10.0.0.7:80', '--local', '10.0.0.7', '--iptables-save', '-'];
    expect((await run(asked, own)).out).toContain('goes to 10.0.0.7:8080');
  });

  it.each([
    [['k8s', '10.66.0.11', '--iptables-save', '-'], /Tried to read "10.66.0.11" as an endpoint/],
    [['a:b', '10.66.0.11:1', '--iptables-save', '-'], /Tried to read the caller "a:b"/],
    [['k8s', '10.66.0.11:1', '--iptables-save', '/nowhere'], /Tried to read \/nowhere/],
    [['--iptables-save', '-'], /without caller and endpoint/],
    [['k8s', '10.66.0.11:1', '--scenario', 'no-such'], /no-such/],
    [['--rehearse', 'rm -rf /', '--scenario', 'missing-pod-metrics'], /only calls of iptables/],
    [
      ['--rehearse', 'iptables -t nat -F NOPE', '--scenario', 'missing-pod-metrics'],
      /No chain\/target\/match/,
    ],
  ])('%j is refused with exit code 2', async (args, message) => {
    const { error, exitCode } = await run(['route', ...args], save);
    expect(error).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('iptables on a served world', () => {
  it('changes, lists, saves and restores, with texts and exit codes of its own', async () => {
    await using api = await startControlApi({
      listen: '127.0.0.1',
      port: 0,
      allowOrigins: [],
      report: () => {},
    });
    const created = await fetch(`${api.url}/v1/worlds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settled: false }),
    });
    const { id } = (await created.json()) as { id: string };
    const target = ['--control', api.url, '--world', id];
    const call = (words: string, input?: string) => {
      const [command = '', ...rest] = words.split(' ');
      return run([command, ...target, ...rest], input);
    };
    expect(await call('iptables -t nat -D OUTPUT 7')).toEqual({
      out: '',
      error: 'iptables: No chain/target/match by that name.\n',
      exitCode: 1,
    });
    expect(await call('iptables -t nat -A OUTPUT -p tcp --dport 99999 -j ACCEPT')).toMatchObject({
      exitCode: 2,
    });
    expect(
      await call('iptables -t nat -I OUTPUT -p tcp --dport 10351 -j DNAT --to 192.168.0.139:10003'),
    ).toEqual({
      out: '',
      error: '',
      exitCode: 0,
    });
    expect((await call('iptables --host master-1 -t nat -S OUTPUT')).out).toContain('--dport 10351 -j DNAT');
    const { out: saved } = await call('iptables-save -t nat');
    expect(saved).toMatch(/^# Generated by iptables-save v1.8.9/);
    expect(await call('iptables-restore --host edge-node-1', saved)).toMatchObject({
      error: '',
      exitCode: 0,
    });
    expect((await call('iptables --host edge-node-1 -t nat -S')).out).toContain('--dport 10351 -j DNAT');
    expect((await call('route master-1 10.66.0.11:10351')).out).toContain('decided by rule OUTPUT 1');
    expect((await call('iptables --host nobody -t nat -S')).error).toMatch(/Looked for node "nobody"/);
    for (const line of ['-F', '-t nat -F', '-t mangle -F', '-X']) {
      expect(await call(`iptables ${line}`)).toMatchObject({ error: '', exitCode: 0 });
    }
    expect((await call('route master-1 10.66.0.11:10351')).out).toContain('is lost on its way');
  });
});
