import { askControl, type ControlTarget } from '../control/control-client.ts';
import type { Io } from './io.ts';

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

/** Prints a component's log from a cluster that is served. @throws UsageError as {@link act} */
export async function log(io: Io, node: string, component: string, flags: LogFlags): Promise<void> {
  const query = new URLSearchParams({ node, component, v: String(flags.v) });
  io.out((await askControl(flags, `/log?${query}`)).body);
}
