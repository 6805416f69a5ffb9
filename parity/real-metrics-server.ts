import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RealMetricsServerOptions {
  program: string;
  /** The simulated metrics-server's own; what only says where to listen is replaced. */
  args: readonly string[];
  /** Text of the kubeconfig, with the cluster's authority: in a pod, kubelets are checked against that one. */
  kubeconfig: string;
  address: string;
  port: number;
}

export interface RealMetricsServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves when it serves, or has ended. */
  readonly started: Promise<unknown>;
  /** Rounds of scrapes that it has finished, by its log. */
  rounds(): number;
  /** The last lines of its log. */
  tail(): string;
}

/** What a round ends with at -v=1: up to 0.4 `ScrapeMetrics: time: …`, from 0.5 on `"Scrape finished" …`. */
const ROUND_ENDS = /ScrapeMetrics: time: |"Scrape finished"/;
const SERVES = /Serving securely on /;
const LINES_KEPT = 40;

/** Starts a real metrics-server as a process. It is one more client of the cluster; the API server does not know of it. */
export async function startRealMetricsServer(options: RealMetricsServerOptions): Promise<RealMetricsServer> {
  const { program, address, port } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-metrics-server-'));
  const config = join(folder, 'kubeconfig');
  await writeFile(config, options.kubeconfig, { mode: 0o600 });
  const kept = options.args.filter((argument) => !/^--(cert-dir|secure-port)=/.test(argument));
  const args = [
    ...kept,
    `--cert-dir=${folder}`,
    `--bind-address=${address}`,
    `--secure-port=${port}`,
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '-v=1',
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'exit');
  const serving = Promise.withResolvers<void>();
  const last: string[] = [];
  let rounds = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (ROUND_ENDS.test(line)) rounds++;
    if (SERVES.test(line)) serving.resolve();
    // Of a long list of flags, which it prints after an error, the end is of no use.
    if (!/^ *(-|$)/.test(line)) last.push(line);
    if (last.length > LINES_KEPT) last.shift();
  });
  return {
    url: `https://${address}:${port}`,
    started: Promise.race([serving.promise, exited]),
    rounds: () => {
      if (child.exitCode === null) return rounds;
      throw new Error(
        `Ran ${program}, found that it ended with exit code ${child.exitCode}:\n${last.join('\n')}`,
      );
    },
    tail: () => last.join('\n'),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
