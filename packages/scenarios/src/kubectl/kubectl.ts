import type { Host, World } from '@kubeedge-sim/sim-kit';
import { createApiClient, KubectlError, type KubectlOptions } from './api-client.ts';
import { parseCommand } from './arguments.ts';
import { attach, exec } from './exec.ts';
import { get } from './get.ts';
import { logs } from './logs.ts';
import { topNode } from './top-node.ts';
import { topPod } from './top-pod.ts';

/** What a run of kubectl leaves behind. */
export interface KubectlResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

// Any number; the real one differs at every run.
const PROCESS_ID = 4711;

/**
 * Runs a simulated kubectl 1.20.2 with a fresh cache on `host`: it sends the requests of the real one over
 * the world's net and prints what the real one prints. `args` come without the leading `kubectl`. Known: `get
 * nodes|pods [NAME] [-A|-n NS] [-l …] [-o wide]`, `get --raw PATH`, `top node [NAME]`, `top pod [NAME] [-A|-n
 * NS] [--containers]`, with `-l`, `--sort-by` and `--no-headers`; `logs POD [CONTAINER]` with `-n`, `-c`, `-f`, `-p`,
 * `--tail`, `--since`, `--since-time`, `--timestamps` and `--limit-bytes`; `exec POD -- COMMAND` and `attach POD` with
 * `-n`, `-c` and `-i`.
 */
export async function runKubectl(
  world: World,
  host: Host,
  args: readonly string[],
  options: KubectlOptions,
): Promise<KubectlResult> {
  const client = createApiClient(host, options);
  try {
    const command = parseCommand(args);
    command.namespace ??= options.namespace ?? 'default';
    const [subject = ''] = command.words;
    if (command.verb === 'get') return { exitCode: 0, ...(await get(client, command)) };
    if (command.verb === 'logs') return await logs(client, command);
    if (command.verb === 'exec') return await exec(client, command, options);
    if (command.verb === 'attach') return await attach(client, command, options);
    if (command.verb === 'top' && /^(nodes?|no)$/.test(subject)) {
      return { stdout: await topNode(client, command), stderr: '', exitCode: 0 };
    }
    if (command.verb === 'top' && /^(pods?|po)$/.test(subject)) {
      const { clock } = world;
      return { exitCode: 0, ...(await topPod(client, command, { clock, processId: PROCESS_ID })) };
    }
    throw new KubectlError(`error: the simulated kubectl does not know "${args.join(' ')}"`);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return { stdout: '', stderr: `${error.message}\n`, exitCode: error.exitCode };
  }
}
