import type { TraceEvent } from '@kubeedge-sim/sim-kit';
import { askControl, type ControlTarget } from '../control/control-client.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { readEvents } from './trace.ts';

export interface ActFlags extends ControlTarget {
  silent?: boolean;
  rst?: boolean;
}

export interface LogFlags extends ControlTarget {
  /** klog's verbosity. */
  v: number;
}

/** Changes a cluster that `up` or `serve` serves. @throws UsageError when it refuses or cannot be reached */
export async function act(io: Io, words: readonly string[], flags: ActFlags): Promise<void> {
  const modes = (['silent', 'rst'] as const).filter((mode) => flags[mode] === true);
  const { body } = await askControl(flags, '/act', { words: [...words, ...modes] });
  const { done } = JSON.parse(body) as { done: string[] };
  for (const action of done) io.out(`${action}\n`);
}

/**
 * Prints a component's log from a cluster that is served.
 * @throws UsageError as {@link act}, and for a component that logs nothing on that node
 */
export async function log(io: Io, node: string, component: string, flags: LogFlags): Promise<void> {
  const query = new URLSearchParams({ node, component, v: String(flags.v) });
  const { body } = await askControl(flags, `/log?${query}`);
  io.out(body);
  if (body !== '') return;
  const lines = (await readEvents(undefined, flags)).filter(
    (event): event is TraceEvent<'log'> & typeof event => event.kind === 'log' && event.host === node,
  );
  const levels = lines.filter((line) => line.component === component).map(({ detail }) => detail.verbosity);
  if (levels.length > 0) {
    io.error(
      `${component} on ${node} has logged nothing at -v ${flags.v}; give -v ${Math.min(...levels)}.\n`,
    );
    return;
  }
  const found = [...new Set(lines.map((line) => line.component))].sort().join(', ');
  throw new UsageError(
    `Looked for a log of "${component}" on ${node}, found only those of ${found === '' ? 'nobody' : found}. Give one of these, or another node.`,
  );
}
