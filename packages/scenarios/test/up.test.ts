import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';

const CLI = join(import.meta.dirname, '../src/bin.ts');
/** Real time: tunnels open after seven seconds, scrapes are fifteen apart. */
const POLL = { timeout: 60_000, interval: 500 };
const STOP_MS_MAX = 1_000;

interface Output {
  stdout: string;
  stderr: string;
  exitCode: number;
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Output> {
  return new Promise((resolve) => {
    execFile(file, [...args], { env }, (error, stdout, stderr) => {
      resolve({
        stdout,
        stderr,
        exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
      });
    });
  });
}

const command = (args: readonly string[]) => run(process.execPath, [CLI, ...args]);

/** `up` as a process of its own, with what it printed about where things are. */
async function startUp(args: readonly string[] = []) {
  const child = spawn(process.execPath, [CLI, 'up', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Serving')) break;
  }
  const find = (pattern: RegExp) =>
    lines.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined) ?? '';
  return {
    child,
    kubeconfig: find(/^kubeconfig +(\S+)/),
    control: find(/^control +(\S+)/),
    edgeByDnat: find(/^edge-node-1 +(\S+)/),
    edged: find(/^edge-node-1 .*edged (\S+)/),
    async stop() {
      const before = performance.now();
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number];
      return { code, tookMs: performance.now() - before };
    },
  };
}

describeNeeding(['kubectl-1.20', 'curl'], 'up missing-pod-metrics, for real clients', (tools) => {
  let up: Awaited<ReturnType<typeof startUp>>;
  let home: string;
  const kubectl = (...args: string[]) =>
    run(tools['kubectl-1.20'].path, ['--kubeconfig', up.kubeconfig, ...args], { ...process.env, HOME: home });
  const curl = (...args: string[]) => run(tools.curl.path, ['-sk', ...args]);
  const act = (...words: string[]) => command(['act', '--control', up.control, ...words]);
  const podsOf = ({ stdout }: Output) =>
    stdout === '' ? undefined : (JSON.parse(stdout) as { pods: unknown[] }).pods.length;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'kubeedge-sim-home-'));
    up = await startUp(['missing-pod-metrics']);
  });
  afterAll(async () => {
    up.child.kill();
    await rm(home, { recursive: true, force: true });
  });

  it('shows the symptom, word for word', async () => {
    await expect.poll(async () => (await kubectl('top', 'node')).stdout, POLL).toMatch(/^edge-node-1 +\d+m/m);
    expect(await kubectl('top', 'pod', 'nginx-7848d4b86f-x2wqz')).toEqual({
      stdout: '',
      stderr:
        'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nginx-7848d4b86f-x2wqz" not found\n',
      exitCode: 1,
    });
    const namespace = await kubectl('top', 'pod', '-n', 'factory');
    expect(namespace.stderr).toMatch(
      /^error: Metrics not available for pod factory\/sensor-agent, age: 48h\d+m[\d.]+s$/m,
    );
    expect((await kubectl('top', 'pod', '-A')).stdout).toMatch(/^kube-system +coredns-\S+ +\d+m +\d+Mi/m);
    expect((await kubectl('get', 'nodes', '-o', 'wide')).stdout).toMatch(
      /^edge-node-1 +Ready .* docker:\/\/18\.9\.1$/m,
    );
  }, 90_000);

  it('shows the same on 10350, through DNAT and tunnel as at its source', async () => {
    const through = await curl(`${up.edgeByDnat}/stats/summary`);
    expect(podsOf(through)).toBe(0);
    expect(podsOf(await curl(`${up.edged}/stats/summary`))).toBe(0);
    expect((await curl(`${up.edged}/pods`)).stdout).toContain('nginx-7848d4b86f-x2wqz');
    const raw = await kubectl('get', '--raw', '/api/v1/nodes/edge-node-1/proxy/stats/summary');
    expect(podsOf(raw)).toBe(0);
  });

  it('keeps the edge log readable: the summary calls, and no line that names a cause', async () => {
    const { stdout } = await curl(`${up.control}/v1/worlds/up/log?node=edge-node-1&component=edgecore&v=0`);
    expect(stdout).toContain('EDGE_Metrics_CONNECTOR Message MessageID');
    expect(stdout).not.toContain('is too new');
    expect(
      (await curl(`${up.control}/v1/worlds/up/log?node=edge-node-1&component=edgecore&v=5`)).stdout,
    ).toContain('is too new');
  });

  it('refuses an action it cannot do and says what there is', async () => {
    const wrong = await act('docker', 'edge-node-9', '20.10.24');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('found only edge-node-1, edge-node-2');
    expect((await act('docker', 'edge-node-1', '99.1')).stderr).toContain('the nearest known are');
    expect((await act('cure', 'hope')).stderr).toContain('there are docker, edgecore');
  });

  it('loses the edge node with its DNAT rule and finds it again', async () => {
    expect((await act('dnat', 'del', '10350')).stdout).toBe('dnat del 10350\n');
    await expect.poll(async () => (await curl(up.edgeByDnat)).exitCode, POLL).toBe(7);
    await act('dnat', 'add', '10350');
    await expect.poll(async () => podsOf(await curl(`${up.edgeByDnat}/stats/summary`)), POLL).toBe(0);
  });

  it('shows metrics after the cure', async () => {
    expect((await act('cure', 'docker')).stdout).toBe(
      'docker edge-node-1 20.10.24\nrestart edgecore edge-node-1\n',
    );
    await expect
      .poll(async () => (await kubectl('top', 'pod', 'nginx-7848d4b86f-x2wqz')).stdout, POLL)
      .toMatch(/^NAME +CPU\(cores\) +MEMORY\(bytes\) +\nnginx-7848d4b86f-x2wqz +\d+m +\d+Mi/);
    expect(podsOf(await curl(`${up.edgeByDnat}/stats/summary`))).toBe(3);
  }, 90_000);

  it('stops within a second on Ctrl-C and leaves nothing', async () => {
    const { code, tookMs } = await up.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(STOP_MS_MAX);
    expect(existsSync(dirname(up.kubeconfig))).toBe(false);
    expect((await curl(up.control)).exitCode).toBe(7);
  });
});

describeNeeding(['curl'], 'up for clients that are pods', (tools) => {
  it('gives them the rules of PREROUTING on their node', async () => {
    const up = await startUp(['--as-host', 'pod:default/shell@master-1']);
    try {
      const curl = () => run(tools.curl.path, ['-sk', `${up.edgeByDnat}/stats/summary`]);
      expect((await curl()).exitCode).toBe(7);
      await command(['act', '--control', up.control, 'dnat', 'add', '10350', 'PREROUTING']);
      await expect.poll(async () => (await curl()).stdout, POLL).toMatch(/"nodeName": *"edge-node-1"/);
    } finally {
      await up.stop();
    }
  }, 90_000);
});

describe('up', () => {
  it('refuses a host that is not there, before it serves anything', async () => {
    const { exitCode, stderr, stdout } = await command(['up', '--as-host', 'edge-node-7']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Looked for node "edge-node-7", found only master-1, edge-node-1, edge-node-2');
  });

  it('is what `act` looks for, and says so when there is none', async () => {
    const { exitCode, stderr } = await command([
      'act',
      '--control',
      'http://127.0.0.1:9',
      'restart',
      'cloudcore',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Is `kubeedge-sim up` still running?');
  });
});
