// What the commands for a served cluster say to a person who asks for something that is not there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';
import { startTestApi, type TestApi } from '../src/control/api.test-support.ts';

let api: TestApi;
let target: string[];
beforeAll(async () => {
  api = await startTestApi();
  const id = (await api.create({ settled: false })).split('/').at(-1) ?? '';
  target = ['--control', api.url, '--world', id];
});
afterAll(() => api[Symbol.asyncDispose]());

const run = (command: string, ...words: string[]) => runCli([command, ...target, ...words]);

describe('log', () => {
  it('prints what the component has said', async () => {
    expect(await run('log', 'master-1', 'cloudcore')).toMatchObject({
      out: expect.stringMatching(/^I\d{4} .*\] /),
      error: '',
      exitCode: 0,
    });
  });

  it('names who has a log where the component has none', async () => {
    expect(await run('log', 'edge-node-1', 'cloudcore')).toEqual({
      out: '',
      error: expect.stringMatching(
        /^Looked for a log of "cloudcore" on edge-node-1, found only those of edgecore\b.*Give one of these, or another node\.\n$/,
      ),
      exitCode: 2,
    });
  });
});

describe('trace', () => {
  it('says so when nothing is of the kind or of the host, and what there is', async () => {
    expect(await run('trace', '--kind', 'tunnelled')).toEqual({
      out: '',
      error: expect.stringMatching(
        /^Looked for events of a kind that begins with "tunnelled" among \d+, found none; there are .*docker\.request/,
      ),
      exitCode: 0,
    });
    expect((await run('trace', '--host', 'edge-9')).error).toMatch(
      /^Looked for events of edge-9 among \d+, found none; there are edge-node-1, edge-node-2, master-1/,
    );
  });
});

describe('explain', () => {
  it('says so where no metrics-server has asked anybody', async () => {
    expect(await run('explain', 'node', 'edge-node-1')).toMatchObject({
      error: expect.stringMatching(
        /^Looked for metrics-server in what is served, found nothing of it\. .*its own log\.\n$/,
      ),
      exitCode: 2,
    });
  });
});

describe('act', () => {
  it('tells the forms of the word that was begun, and the cures where none is named', async () => {
    expect((await run('act', 'nodeip', 'edge-node-1', '300.1.1.1')).error).toBe(
      'Tried to read the action "nodeip edge-node-1 300.1.1.1"; the forms are\n  nodeip <node> <ip>\n',
    );
    expect((await run('act', 'cure')).error).toMatch(
      /^Looked for a cure of missing-pod-metrics, was given none; there are docker, edgecore, .*\. Give one of these\.\n$/,
    );
  });
});

describe('a command line that is wrong', () => {
  it('is told where to look', async () => {
    expect(await runCli(['frobnicate'])).toEqual({
      out: '',
      error: "error: unknown command 'frobnicate'\nSee `kubeedge-sim help [command]`.\n",
      exitCode: 2,
    });
  });
});

describe('iptables with a whole line in quotes', () => {
  const rules = async () => (await run('iptables', '-t', 'nat', '-S', 'OUTPUT')).out;

  it('runs its calls up to the first that fails', async () => {
    expect(await run('iptables', 'iptables -F && iptables -t nat -S OUTPUT')).toEqual({
      out: await rules(),
      error: '',
      exitCode: 0,
    });
    expect(await run('iptables', 'iptables -t nat -F NOPE && iptables -t nat -F')).toMatchObject({
      error: expect.stringContaining('No chain/target/match'),
      exitCode: 1,
    });
    expect(await rules()).toContain('--dport 10350 -j DNAT');
  });

  it('runs none of them where one is of another command', async () => {
    expect(await run('iptables', 'iptables -t nat -F && rm -rf /')).toMatchObject({
      error: 'Tried to run "rm -rf /"; only calls of iptables can be, with && or ; between them.\n',
      exitCode: 2,
    });
    expect(await rules()).toContain('--dport 10350 -j DNAT');
  });

  it("runs the guide's cleaning line", async () => {
    const cleaning = 'iptables -F && iptables -t nat -F && iptables -t mangle -F && iptables -X';
    expect(await run('iptables', cleaning)).toEqual({ out: '', error: '', exitCode: 0 });
    expect(await rules()).toBe('-P OUTPUT ACCEPT\n');
  });
});
