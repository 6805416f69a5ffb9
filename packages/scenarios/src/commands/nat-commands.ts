import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { IptablesFlags, RouteFlags } from './nat.ts';
import { append } from './options.ts';

/** Adds the commands that read and change where connections go. `done` gets their exit codes. */
export function addNatCommands(
  program: Command,
  io: Io,
  options: {
    control: readonly [string, string];
    world: readonly [string, string];
    done: (exitCode: number) => void;
  },
): void {
  const { control, world, done } = options;
  // What stands behind the first word of iptables' own is iptables', options too.
  program.enablePositionalOptions();
  for (const name of ['iptables', 'iptables-save', 'iptables-restore'] as const) {
    program
      .command(`${name} [words...]`)
      .description(
        name === 'iptables'
          ? 'run iptables on a host of what `up` serves, e.g. iptables --host master-1 -t nat -L -n'
          : `the same of ${name}${name === 'iptables-restore' ? ', from standard input' : ''}`,
      )
      .allowUnknownOption()
      .passThroughOptions()
      .option('--host <name>', 'the host (default: the API server’s)')
      .option(...control)
      .option(...world)
      .action(async (words: string[], flags: IptablesFlags) => {
        const { iptables } = await import('./nat.ts');
        done(await iptables(io, name, words, flags));
      });
  }
  program
    .command('route [caller] [endpoint]')
    .description(
      'say which iptables rules a connection meets and where it ends: route master-1 10.66.0.11:10350, route pod:monitoring/prometheus-0@master-1 …',
    )
    .option('--from <ip>', 'the caller is a pod with this address')
    .option('--rehearse <line>', "what would change: 'iptables -F && iptables -t nat -F'")
    .option('--host <name>', 'a host to rehearse on (default: the cloud’s); may be repeated', append)
    .option('--iptables-save <file>', 'rules of your own instead of a cluster; - for standard input')
    .option('--local <ip>', 'the host’s own address, with --iptables-save')
    .option('--scenario <id>', 'ask of a scenario instead of what `up` serves')
    .option('--edgecore <tag>', 'its edgecore')
    .option('--cloudcore <tag>', 'its cloudcore')
    .option('--without', 'without what makes it fail')
    .option('--fault <id>', 'one more fault; may be repeated', append)
    .option(...control)
    .option(...world)
    .action(async (caller: string | undefined, endpoint: string | undefined, flags: RouteFlags) => {
      const { route } = await import('./nat.ts');
      done(await route(io, caller, endpoint, flags));
    });
}
