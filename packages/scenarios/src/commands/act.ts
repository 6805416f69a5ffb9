import { askControl } from '../control/control-client.ts';
import type { ActRequest } from '../control/control-server.ts';
import type { Io } from './io.ts';

interface ControlFlags {
  control?: string;
}

/** Changes a cluster that `up` serves. @throws UsageError when it refuses or cannot be reached */
export async function act(io: Io, words: readonly string[], flags: ControlFlags): Promise<void> {
  const request: ActRequest = { words: [...words] };
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
