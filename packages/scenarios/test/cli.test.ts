import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';

let folder: string;
let keys = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command in this process: what it wrote, and its exit code. */
const run = (...args: string[]) =>
  runCli(args, {
    key: async () => {
      keys++;
    },
  });

const replayWith = (...acts: string[]) =>
  run('replay', 'missing-pod-metrics', '--edgecore', 'v1.6.2', ...acts.flatMap((act) => ['--act', act]));

describe('kubeedge-sim', () => {
  it('replays the founding report when nothing is asked', async () => {
    const { out, exitCode } = await run();
    expect(exitCode).toBe(0);
    expect(out).toContain('Error from server (NotFound): podmetrics.metrics.k8s.io');
    expect(out).toContain('✗ Docker Engine API');
    expect(out).toContain('✓ docker: ');
    expect(out).toContain('✓ edgecore: ');
  });

  it('speaks Chinese', async () => {
    expect((await run('replay', 'missing-pod-metrics', '--lang', 'zh', '--edgecore', '1.6.2')).out).toContain(
      '正常：边缘节点和 Pod 都有监控',
    );
    expect((await run('list', '--lang', 'zh')).out).toContain('边缘节点有监控，节点上的 Pod 没有监控');
    expect((await run('show', 'missing-pod-metrics', '--lang', 'zh')).out).toContain('解决');
  });

  it('changes the cluster at the time asked for', async () => {
    const { out, error, exitCode } = await replayWith('20s: cut edge-node-1 silent', '1h: heal edge-node-1');
    expect(exitCode).toBe(0);
    expect(out).toContain('⚡ 20s: cut edge-node-1 silent\n');
    expect(out).toMatch(/^edge-node-1 +<unknown>/m);
    expect(error).toContain('had ended before --act "3600s: heal edge-node-1"; give an earlier time');
    const healed = await replayWith('500ms: cut edge-node-1 silent', '1s500ms:heal edge-node-1');
    expect(healed.out).toContain('⚡ 1500ms: heal edge-node-1\n');
    expect(healed.out).toMatch(/^edge-node-1 +\d+m/m);
  });

  it('looks only after the time asked for, so that acts can have their effect', async () => {
    const cured = ['--act', '31s: docker edge-node-1 20.10.24', '--act', '31s: restart edgecore edge-node-1'];
    const acts = ['replay', 'missing-pod-metrics', '--expect', 'healthy', ...cured];
    expect((await run(...acts)).exitCode).toBe(1);
    expect((await run(...acts, '--look-after', '2m')).exitCode).toBe(0);
  });

  it.each([
    ['cut edge-node-1 silent', "Write it as '20s: cut edge-node-1 silent'"],
    ['20s: cut edge-node-1', 'cut <node> [node] silent|rst'],
    ['20s: heal edge-node-9', 'found only master-1, edge-node-1, edge-node-2'],
    ['20s: cut master-1 rst', 'Name an edge (edge-node-1, edge-node-2)'],
    ['20s: dnat del 4711', 'Tried to delete the DNAT rule of port 4711'],
  ])('refuses --act %j and says what to write', async (act, text) => {
    const { error, exitCode } = await replayWith(act);
    expect(error).toContain(text);
    expect(exitCode).toBe(2);
  });

  it('prints JSON of the documented shape', async () => {
    const { out, exitCode } = await run(
      'replay',
      'missing-pod-metrics',
      '--docker',
      '18.9.1',
      '--seed',
      '7',
      '--json',
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      scenario: 'missing-pod-metrics',
      cell: { edgecore: 'v1.6.1', cloudcore: 'v1.6.1', docker: '18.09.1', metricsServer: 'v0.4.2' },
      seed: 7,
      net: 'memory',
      outcome: 'symptom',
      causes: [{ id: 'engine-refuses-cadvisor', hop: 'docker' }],
      observations: expect.any(Array),
      explanation: expect.any(Array),
      cures: [
        { id: 'docker', cleared: true },
        { id: 'edgecore', cleared: true },
      ],
      traceHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('records what the API server and the kubelets answer', async () => {
    const { out, exitCode } = await run('snapshot', 'missing-pod-metrics', '--without');
    expect(exitCode).toBe(0);
    const { answers, ...rest } = JSON.parse(out) as { answers: Record<string, { status: number }> };
    expect(rest).toMatchObject({ format: 'kubeedge-sim-snapshot', version: 1, cell: { docker: '20.10.24' } });
    const pod = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/nginx-7848d4b86f-x2wqz';
    expect(answers[pod]?.status).toBe(200);
    const file = join(folder, 'cluster.json');
    const written = await run('snapshot', 'missing-pod-metrics', '--out', file);
    expect(written.out).toMatch(/cluster\.json: \d+ answers of missing-pod-metrics\n$/);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, seed: 1 });
  });

  it('exits with 1 when the outcome is not the expected one', async () => {
    const cell = ['replay', 'missing-pod-metrics', '--edgecore', 'v1.6.2'];
    expect((await run(...cell, '--expect', 'healthy')).exitCode).toBe(0);
    const { exitCode, error } = await run(...cell, '--expect', 'symptom');
    expect({ exitCode, error }).toEqual({
      exitCode: 1,
      error: 'Expected the outcome symptom, found healthy.\n',
    });
  });

  it.each([
    [['replay', 'nothing-like-it'], 'found only: missing-pod-metrics'],
    [['replay', 'missing-pod-metrics', '--edgecore', 'v1.6.9'], 'the nearest known are v1.6.2'],
    [['replay', 'missing-pod-metrics', '--docker', '18.10.1'], 'the nearest known are'],
    [['replay', 'missing-pod-metrics', '--metrics-server', '0.9.9'], 'simulated are v0.3.0, '],
    [['replay', 'missing-pod-metrics', '--look-after', 'soon'], 'times are 500ms, 20s, 1m30s, 1h'],
    [['replay', 'missing-pod-metrics', '--net', 'paper'], 'Allowed choices are memory, loopback'],
    [
      ['replay', 'missing-pod-metrics', '--trace', '/no/such/folder/trace.ndjson'],
      'Give a file in a folder that exists',
    ],
    [['trace', '/no/such/file'], 'Make one with'],
    [
      ['snapshot', 'missing-pod-metrics', '--out', '/no/such/folder/s.json'],
      'Give a file in a folder that exists',
    ],
    [['matrix', 'missing-pod-metrics', '--edgecore', 'v9'], 'the nearest are v1.23.1'],
    [['replay', 'missing-pod-metrics', '--fault', 'gremlins'], 'found only: docker-18-09, docker-29'],
    [['up', '--fault', 'gremlins'], 'See `kubeedge-sim list --faults`'],
    [['fly'], "unknown command 'fly'"],
  ])('refuses %j with exit code 2 and says what to do', async (args, message) => {
    const { exitCode, error } = await run(...args);
    expect(exitCode).toBe(2);
    expect(error).toContain(message);
  });

  it('puts faults into any scenario, and takes the condition of one away', async () => {
    const together = await run(
      'replay',
      'edgestream-disabled',
      '--fault',
      'dnat-rule-missing',
      '--fault',
      'docker-18-09',
      '--json',
    );
    expect(JSON.parse(together.out)).toMatchObject({
      faults: ['edgestream-disabled', 'dnat-rule-missing', 'docker-18-09'],
      causes: [{ id: 'engine-refuses-cadvisor' }, { id: 'no-dnat-rule' }, { id: 'edgestream-is-disabled' }],
    });
    const { out } = await run('replay', 'edgestream-disabled', '--without');
    expect(out).toContain('HEALTHY: the edge node and its pods have metrics, by name and by address');
    expect((await run('list', '--faults', '--lang', 'zh')).out).toMatch(
      /^dnat-rule-missing +metrics-server 所在主机/m,
    );
  });

  it('draws the request as a diagram, with the hop that fails', async () => {
    const { out } = await run('replay', 'dnat-rule-missing', '--diagram');
    expect(out).toContain(
      'sequenceDiagram\n  participant caller as metrics-server\n  participant nat as ✗ iptables DNAT\n',
    );
    expect(out).toContain('  caller-xnat: dial 10.66.0.11:10350: no rule, blackhole\n');
    expect((await run('replay', 'missing-pod-metrics', '--edgecore', 'v1.14.0', '--diagram')).exitCode).toBe(
      0,
    );
  });

  it('writes a trace and prints it for a person', async () => {
    const file = join(folder, 'trace.ndjson');
    await run('replay', 'missing-pod-metrics', '--edgecore', 'v1.6.2', '--trace', file);
    const events = (await readFile(file, 'utf8')).trim().split('\n');
    expect(events.length).toBeGreaterThan(500);
    const { out } = await run('trace', file, '--kind', 'cadvisor.factory', '--host', 'edge-node-1');
    expect(out).toMatch(
      /^ +0\.\d{3}s #\d+ edge-node-1\/cadvisor cadvisor\.factory factory=docker registered=true\n$/,
    );
    await writeFile(file, 'not a trace\n');
    expect(await run('trace', file)).toMatchObject({ exitCode: 2, error: expect.stringContaining('line 1') });
  });

  it('prints a component log at the verbosity asked for', async () => {
    const quiet = await run('replay', 'missing-pod-metrics', '--log', 'edgecore');
    expect(quiet.out).toContain('edgecore (edge-node-1)');
    expect(quiet.out).toMatch(/^I 08:00:05\.000 edged\.go:289\] Starting edged\.\.\. +│$/m);
    expect(quiet.out).not.toMatch(/plugin\.go:68\] Docker not connected/);
    const loud = await run('replay', 'missing-pod-metrics', '--log', 'edgecore', '-v', '5');
    expect(loud.out).toMatch(/plugin\.go:68\] Docker not connected: Error response from daemon/);
    expect((await run('replay', 'missing-pod-metrics', '--log', 'kubeproxy')).exitCode).toBe(2);
  });

  it('prints several logs side by side, in the order of time', async () => {
    const { out } = await run(
      'replay',
      'missing-pod-metrics',
      '--edgecore',
      '1.6.2',
      '--log',
      'edgecore,cloudcore',
      '-v',
      '1',
    );
    expect(out).toMatch(/^edgecore \(edge-node-1\) +│ edgecore \(edge-node-2\) +│ cloudcore \(master-1\)$/m);
    expect(out).toMatch(/^ +│ +│ I 08:00:0\d\.\d{3} tunnelserver\.go:105\] get a new/m);
  });

  it('waits for a key at each look and keeps the cause from a class', async () => {
    keys = 0;
    const { out, exitCode } = await run('replay', 'missing-pod-metrics', '--step', '--hide-cause');
    expect(exitCode).toBe(0);
    expect(keys).toBe(12);
    expect(out).toContain('What is the cause, and what proves it?');
    expect(out).not.toContain('cAdvisor inside edgecore');
  });

  it('plays a row of the matrix and says where the outcome changes', async () => {
    const { out, exitCode } = await run('matrix', 'missing-pod-metrics', '--edgecore', 'v1.14.0');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^v1\.14\.0(?: {1,2}·)+$/m);
    expect(out).toMatch(/^46 cells in \d+\.\d s: 0 played, .*, 46 not applicable$/m);
  });
});
