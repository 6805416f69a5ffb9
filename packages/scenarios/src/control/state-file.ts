import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
const fileOf = (pid: number) => join(folder(), `up-${pid}.json`);

/** Notes the running `up`, in a file of its own beside those of others; disposing it removes the note. */
export async function writeUpState(state: UpState): Promise<AsyncDisposable> {
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  // Those who were killed could not take theirs away.
  for (const { pid } of await notes()) if (!isAlive(pid)) await rm(fileOf(pid), { force: true });
  await writeFile(fileOf(state.pid), JSON.stringify(state));
  // The folder stays: another `up` may be about to write into it.
  return { [Symbol.asyncDispose]: () => rm(fileOf(state.pid), { force: true }) };
}

/** The latest `up` that still runs. @throws UsageError when there is none */
export async function readUpState(): Promise<UpState> {
  for (const { pid } of await notes()) {
    if (!isAlive(pid)) continue;
    try {
      return JSON.parse(await readFile(fileOf(pid), 'utf8')) as UpState;
    } catch {
      // It has just ended, or is just beginning.
    }
  }
  throw new UsageError(
    'Looked for a running `kubeedge-sim up`, found none. Start one, or give its --control URL.',
  );
}

/** The processes that have left a note, the latest first. */
async function notes(): Promise<{ pid: number; sinceMs: number }[]> {
  const names = await readdir(folder()).catch(() => []);
  const pids = names.flatMap((name) => /^up-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const file = await stat(fileOf(pid)).catch(() => undefined);
      return file === undefined ? [] : [{ pid, sinceMs: file.mtimeMs }];
    }),
  );
  return found.flat().sort((one, other) => other.sinceMs - one.sinceMs);
}

/** Whether a process of this number is there; signal 0 asks and does nothing. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
