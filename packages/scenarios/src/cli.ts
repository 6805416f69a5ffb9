import type { SimError, SimErrorCode } from '@kubeedge-sim/sim-kit';
import { Command, CommanderError, Option } from 'commander';
import type { ActFlags, LogFlags } from './commands/act.ts';
import type { ExplainFlags } from './commands/explain.ts';
import { exitCodes, type Io } from './commands/io.ts';
import type { MatrixFlags } from './commands/matrix.ts';
import { addNatCommands } from './commands/nat-commands.ts';
import {
  actOption,
  allowOriginOption,
  anonymousOption,
  append,
  countOption,
  expectOption,
  healthPortOption,
  langOption,
  limitOption,
  listenOption,
  lookAfterOption,
  netOption,
  seedOption,
  withVersionOptions,
} from './commands/options.ts';
import type { PredictFlags } from './commands/predict.ts';
import type { ProbeFlags } from './commands/probe.ts';
import { addProcessCommands } from './commands/processes.ts';
import type { ReplayFlags } from './commands/replay.ts';
import type { RunFlags } from './commands/run.ts';
import type { ServeFlags } from './commands/serve.ts';
import type { SnapshotFlags } from './commands/snapshot.ts';
import type { TraceFlags } from './commands/trace.ts';
import type { UpFlags } from './commands/up.ts';
import { UsageError } from './usage-error.ts';

/** What `npm start` alone does: the founding report. */
const DEFAULT_ARGUMENTS = ['replay', 'missing-pod-metrics'];

/**
 * Runs the command with the given arguments (without node and script); resolves with the exit code. What a command needs
 * is loaded when it is called: `--help` would otherwise wait for releases and engines that it does not name.
 */
