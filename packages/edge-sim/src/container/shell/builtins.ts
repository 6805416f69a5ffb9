import { FileError, resolvePath } from '../file-system.ts';
import { readLine } from '../process.ts';
import { LoopJump, ShellExit, type Streams } from './control.ts';
import { parseShell } from './parse.ts';
import type { Shell } from './shell.ts';
import { nameText, SyntaxProblem } from './syntax.ts';

/** A command that the shell carries out itself, because it changes the shell. */
export type Builtin = (shell: Shell, argv: readonly string[], streams: Streams) => Promise<number> | number;

const EVAL_DEPTH_MAX = 20;

async function cd(shell: Shell, [, to]: readonly string[], streams: Streams): Promise<number> {
  const target = to === '-' ? shell.variables.get('OLDPWD') : (to ?? shell.variables.get('HOME'));
  const path = resolvePath(shell.cwd, target ?? '/');
  try {
    shell.process.container.files.directoryAt(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await shell.complain(streams, `cd: can't cd to ${target}: ${error.message}`);
    return 2;
  }
  shell.variables.set('OLDPWD', shell.cwd);
  shell.cwd = path;
  return 0;
}

async function pwd(shell: Shell, _: readonly string[], { stdout }: Streams): Promise<number> {
  await stdout.write(Buffer.from(`${shell.cwd}\n`), shell.signal);
  return 0;
}

function exit(shell: Shell, [, code]: readonly string[]): never {
  throw new ShellExit(code === undefined ? shell.status : Number.parseInt(code, 10) & 0xff);
}

function exportNames(shell: Shell, argv: readonly string[]): number {
  for (const argument of argv.slice(1)) {
    const [name] = nameText.exec(argument) ?? [];
    if (name === undefined) return 1;
    if (argument[name.length] === '=') shell.variables.set(name, argument.slice(name.length + 1));
    shell.exported.add(name);
  }
  return 0;
}

function unset(shell: Shell, argv: readonly string[]): number {
  for (const name of argv.slice(1)) shell.variables.delete(name);
  return 0;
}

function set(shell: Shell, argv: readonly string[]): number {
  const [, option] = argv;
  if (option === '-e') shell.exitsOnFailure = true;
  else if (option === '+e') shell.exitsOnFailure = false;
  else if (option === '--') shell.arguments = [shell.arguments[0] ?? 'sh', ...argv.slice(2)];
  return 0;
}

function shift(shell: Shell): number {
  if (shell.arguments.length < 2) return 1;
  shell.arguments = [shell.arguments[0] ?? 'sh', ...shell.arguments.slice(2)];
  return 0;
}

/** `read`, with `-r` or without: names get the words of a line, the last one all that is left. */
async function read(shell: Shell, argv: readonly string[], { stdin }: Streams): Promise<number> {
  const names = argv.slice(1).filter((each) => !each.startsWith('-'));
  const line = await readLine(stdin, shell.signal);
  let rest = (line ?? '').replace(/\n$/, '').trim();
  const [last = 'REPLY', ...first] = names.toReversed();
  for (const name of first.reverse()) {
    const [word = ''] = /^\S*/.exec(rest) ?? [];
    shell.variables.set(name, word);
    rest = rest.slice(word.length).trimStart();
  }
  shell.variables.set(last, rest);
  return line === undefined ? 1 : 0;
}

async function evaluateText(shell: Shell, argv: readonly string[], streams: Streams): Promise<number> {
  shell.evalDepth += 1;
  try {
    if (shell.evalDepth > EVAL_DEPTH_MAX) throw new SyntaxProblem('eval: too deeply nested');
    return await shell.run(parseShell(argv.slice(1).join(' ')), streams);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    await shell.complain(streams, error.message);
    return 2;
  } finally {
    shell.evalDepth -= 1;
  }
}

async function exec(shell: Shell, argv: readonly string[], streams: Streams): Promise<number> {
  if (argv.length < 2) return 0;
  throw new ShellExit(await shell.start(argv.slice(1), streams, shell.environment()));
}

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', () => 0],
  ['break', () => Promise.reject(new LoopJump('break'))],
  ['cd', cd],
  ['continue', () => Promise.reject(new LoopJump('continue'))],
  ['eval', evaluateText],
  ['exec', exec],
  ['exit', exit],
  ['export', exportNames],
  ['pwd', pwd],
  ['read', read],
  ['set', set],
  ['shift', shift],
  ['unset', unset],
]);
