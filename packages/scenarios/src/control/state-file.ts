import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../usage-error.ts';

/** What `up` leaves for `act` while it runs. */
export interface UpState {
  control: string;
  pid: number;
}

// Not by name: in a container the user may have none.
const folder = () => join(tmpdir(), `kubeedge-sim-${process.getuid?.() ?? 0}`);
const file = () => join(folder(), 'up.json');

/** Notes the running `up`; disposing it removes the note. A later `up` replaces an earlier one's. */
export async function writeUpState(state: UpState): Promise<AsyncDisposable> {
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await writeFile(file(), JSON.stringify(state));
  return {
    async [Symbol.asyncDispose]() {
      const current = await readUpState().catch(() => undefined);
      // The folder stays: another `up` may be about to write into it.
      if (current?.pid === state.pid) await rm(file(), { force: true });
    },
  };
}

/** @throws UsageError when no `up` is running */
export async function readUpState(): Promise<UpState> {
  try {
    return JSON.parse(await readFile(file(), 'utf8')) as UpState;
  } catch {
    throw new UsageError(
      'Looked for a running `kubeedge-sim up`, found none. Start one, or give its --control URL.',
    );
  }
}
