import { readFile } from 'node:fs/promises';
import type { CommandResult } from '../cluster/cluster.ts';
import { askControl, type ControlTarget } from '../control/control-client.ts';
import { askRoute } from '../route/ask-route.ts';
import { readIptablesLine } from '../route/rehearse.ts';
import { routeInFile } from '../route/route-in-file.ts';
import { startSimulation } from '../simulation.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';

export interface IptablesFlags extends ControlTarget {
  host?: string;
}

type IptablesName = 'iptables' | 'iptables-save' | 'iptables-restore';

/**
 * Runs one of iptables' commands in what is served; its exit code. A single word with blanks in it is a line of calls
 * (`iptables -F && iptables -t nat -F`), which ends with the first that fails.
 * @throws UsageError when nothing can be reached, and for a line with anything else in it
 */
export async function iptables(
  io: Io,
  command: IptablesName,
  words: readonly string[],
  flags: IptablesFlags,
): Promise<number> {
  const input = command === 'iptables-restore' ? { input: await inputOf(io) } : {};
  const host = flags.host === undefined ? {} : { host: flags.host };
  const [line = '', ...more] = words;
  const calls =
    command === 'iptables' && more.length === 0 && /\s/.test(line) ? readIptablesLine(line) : [words];
  for (const call of calls) {
    const code = printed(io, await ask(flags, '/iptables', { command, words: call, ...host, ...input }));
    if (code !== 0) return code;
  }
  return 0;
}

export interface RouteFlags extends ControlTarget {
  /** Address of the pod that dials. */
  from?: string;
  rehearse?: string;
  host?: string[];
  /** A file of iptables-save, `-` for standard input. */
  iptablesSave?: string;
  local?: string;
  scenario?: string;
  edgecore?: string;
  cloudcore?: string;
  without?: boolean;
  fault?: string[];
}

/** Says which rules a connection meets and where it ends. @throws UsageError */
export async function route(
  io: Io,
  caller: string | undefined,
  to: string | undefined,
  flags: RouteFlags,
): Promise<number> {
  const { from, rehearse, host: hosts, iptablesSave, scenario } = flags;
  const question = { caller, to, from, rehearse, hosts };
  if (iptablesSave !== undefined) {
    if (caller === undefined || to === undefined || rehearse !== undefined)
      throw new UsageError(
        'Got --iptables-save without caller and endpoint, or with --rehearse; expected route <caller> <ip:port> --iptables-save <file>.',
      );
    const save = await readSave(io, iptablesSave);
    io.out(await routeInFile({ save, caller, to, from, local: flags.local }));
    return 0;
  }
  if (scenario === undefined) return printed(io, await ask(flags, '/route', question));
  const { edgecore, cloudcore, without = false, fault: faults = [] } = flags;
  await using simulation = await startSimulation({ scenario, edgecore, cloudcore, without, faults });
  return printed(io, await askRoute(simulation, question));
}

async function readSave(io: Io, file: string): Promise<string> {
  if (file === '-') return inputOf(io);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`Tried to read ${file}: ${why}. Make it with \`iptables-save > ${file}\`.`);
  }
}

const ask = async (target: ControlTarget, path: string, body: unknown) =>
  JSON.parse((await askControl(target, path, body)).body) as CommandResult;

function printed(io: Io, { stdout, stderr, exitCode }: CommandResult): number {
  io.out(stdout);
  io.error(stderr);
  return exitCode;
}

const inputOf = async (io: Io) => (await io.input?.()) ?? '';
