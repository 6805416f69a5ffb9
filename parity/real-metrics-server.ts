import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { kubeconfig } from 'kubeedge-sim';

export interface RealMetricsServerOptions {
  program: string;
  /** The simulated metrics-server's own; what only says where to listen is replaced. */
  args: readonly string[];
  /** `https://address:port` of the API server. */
  apiserver: string;
  address: string;
  port: number;
}

export interface RealMetricsServer extends AsyncDisposable {
  readonly url: string;
  /** Rounds of scrapes that it has finished, by its log. */
  rounds(): number;
  /** The last lines of its log. */
  tail(): string;
}

/** What a round ends with at -v=1: up to 0.4 `ScrapeMetrics: time: …`, from 0.5 on `"Scrape finished" …`. */
const ROUND_ENDS = /ScrapeMetrics: time: |"Scrape finished"/;
const LINES_KEPT = 40;

/** Starts a real metrics-server as a process. It is one more client of the cluster; the API server does not know of it. */
export async function startRealMetricsServer(options: RealMetricsServerOptions): Promise<RealMetricsServer> {
  const { program, apiserver, address, port } = options;
  const folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-metrics-server-'));
  const config = join(folder, 'kubeconfig');
  await writeFile(config, kubeconfig({ server: apiserver }));
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
  const last: string[] = [];
  let rounds = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (ROUND_ENDS.test(line)) rounds++;
    last.push(line);
    if (last.length > LINES_KEPT) last.shift();
  });
  return {
    url: `https://${address}:${port}`,
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
