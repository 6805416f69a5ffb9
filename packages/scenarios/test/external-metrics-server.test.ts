import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeding } from '../../../test/needs.ts';

const CLI = join(import.meta.dirname, '../src/bin.ts');
const POD = 'nginx-7848d4b86f-x2wqz';
/** Real time: tunnels open after seven seconds, scrapes are fifteen apart. */
const POLL = { timeout: 90_000, interval: 500 };
const execute = promisify(execFile);

describeNeeding(
  ['metrics-server', 'kubectl-1.20', 'kubectl-1.31'],
  'up --external-metrics-server, with a real metrics-server v0.4.2',
  (tools) => {
    let home: string;
    let kubeconfig = '';
    const children: { end(): Promise<void> }[] = [];
    const start = (file: string, args: readonly string[]) => {
      const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      const exited = once(child, 'exit');
      children.push({
        async end() {
          child.kill('SIGINT');
          await exited;
        },
      });
      return child;
    };

    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'kubeedge-sim-home-'));
      const lines: string[] = [];
      const up = start(process.execPath, [CLI, 'up', '--external-metrics-server']);
      for await (const line of createInterface({ input: up.stdout })) {
        lines.push(line);
        if (line.startsWith('Serving')) break;
      }
      kubeconfig = /^kubeconfig +(\S+)/m.exec(lines.join('\n'))?.[1] ?? '';
      // What it prints is a command; only the program's place is not its own.
      const [, printed = ''] = /\n {2}metrics-server ([\s\S]*?)\n\n/.exec(lines.join('\n')) ?? [];
      start(tools['metrics-server'].path, printed.replaceAll('\\\n', '').trim().split(/\s+/));
    });
    afterAll(async () => {
      for (const child of children.reverse()) await child.end();
      await rm(home, { recursive: true, force: true });
    });

    const kubectl = (path: string, ...args: string[]) =>
      execute(path, ['--kubeconfig', kubeconfig, ...args], { env: { ...process.env, HOME: home } }).catch(
        ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout, stderr }),
      );

    for (const which of ['kubectl-1.20', 'kubectl-1.31'] as const) {
      it(`is what ${which} gets through the API server: the node, and not its pods`, {
        timeout: 120_000,
      }, async () => {
        const { path } = tools[which];
        await expect
          .poll(async () => (await kubectl(path, 'top', 'node')).stdout, POLL)
          .toMatch(/^edge-node-1 +\d+m +\d+% +\d+Mi/m);
        expect((await kubectl(path, 'top', 'pod', POD)).stderr).toBe(
          `Error from server (NotFound): podmetrics.metrics.k8s.io "default/${POD}" not found\n`,
        );
        expect((await kubectl(path, 'top', 'pod', '-A')).stdout).toMatch(
          /^default +nginx-\S+-2 +\d+m +\d+Mi/m,
        );
      });
    }
  },
);
