// The exit codes that docs/ci.md tables: what each command gives, and what a shell sees of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { main } from '../src/cli.ts';

const CLI = join(import.meta.dirname, '../src/bin.ts');

/** Starting a process takes long where all cores are busy. */
const POLL = { timeout: 40_000 };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-exit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the command; `ended` is its code or signal with what it wrote. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
    how: code ?? signal,
    written,
  }));
  return { child, ended, written: () => written };
}

describe('exit codes', () => {
  it.each<[number, string[]]>([
    [0, ['list']],
    [0, ['help']],
    [0, ['show', 'missing-pod-metrics']],
    [0, ['replay', 'edgestream-disabled', '--expect', 'symptom', '--hide-cause']],
    [0, ['run', 'edgestream-disabled', '--without']],
    [1, ['replay', 'edgestream-disabled', '--expect', 'healthy']],
    [1, ['run', 'edgestream-disabled', '--expect', 'healthy']],
    [2, ['replay', 'nothing-like-it']],
    [2, ['replay', 'edgestream-disabled', '--frobnicate']],
    [2, ['run', '--suite', '/no/such/file']],
    [2, ['run', 'edgestream-disabled', '--reporter', 'json=/dev/null/report.json']],
    [2, ['trace', '/no/such/file']],
    [2, ['act', 'heal', 'edge-node-1', '--control', 'http://127.0.0.1:1']],
    [2, ['predict', '--from', '/no/such/file']],
    [2, ['probe', '--docker-host', 'unix:///no/such/socket']],
    [2, ['matrix', '--processes', '0']],
  ])('%i: %j', async (code, args) => {
    let written = '';
    const write = (text: string) => {
      written += text;
    };
    const io = { out: write, error: write, colour: false, columns: 80 };
    const exitCode = await main(args, io, new AbortController().signal);
    expect({ exitCode, written }).toEqual({ exitCode: code, written: expect.any(String) });
  });

  it('are those of the process', async () => {
    const lines = [
      ['list'],
      ['replay', 'edgestream-disabled', '--expect', 'healthy'],
      ['replay', 'nothing-like-it'],
    ];
    const ended = await Promise.all(lines.map((args) => start(...args).ended));
    expect(ended.map(({ how }) => how)).toEqual([0, 1, 2]);
  }, 60_000);

  it('3: a fault of kubeedge-sim itself', async () => {
    let error = '';
    const io = {
      out: () => {
        throw new TypeError('an output that breaks');
      },
      error: (text: string) => {
        error += text;
      },
      colour: false,
      columns: 80,
    };
    expect(await main(['list'], io, AbortSignal.abort())).toBe(3);
    expect(error).toContain('TypeError: an output that breaks');
    expect(error).toContain('This is a fault of kubeedge-sim itself; please report it');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s ends a run with %i, its reports written',
    async (signal, code) => {
      const report = join(folder, `${signal}.json`);
      // On loopback a case takes minutes; the first is over at once, so that the list tells when the second is under way.
      const suite = join(folder, 'suite.yaml');
      await writeFile(
        suite,
        'cases:\n- { scenario: missing-pod-metrics, edgecore: v1.14.0, expect: not-applicable }\n' +
          '- { scenario: edgestream-disabled, net: loopback }\n- { scenario: dnat-rule-missing }\n',
      );
      const running = start('run', '--suite', suite, '--reporter', 'list', '--reporter', `json=${report}`);
      await expect.poll(running.written, POLL).toContain('not-applicable');
      running.child.kill(signal);
      const { how, written } = await running.ended;
      expect(how).toBe(code);
      expect(written).toMatch(/\n1 passed · 2 not played · /);
      expect(JSON.parse(await readFile(report, 'utf8')).totals).toMatchObject({ passed: 1, notPlayed: 2 });
    },
    60_000,
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends a replay at once, as the system does it',
    async (signal) => {
      const running = start('replay', 'missing-pod-metrics', '--net', 'loopback');
      await expect.poll(running.written, POLL).toContain('net loopback');
      running.child.kill(signal);
      expect((await running.ended).how).toBe(signal);
    },
    60_000,
  );
});
