import { askControl } from '../control/control-client.ts';
import type { ActRequest } from '../control/control-server.ts';
import type { Io } from './io.ts';

interface ControlFlags {
  control?: string;
}

export interface ActFlags extends ControlFlags {
  silent?: boolean;
  rst?: boolean;
}

/** Changes a cluster that `up` serves. @throws UsageError when it refuses or cannot be reached */
export async function act(io: Io, words: readonly string[], flags: ActFlags): Promise<void> {
  const modes = (['silent', 'rst'] as const).filter((mode) => flags[mode] === true);
  const request: ActRequest = { words: [...words, ...modes] };
  const { done } = JSON.parse(await askControl(flags.control, '/act', request)) as { done: string[] };
  for (const action of done) io.out(`${action}\n`);
}

/** Prints a component's log from a cluster that `up` serves. @throws UsageError as {@link act} */
export async function log(
  io: Io,
  node: string,
  component: string,
  flags: ControlFlags & { v: number },
): Promise<void> {
  const query = new URLSearchParams({ node, component, v: String(flags.v) });
  io.out(await askControl(flags.control, `/log?${query}`));
}
