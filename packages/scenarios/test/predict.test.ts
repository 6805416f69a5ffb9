import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../src/cli.test-support.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/twin/cluster.json');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-predict-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `kubeedge-sim predict …` in this process. */
const predict = (...args: string[]) => runCli(['predict', ...args], { columns: 100 });

const node = (name: string, containerRuntimeVersion: string) => ({
  kind: 'Node',
  metadata: { name },
  status: {
    addresses: [{ type: 'InternalIP', address: '10.66.0.11' }],
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1.19.3-kubeedge-v1.6.1', containerRuntimeVersion },
  },
});

async function dumpFile(name: string, text: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

describe('kubeedge-sim predict', () => {
  it('tells what metrics would show and why, as text and as JSON', async () => {
    const text = await predict('--from', FIXTURE);
    expect(text).toMatchObject({ exitCode: 0, error: '' });
    expect(text.out).toMatch(/^symptom +1 +yes +no +2 /m);
    expect(text.out).toContain("Layer: edged's cAdvisor ↔ Docker Engine API");
    expect((await predict('--from', FIXTURE, '--lang', 'zh')).out).toContain('所在层');
    const { out } = await predict('--from', FIXTURE, '--json', '--cloudcore', '1.6.2');
    expect(JSON.parse(out)).toMatchObject({
      versions: { cloudcore: { version: 'v1.6.2', from: 'as given' } },
      edges: [{ name: 'edge-a', verdict: 'symptom', play: 1 }, {}, {}, {}, {}, {}],
    });
  });

  it('exits with 1 when all edges were expected to be healthy and one is not', async () => {
    const healthy = await dumpFile('healthy.json', JSON.stringify(node('edge-1', 'docker://20.10.24')));
    expect((await predict('--from', healthy, '--expect', 'healthy')).exitCode).toBe(0);
    const { exitCode, error } = await predict('--from', FIXTURE, '--expect', 'healthy');
    expect([exitCode, error]).toEqual([
      1,
      'Expected every edge to be healthy, found 4 that are not, or cannot be said to be.\n',
    ]);
  });

  it('reads several files, and what Windows PowerShell writes', async () => {
    const one = await dumpFile('one.json', JSON.stringify(node('edge-1', 'docker://18.9.1')));
    const utf16 = Buffer.from(`\uFEFF${JSON.stringify(node('edge-2', 'containerd://1.6.6'))}`, 'utf16le');
    const two = await dumpFile('two.json', utf16);
    const { out } = await predict('--from', one, two, '--json');
    expect(JSON.parse(out)).toMatchObject({ verdicts: { symptom: 1, 'not-affected': 1 } });
  });

  it('says what it needs, and what is wrong with what it got', async () => {
    const cases: [args: string[], message: RegExp][] = [
      [[], /give either --from <file>/],
      [['--from', FIXTURE, '--kubeconfig', FIXTURE], /give either --from <file>/],
      [['--from', join(folder, 'gone.json')], /ENOENT.*Make one with `kubectl get nodes,pods/],
      [['--from', await dumpFile('text.json', 'NAME   STATUS')], /begins with "NAME {3}STATUS"/],
      [['--from', FIXTURE, '--cloudcore', 'v9.9.9'], /v9\.9\.9/],
      [['--kubeconfig', join(folder, 'gone')], /Tried to read the kubeconfig/],
    ];
    for (const [args, message] of cases) {
      const { exitCode, error } = await predict(...args);
      expect.soft([exitCode, error]).toEqual([2, expect.stringMatching(message)]);
    }
  });
});
