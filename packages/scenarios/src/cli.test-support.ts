import { main } from './cli.ts';
import type { Io } from './commands/io.ts';

export interface Ran {
  out: string;
  error: string;
  exitCode: number;
}

/**
 * Runs the command in this process: what it wrote, and its exit code. It is interrupted at once, as soon as it only waits,
 * unless `stop` says otherwise; `terminal` is what differs from one of 160 columns without colours.
 */
export async function runCli(
  args: readonly string[],
  terminal: Partial<Omit<Io, 'out' | 'error'>> = {},
  stop: AbortSignal = AbortSignal.abort(),
): Promise<Ran> {
  const printed = { out: '', error: '' };
  const io: Io = {
    colour: false,
    columns: 160,
    ...terminal,
    out: (text) => {
      printed.out += text;
    },
    error: (text) => {
      printed.error += text;
    },
  };
  return { exitCode: await main(args, io, stop), ...printed };
}
