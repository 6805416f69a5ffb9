import type { Container } from './container.ts';
import { resolvePath } from './file-system.ts';
import { BrokenPipe } from './pipe.ts';
import { type Command, type Inherited, Killed, type Process, SIGNALLED, SIGPIPE } from './process.ts';

/** Why a command cannot be started. */
export type NotStarted = 'not-found' | 'missing-file' | 'not-executable' | 'too-many';

/** The code of a command as a path or a name finds it. */
export function findCommand({ commands, files }: Container, name: string, cwd: string): Command | NotStarted {
  const known = commands.get(name.replace(/^.*\//, ''));
  if (!name.includes('/')) return known ?? 'not-found';
  const path = resolvePath(cwd, name);
  const node = files.find(path);
  if (node === undefined) return 'missing-file';
  if (node.type !== 'file' || (node.mode & 0o111) === 0) return 'not-executable';
  if (path.startsWith('/bin/') && known !== undefined) return known;
  // A file of one's own is taken for a script.
  const shell = commands.get('sh');
  if (shell === undefined) return 'not-executable';
  return (process) => shell({ ...process, argv: ['sh', path, ...process.argv.slice(1)] });
}

/** Runs a command as a process of its own; resolves with its exit code. @throws Killed when its parent is killed */
export async function spawn(
  container: Container,
  command: Command,
  argv: readonly string[],
  inherited: Inherited,
): Promise<number | 'too-many'> {
  const ending = new AbortController();
  const pid = container.add(argv.join(' '), (by) => ending.abort(new Killed(by)));
  if (pid === undefined) return 'too-many';
  const signal = AbortSignal.any([inherited.signal, ending.signal]);
  const process: Process = { ...inherited, container, pid, argv, signal };
  try {
    return await command(process);
  } catch (error) {
    if (error instanceof BrokenPipe) return SIGNALLED + SIGPIPE;
    if (error instanceof Killed) return SIGNALLED + error.by;
    throw error;
  } finally {
    container.remove(pid);
  }
}
