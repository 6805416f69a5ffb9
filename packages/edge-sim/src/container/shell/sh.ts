import { FileError, resolvePath } from '../file-system.ts';
import { fail, Killed, type Process, readLine, SIGNALLED } from '../process.ts';
import { parseShell } from './parse.ts';
import { exitCodeOf, Shell } from './shell.ts';
import { type List, SyntaxProblem } from './syntax.ts';

const SCRIPT_BYTES_MAX = 2 ** 20;

/** `sh`, `sh -c text`, `sh file`; without a text it reads commands, and asks for them on a terminal. */
export async function sh(process: Process): Promise<number> {
  const options = process.argv.slice(1).filter((argument, index, all) => {
    return argument.startsWith('-') && all.slice(0, index).every((each) => each.startsWith('-'));
  });
  const operands = process.argv.slice(1 + options.length);
  const letters = options.join('').replaceAll('-', '');
  if (letters.includes('c')) {
    const [text, ...args] = operands;
    if (text === undefined) return fail(process, '-c requires an argument', 2);
    return runText(process, text, args.length === 0 ? ['sh'] : args, letters.includes('e'));
  }
  const [file] = operands;
  if (file === undefined) return readCommands(process, letters.includes('i'));
  try {
    const bytes = process.container.files.read(resolvePath(process.cwd, file));
    if (bytes.length > SCRIPT_BYTES_MAX) return await fail(process, `${file}: script too large`, 2);
    return await runText(process, Buffer.from(bytes).toString(), operands, letters.includes('e'));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return fail(process, `can't open '${file}': ${error.message}`, 2);
  }
}

async function runText(
  process: Process,
  text: string,
  args: readonly string[],
  exitsOnFailure: boolean,
): Promise<number> {
  const shell = new Shell(process, args);
  shell.exitsOnFailure = exitsOnFailure;
  try {
    return await exitCodeOf(shell.run(parseShell(text), process));
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return fail(process, error.message, 2);
  }
}

/** Commands line by line from stdin, which they share. */
async function readCommands(process: Process, interactive: boolean): Promise<number> {
  const shell = new Shell(process, ['sh']);
  const { terminal } = process;
  const prompts = interactive || terminal !== undefined;
  const prompt = async (text: string) => {
    if (prompts) await process.stderr.write(Buffer.from(text), process.signal);
  };
  let text = '';
  for (;;) {
    const turn = new AbortController();
    shell.signal = AbortSignal.any([process.signal, turn.signal]);
    terminal?.foreground.push(turn);
    try {
      await prompt(text === '' ? `${shell.cwd} # ` : '> ');
      const line = await readLine(process.stdin, shell.signal);
      if (line === undefined) {
        if (text !== '') return await fail(process, 'syntax error: unexpected end of file', 2);
        if (prompts) await process.stderr.write(Buffer.from('\n'), process.signal);
        return shell.status;
      }
      text += line;
      const list = readSoFar(text);
      if (list === undefined && text.length <= SCRIPT_BYTES_MAX) continue;
      text = '';
      let left: number | undefined;
      const ended = await exitCodeOf(
        shell.run(list ?? [], process).then((code) => {
          left = code;
          return code;
        }),
      );
      if (left === undefined) return ended;
      turn.signal.throwIfAborted();
    } catch (error) {
      text = '';
      if (error instanceof SyntaxProblem) {
        await shell.complain(process, error.message);
        shell.status = 2;
        if (!prompts) return 2;
      } else if (error instanceof Killed && !process.signal.aborted) {
        shell.status = SIGNALLED + error.by;
        await process.stderr.write(Buffer.from('\n'), process.signal);
      } else throw error;
    } finally {
      terminal?.foreground.splice(terminal.foreground.indexOf(turn), 1);
    }
  }
}

/** Undefined while the text may go on. @throws SyntaxProblem */
function readSoFar(text: string): List | undefined {
  try {
    return parseShell(text);
  } catch (error) {
    if (error instanceof SyntaxProblem && error.incomplete) return undefined;
    throw error;
  }
}
