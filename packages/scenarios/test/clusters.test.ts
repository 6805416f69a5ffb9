import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';
import { startTestApi } from '../src/control/api.test-support.ts';
import { presets } from '../src/presets/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-clusters-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command in this process, ended as soon as it serves: what it wrote, and its exit code. */
const run = (...args: string[]) => runUntil(AbortSignal.abort(), args);

const runUntil = (stop: AbortSignal, args: readonly string[]) => runCli(args, {}, stop);

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('kubeedge-sim cluster', () => {
  it('lists the presets in both languages', async () => {
    const { out, exitCode } = await run('cluster', 'list');
    expect(exitCode).toBe(0);
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual([
      ...presets.map(({ name }) => name),
      '',
    ]);
    expect((await run('cluster', 'list', '--lang', 'zh')).out).toContain(
      'kubesphere-3.1.0   KubeKey 1.1.0 安装的',
    );
  });

  it('shows a preset with its sources, and a file with where its values come from', async () => {
    const { out, exitCode } = await run('cluster', 'show', 'kubesphere-3.1.1');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^# KubeSphere 3\.1\.1: .*\n# Kubernetes 1\.19\.8: kubesphere\/kubekey v1\.1\.1 /);
    expect(out).toContain('\ncloudcore: v1.6.2 # kubesphere-3.1.1\n');
    const file = await write('mine.yaml', 'extends: kubesphere-3.1.0\ncloudcore: v1.6.2\n');
    expect((await run('cluster', 'show', file)).out).toContain(`\ncloudcore: v1.6.2 # ${file}\n`);
  });

  it('names the nearest preset, and says what is wrong with a file', async () => {
    expect(await run('cluster', 'show', 'kubesphere-3.5')).toMatchObject({
      exitCode: 2,
      error: expect.stringMatching(
        /^Looked for the preset "kubesphere-3\.5"; the nearest is "kubesphere-3\.2"/,
      ),
    });
    expect(await run('cluster', 'show', './nowhere.yaml')).toMatchObject({
      exitCode: 2,
      error: expect.stringContaining('Tried to read the cluster ./nowhere.yaml: ENOENT'),
    });
  });
});

describe('--preset and --cluster', () => {
  it('replay a scenario there', async () => {
    const preset = ['--preset', 'kubesphere-3.1.1', '--hide-cause'];
    const healthy = await run('replay', 'missing-pod-metrics', ...preset, '--expect', 'healthy');
    expect(healthy.exitCode).toBe(0);
    expect(healthy.out).toContain('\n--preset kubesphere-3.1.1 · edgecore v1.6.2 · Docker 18.09.1 · ');
    const file = await write('older.yaml', 'extends: kubesphere-3.1.1\ncloudcore: v1.6.1\n');
    const { out } = await run(
      'replay',
      'missing-pod-metrics',
      '--cluster',
      file,
      '--json',
      '--expect',
      'symptom',
    );
    expect(JSON.parse(out)).toMatchObject({ outcome: 'symptom', playedOn: ['--cluster', file] });
  });

  it('play cases there', async () => {
    const options = ['--preset', 'kubesphere-3.1.1', '--expect', 'healthy'];
    const forever = new AbortController().signal;
    const { exitCode, out } = await runUntil(forever, ['run', 'missing-pod-metrics', ...options]);
    expect({ exitCode, out }).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('kubesphere-3.1.1'),
    });
  });

  it('do not go together, and have to be there', async () => {
    const both = ['--preset', 'kubesphere-3.1.1', '--cluster', 'mine.yaml'];
    expect(await run('replay', 'missing-pod-metrics', ...both)).toMatchObject({
      exitCode: 2,
      error: expect.stringContaining('Got both --preset and --cluster.'),
    });
    expect((await run('cloud', '--preset', 'nothing')).exitCode).toBe(2);
    expect((await run('up', '--cluster', 'nothing.yaml')).exitCode).toBe(2);
  });

  it('give `cloud` its version of Kubernetes and its release', async () => {
    const { exitCode, out } = await run('cloud', '--preset', 'kubesphere-3.4', '--health-port', '0');
    expect({ exitCode, out }).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('(cloudcore v1.13.0)'),
    });
  });
});

describe('POST /v1/worlds', () => {
  it('takes a preset, and a cluster of its own', async () => {
    await using api = await startTestApi();
    const preset = await api.create({ preset: 'kubesphere-3.2', settled: false });
    expect((await api.ask('GET', preset)).json).toMatchObject({
      cell: { edgecore: 'v1.7.2', cloudcore: 'v1.7.2' },
    });
    const cluster = { kubernetes: 'v1.24.17', edges: { 'kiosk-7': {} } };
    const own = await api.create({ cluster, settled: false });
    expect((await api.ask('GET', own)).json).toMatchObject({ edge: 'kiosk-7' });
    expect((await api.ask('GET', `${own}/proxy/version`)).body).toContain('v1.24.17');
  });

  it('says what is wrong with them', async () => {
    await using api = await startTestApi();
    const refused = (body: object) => api.ask('POST', '/v1/worlds', { body });
    expect(await refused({ cluster: { edges: { 'kiosk-7': { dokcer: '20.10' } } } })).toMatchObject({
      status: 422,
      json: {
        detail: expect.stringContaining('edges.kiosk-7.dokcer: unknown key; the nearest known is "docker"'),
      },
    });
    expect(await refused({ cluster: { extends: '/etc/passwd', edges: { a: {} } } })).toMatchObject({
      status: 422,
      json: { detail: expect.stringContaining('Looked for the preset "/etc/passwd"') },
    });
    expect(await refused({ preset: 'kubesphere' })).toMatchObject({ status: 422 });
    expect(api.reported).toEqual([]);
  });
});
