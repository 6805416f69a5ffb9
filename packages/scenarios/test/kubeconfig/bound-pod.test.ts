import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../../test/needs.ts';
import { run } from './real-apiserver.ts';
import { startPlainUp, type UpProcess } from './up-process.ts';

/** Real time: a status goes up every ten seconds, and metrics need two looks of cAdvisor and a scrape. */
const POLL = { timeout: 90_000, interval: 250 };
const POD = `
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {nodeName: edge-node-1, containers: [{name: web, image: nginx, env: [{name: COLOR, value: red}]}]}
`;

describeNeeding('kubectl', 'a pod that is bound to an edge of `up`', (tool) => {
  let up: UpProcess;
  let folder: string;
  const kubectl = (...words: string[]) => {
    const [, config = ''] = /^kubeconfig +(\S+)$/m.exec(up.text()) ?? [];
    return run(tool.kubectl.path, ['--kubeconfig', config, ...words], { ...process.env, HOME: folder });
  };
  const ready = async () => (await kubectl('get', 'pod', 'web', '--no-headers')).stdout.trim().split(/ +/)[1];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-bound-'));
    await writeFile(join(folder, 'pod.yaml'), POD);
    up = await startPlainUp(['--docker', '20.10.24']);
  }, 60_000);
  afterAll(async () => {
    await up.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs, and its log, exec and metrics work', async () => {
    const applied = await kubectl('apply', '--validate=false', '-f', join(folder, 'pod.yaml'));
    expect(applied).toMatchObject({ exitCode: 0, stdout: 'pod/web created\n' });
    await expect.poll(ready, POLL).toBe('1/1');
    const log = async () => (await kubectl('logs', 'web')).stdout;
    await expect.poll(log, POLL).toMatch(/^web of default\/web runs on edge-node-1, line 0\n/);
    const said = await kubectl('exec', 'web', '--', 'sh', '-c', 'echo $COLOR');
    expect(said).toMatchObject({ stdout: 'red\n', exitCode: 0 });
    const top = async () => (await kubectl('top', 'pod', 'web', '--no-headers')).stdout;
    await expect.poll(top, POLL).toMatch(/^web +\d+m +\d+Mi/);
  }, 120_000);

  it('goes when it is deleted', async () => {
    expect((await kubectl('delete', 'pod', 'web', '--timeout=40s')).exitCode).toBe(0);
    expect((await kubectl('get', 'pod', 'web')).stderr).toContain('not found');
  }, 60_000);
});
