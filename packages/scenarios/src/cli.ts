#!/usr/bin/env node
import { CloudcoreError } from '@kubeedge-sim/cloud-sim';
import { EdgeError } from '@kubeedge-sim/edge-sim';
import { SimError } from '@kubeedge-sim/sim-kit';
import { Command, CommanderError, Option } from 'commander';
import { act, log } from './commands/act.ts';
import { exitCodes, type Io } from './commands/io.ts';
import { list, show } from './commands/list.ts';
import { type MatrixFlags, matrix } from './commands/matrix.ts';
import { langOption, seedOption, withVersionOptions } from './commands/options.ts';
import { type ReplayFlags, replay } from './commands/replay.ts';
import { type TraceFlags, trace } from './commands/trace.ts';
import { type UpFlags, up } from './commands/up.ts';
import { UsageError } from './usage-error.ts';

/** What `npm start` alone does: the founding report. */
const DEFAULT_ARGUMENTS = ['replay', 'missing-pod-metrics'];

/** Runs the command with the given arguments (without node and script); resolves with the exit code. */
export async function main(args: readonly string[], io: Io, stop: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command('kubeedge-sim')
    .description("Simulator of KubeEdge's cloudcore/edgecore tunnel: replays edge faults and explains them")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) });
  program
    .command('list')
    .description('list the scenarios')
    .addOption(langOption())
    .action((flags) => list(io, flags));
  program
    .command('show <id>')
    .description('show what a scenario is about')
    .addOption(langOption())
    .action((id: string, flags) => show(io, id, flags));
  withVersionOptions(program.command('replay <id>'))
    .description('play a scenario, look at it as a person would, and explain what is seen')
    .addOption(
      new Option('--net <net>', 'memory: virtual time; loopback: real sockets')
        .choices(['memory', 'loopback'])
        .default('memory'),
    )
    .option('--split', 'cloud and edge as two processes, on loopback')
    .addOption(langOption())
    .option('--json', 'print the result as JSON')
    .addOption(
      new Option('--expect <outcome>', 'exit 1 unless this is the outcome').choices([
        'symptom',
        'healthy',
        'other',
        'not-applicable',
      ]),
    )
    .option('--log <component>', 'print a component’s log in the end: edgecore, cloudcore, metrics-server, …')
    .addOption(new Option('-v, --v <level>', 'klog verbosity of that log').default(0).argParser(Number))
    .option('--trace <file>', 'write the trace as NDJSON')
    .action(async (id: string, flags: ReplayFlags) => {
      exitCode = await replay(io, id, flags);
    });
  withVersionOptions(program.command('up [id]'))
    .description('serve a cluster on loopback for real clients until interrupted')
    .option('--as-host <name>', 'the host that outside clients act as (default: the API server’s)')
    .action((id: string | undefined, flags: UpFlags) => up(io, id ?? 'missing-pod-metrics', flags, stop));
  program
    .command('act <words...>')
    .description(
      'change what `up` serves: cure <id> | docker <node> <version> | restart … | dnat add|del <port>',
    )
    .option('--control <url>', 'the control URL that `up` printed (default: the running one)')
    .action((words: string[], flags: { control?: string }) => act(io, words, flags));
  program
    .command('log <node> <component>')
    .description('print a component’s log from what `up` serves')
    .addOption(new Option('-v, --v <level>', 'klog verbosity').default(0).argParser(Number))
    .option('--control <url>', 'the control URL that `up` printed (default: the running one)')
    .action((node: string, component: string, flags: { v: number; control?: string }) =>
      log(io, node, component, flags),
    );
  program
    .command('matrix [id]')
    .description('play many edgecore tags with many Docker versions and show where the outcome changes')
    .option('--edgecore <list>', 'tags, ranges, wildcards: v1.5.0..v1.6.2,v1.8.* (default: all)')
    .option('--docker <list>', 'the same of engines: 18.09,19.03..20.10,29.* (default: all lines)')
    .option('--all-patches', 'every patch of an engine line, alike or not')
    .option('--changed-only', 'only the rows and columns at which the outcome changes')
    .option('--bisect', 'name the versions at which the outcome changes; give one --docker or one --edgecore')
    .option('--no-share', 'play every cell, also those whose releases and engines have the same data')
    .addOption(seedOption())
    .option('--processes <n>', 'how many processes to use (default: one per core)')
    .option('--svg <file>', 'write the matrix as a picture')
    .option('--html <file>', 'write the matrix as a page')
    .option('--json', 'print one JSON object per cell, or per change')
    .action((id: string | undefined, flags: MatrixFlags) => matrix(io, id ?? 'missing-pod-metrics', flags));
  program
    .command('trace <file>')
    .description('print a trace file for a person')
    .option('--kind <prefix>', 'only events of this kind')
    .option('--host <name>', 'only events of this host')
    .action((file: string, flags: TraceFlags) => trace(io, file, flags));
  try {
    await program.parseAsync(args.length === 0 ? DEFAULT_ARGUMENTS : [...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failure(error, io);
  }
}

function failure(error: unknown, io: Io): number {
  // Help and version end this way, too; commander has printed them.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (isUsage(error)) {
    io.error(`${error.message}\n`);
    return exitCodes.usage;
  }
  io.error(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  io.error(
    'This is a fault of kubeedge-sim itself; please report it with the command and the lines above.\n',
  );
  return exitCodes.internal;
}

/** What the user can mend: unknown names and versions, and what the machine refuses. */
function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof EdgeError || error instanceof CloudcoreError)
    return true;
  return error instanceof SimError && isSurroundings(error);
}

/** What the machine refuses: a port in use, no permission, no free loopback block. */
const isSurroundings = ({ code }: SimError) =>
  code === 'SIM_ERR_PORT_IN_USE' || code === 'SIM_ERR_LISTEN_DENIED' || code === 'SIM_ERR_NO_LEASE';

if (import.meta.main) {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const io: Io = {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
    errorIsTerminal: process.stderr.isTTY === true,
  };
  process.exitCode = await main(process.argv.slice(2), io, stop.signal);
}