export async function main(args: readonly string[], io: Io, stop: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = new Command('kubeedge-sim')
    .description("Simulator of KubeEdge's cloudcore/edgecore tunnel: replays edge faults and explains them")
    .exitOverride()
    .showHelpAfterError('See `kubeedge-sim help [command]`.')
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.error(text) });
  program
    .command('list')
    .description('list the scenarios')
    .option('--faults', 'list the faults that can be put into any of them')
    .addOption(langOption())
    .action(async (flags) => {
      const { list } = await import('./commands/list.ts');
      list(io, flags);
    });
  program
    .command('show <id>')
    .description('show what a scenario is about')
    .addOption(langOption())
    .action(async (id: string, flags) => {
      const { show } = await import('./commands/list.ts');
      show(io, id, flags);
    });
  addCluster(program, io);
  withVersionOptions(program.command('replay <id>'))
    .description('play a scenario, look at it as a person would, and explain what is seen')
    .addOption(netOption())
    .option('--split', 'cloud and edge as two processes, on loopback')
    .addOption(langOption())
    .option('--without', 'without what makes the scenario fail: the other half of the pair')
    .option('--json', 'print the result as JSON')
    .addOption(expectOption('exit 1 unless this is the outcome'))
    .option('--step', 'wait for a key at each observation')
    .option('--hide-cause', 'stop before the explanation')
    .option(
      '--log <components>',
      'print logs in the end, several side by side: edgecore,cloudcore,metrics-server',
    )
    .addOption(new Option('-v, --v <level>', 'klog verbosity of that log').default(0).argParser(Number))
    .addOption(actOption())
    .option('--diagram', 'print the request that the symptom is seen by as a Mermaid sequence diagram')
    .addOption(lookAfterOption())
    .option('--trace <file>', 'write the trace as NDJSON')
    .action(async (id: string, flags: ReplayFlags) => {
      const { replay } = await import('./commands/replay.ts');
      exitCode = await replay(io, id, flags);
    });
  withVersionOptions(program.command('run [ids...]'))
    .description('play many cases and report on them, for CI (default: every scenario of the catalog)')
    .option('--suite <file>', 'cases in YAML, see docs/ci.md; may be repeated', append)
    .option(
      '--reporter <name[=file]>',
      'list, json, junit or github; may be repeated (default: list)',
      append,
    )
    .option('--bail', 'end at the first case that does not pass')
    .addOption(netOption())
    .addOption(langOption())
    .option('--without', 'without what makes the scenarios fail')
    .addOption(expectOption('fail each case unless this is its outcome (default: symptom, and cured)'))
    .addOption(actOption())
    .addOption(lookAfterOption())
    .action(async (ids: string[], flags: RunFlags) => {
      io.catchSignals?.();
      const { run } = await import('./commands/run.ts');
      exitCode = await run(io, ids, flags, stop);
    });
  withVersionOptions(program.command('up [id]'))
    .description('serve a cluster on loopback for real clients until interrupted')
    .option(
      '--docker-host <url>',
      'a real Docker engine for the edge under study, e.g. unix:///var/run/docker.sock; it is only read',
    )
    .option(
      '--kubeconfig <file>',
      'register the edges in a real API server instead, and remove them in the end',
    )
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--edge-taint', 'with --kubeconfig: taint the nodes node-role.kubernetes.io/edge:NoSchedule')
    .option('--cleanup', 'with --kubeconfig: only remove what dead runs have left, and end')
    .option('--as-host <name>', 'the host that outside clients act as (default: the API server’s)')
    .option('--external-metrics-server', 'leave metrics-server to a process of yours, see docs/clients.md')
    .addOption(allowOriginOption())
    .addOption(limitOption())
    .addOption(anonymousOption())
    .addOption(listenOption())
    .addOption(healthPortOption())
    .action(async (id: string | undefined, flags: UpFlags) => {
      io.catchSignals?.();
      const { up } = await import('./commands/up.ts');
      return up(io, id ?? 'missing-pod-metrics', flags, stop);
    });
  addServe(program, io, stop);
  addNatCommands(program, io, {
    control: controlOption,
    world: worldOption,
    done: (code) => {
      exitCode = code;
    },
  });
  addProcessCommands(program, io, stop);
  program
    .command('act <words...>')
    .description(
      'change what `up` serves: cure <id>, or an action (see `show`); those of metrics-server and iptables go behind --',
    )
    .option(...controlOption)
    .option(...worldOption)
    .option('--silent', 'of cut: nothing more arrives, and nobody is told')
    .option('--rst', 'of cut: both ends see a reset')
    .action(async (words: string[], flags: ActFlags) => {
      const { act } = await import('./commands/act.ts');
      return act(io, words, flags);
    });
  program
    .command('explain <kind> <name>')
    .description('say why a pod ([ns/]name) or a node has metrics, or has none, from what `up` serves')
    .option('--trace <file>', 'from a trace instead, see `replay --trace`')
    .option('--scenario <id>', 'from a scenario that is played for it instead')
    .option('--edgecore <tag>', 'of that scenario')
    .option('--cloudcore <tag>', 'of that scenario')
    .option('--docker <version>', 'of that scenario')
    .option('--metrics-server <version>', 'of that scenario')
    .addOption(seedOption())
    .option('--node <name>', 'the pod’s node, where the trace does not tell')
    .option(...controlOption)
    .option(...worldOption)
    .addOption(langOption())
    .option('--json', 'print the explanation as JSON')
    .action(async (kind: string, name: string, flags: ExplainFlags) => {
      const { explain } = await import('./commands/explain.ts');
      return explain(io, kind, name, flags);
    });
  program
    .command('log <node> <component>')
    .description('print a component’s log from what `up` serves')
    .addOption(new Option('-v, --v <level>', 'klog verbosity').default(0).argParser(Number))
    .option(...controlOption)
    .option(...worldOption)
    .action(async (node: string, component: string, flags: LogFlags) => {
      const { log } = await import('./commands/act.ts');
      return log(io, node, component, flags);
    });
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
    .action(async (id: string | undefined, flags: MatrixFlags) => {
      const { matrix } = await import('./commands/matrix.ts');
      return matrix(io, id ?? 'missing-pod-metrics', flags);
    });
  program
    .command('predict')
    .description('say of every edge of a real cluster what its metrics would show, and why')
    .option('--from <files...>', 'output of `kubectl get nodes,pods -A -o json`')
    .option('--kubeconfig <file>', 'fetch the same from the cluster itself; reads only')
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--cloudcore <tag>', 'KubeEdge release of the cloud (default: its pod’s image, or as most edges)')
    .option('--metrics-server <version>', 'metrics-server version (default: its pod’s image, or 0.4.2)')
    .option('--all', 'list every name')
    .option('--json', 'print the prediction as JSON, complete')
    .addOption(
      new Option('--expect <outcome>', 'exit 1 unless every edge is known to be so').choices(['healthy']),
    )
    .addOption(langOption())
    .addOption(seedOption())
    .action(async (flags: PredictFlags) => {
      const { predictCommand } = await import('./commands/predict.ts');
      exitCode = await predictCommand(io, flags);
    });
  program
    .command('probe')
    .description('ask a real Docker engine, for every edgecore release, whether it would see pods there')
    .option('--docker-host <url>', 'the engine; it is only read', 'unix:///var/run/docker.sock')
    .option('--json', 'print the result as JSON')
    .addOption(langOption())
    .action(async (flags: ProbeFlags) => {
      const { probe } = await import('./commands/probe.ts');
      return probe(io, flags);
    });
  withVersionOptions(program.command('snapshot <id>'))
    .description('record what the API server and the kubelets of a settled cluster answer, for msw')
    .option('--without', 'without what makes the scenario fail: the other half of the pair')
    .option('--out <file>', 'the file to write (default: print it)')
    .action(async (id: string, flags: SnapshotFlags) => {
      const { snapshot } = await import('./commands/snapshot.ts');
      return snapshot(io, id, flags);
    });
  program
    .command('trace [file]')
    .description('print a trace for a person: a file of `replay`, or that of what `up` serves')
    .option('--kind <prefix>', 'only events of this kind')
    .option('--host <name>', 'only events of this host')
    .option(...controlOption)
    .option(...worldOption)
    .action(async (file: string | undefined, flags: TraceFlags) => {
      const { trace } = await import('./commands/trace.ts');
      return trace(io, file, flags);
    });
  try {
    await program.parseAsync(args.length === 0 ? DEFAULT_ARGUMENTS : [...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failure(error, io);
  }
}

const controlOption = [
  '--control <url>',
  'a control URL, as `up` and `serve` print it (default: that of `up`)',
] as const;
const worldOption = ['--world <id>', 'the world of that control server (default: `up`)'] as const;

function addCluster(program: Command, io: Io): void {
  const cluster = program.command('cluster').description('list the presets, or show a cluster in full');
  cluster
    .command('list')
    .description('list the presets: clusters as somebody sets them up')
    .addOption(langOption())
    .action(async (flags) => {
      const { listClusters } = await import('./commands/cluster.ts');
      listClusters(io, flags);
    });
  cluster
    .command('show <name-or-file>')
    .description('show a preset or a cluster file in full, and where every value comes from')
    .action(async (nameOrFile: string) => {
      const { showClusterOf } = await import('./commands/cluster.ts');
      showClusterOf(io, nameOrFile);
    });
}

function addServe(program: Command, io: Io, stop: AbortSignal): void {
  program
    .command('serve')
    .description('serve the control API, for suites in any language, until interrupted')
    .option('--listen <address>', 'any but the loopback takes a token', '127.0.0.1')
    .addOption(countOption('--port <n>', 'port to listen on; 0 for any free one', 7_350, 65_535))
    .option('--token-file <file>', 'token that requests must bring (default: KUBEEDGE_SIM_TOKEN, if set)')
    .addOption(allowOriginOption())
    .addOption(countOption('--max-worlds <n>', 'worlds at one time', 16, 10_000))
    .addOption(countOption('--max-body-kb <n>', 'largest body of a request', 64, 10_240))
    .addOption(countOption('--max-seconds <n>', 'time for an answer', 180, 86_400))
    .addOption(countOption('--idle-minutes <n>', 'end worlds nobody asks for so long; 0: never', 30, 10_000))
    .option('--openapi', 'print the OpenAPI document and end')
    .action(async (flags: ServeFlags) => {
      io.catchSignals?.();
      const { serve } = await import('./commands/serve.ts');
      return serve(io, flags, stop);
    });
}

function failure(error: unknown, io: Io): number {
  // Help and version end this way, too; commander has printed them.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (isUsage(error)) {
    io.error(`${error.message}\n`);
    return exitCodes.usage;
  }
  io.error(`${tell(error)}\n`);
  io.error(
    'This is a fault of kubeedge-sim itself; please report it with the command and the lines above.\n',
  );
  return exitCodes.internal;
}

/** An error with its stack; of one that another came on top of while cleaning up, both. */
function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // By its name: Node 22 has no such class, and the compiler puts one of its own in its place.
  if (error.name === 'SuppressedError') {
    const { suppressed, error: latest } = error as SuppressedError;
    return `${tell(suppressed)}\n${tell(latest)}`;
  }
  return error.stack ?? error.message;
}

/** What the user can mend: unknown names and versions, and what the machine refuses. Told by name: their classes load much. */
function isUsage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof UsageError || error.name === 'EdgeError' || error.name === 'CloudcoreError')
    return true;
  return error.name === 'SimError' && surroundings.has((error as SimError).code);
}

/** What the machine refuses, a port in use, no permission, no free loopback block; and files that are no certificates. */
const surroundings: ReadonlySet<string> = new Set<SimErrorCode>([
  'SIM_ERR_PORT_IN_USE',
  'SIM_ERR_LISTEN_DENIED',
  'SIM_ERR_NO_LEASE',
  'SIM_ERR_CERTIFICATE',
]);
