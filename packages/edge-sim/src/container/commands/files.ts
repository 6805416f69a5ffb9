import { FileError, type Node, nameOf, resolvePath } from '../file-system.ts';
import { openForWriting } from '../open-file.ts';
import { type Command, fail, type Process, print } from '../process.ts';
import { readOptions } from './input.ts';

/** Calls `act` for each path; one that fails is told of with the words of `told`. */
async function eachPath(
  process: Process,
  names: readonly string[],
  told: (name: string) => string,
  act: (path: string, name: string) => void | Promise<void>,
): Promise<number> {
  let code = 0;
  for (const name of names) {
    try {
      await act(resolvePath(process.cwd, name), name);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      code = await fail(process, `${told(name)}: ${error.message}`);
    }
  }
  return code;
}

export const mkdir: Command = (process) => {
  const { letters, operands } = readOptions(process.argv);
  return eachPath(
    process,
    operands,
    (name) => `can't create directory '${name}'`,
    (path) => void process.container.files.makeDirectory(path, { parents: letters.includes('p') }),
  );
};

export const rm: Command = (process) => {
  const { letters, operands } = readOptions(process.argv);
  const { files } = process.container;
  return eachPath(
    process,
    operands,
    (name) => `can't remove '${name}'`,
    (path) => {
      if (files.find(path) === undefined && letters.includes('f')) return;
      if (files.at(path, false).type === 'directory' && !/[rR]/.test(letters))
        throw new FileError('Is a directory');
      files.remove(path);
    },
  );
};

export const touch: Command = (process) =>
  eachPath(
    process,
    readOptions(process.argv).operands,
    (name) => name,
    (path) => void openForWriting(process.container, path, true),
  );

/** Where something named `from` goes: into a directory, or to that very name. */
function destination({ container, cwd }: Process, from: string, to: string): string {
  const path = resolvePath(cwd, to);
  return container.files.find(path)?.type === 'directory' ? resolvePath(path, nameOf(from)) : path;
}

export const cp: Command = (process) => {
  const { files } = process.container;
  const { operands } = readOptions(process.argv);
  const to = operands.pop() ?? '';
  return eachPath(
    process,
    operands,
    (name) => `can't stat '${name}'`,
    (path) => files.write(destination(process, path, to), Uint8Array.from(files.read(path))),
  );
};

export const mv: Command = (process) => {
  const { files } = process.container;
  const { operands } = readOptions(process.argv);
  const to = operands.pop() ?? '';
  return eachPath(
    process,
    operands,
    (name) => `can't rename '${name}'`,
    (path) => {
      const bytes = files.read(path);
      files.remove(path);
      files.write(destination(process, path, to), bytes);
    },
  );
};

const TYPES = { file: '-', directory: 'd', link: 'l', device: 'c' } as const;

/** `ls`, with `-l`, `-a`, `-1`, `-d`; on a terminal in columns. */
export const ls: Command = async (process) => {
  const { letters, operands } = readOptions(process.argv);
  const { files } = process.container;
  const names = operands.length === 0 ? ['.'] : operands;
  return eachPath(
    process,
    names,
    (name) => name,
    async (path, name) => {
      const node = files.at(path);
      if (node.type !== 'directory' || letters.includes('d')) return show(process, letters, [[name, node]]);
      const entries = [...node.entries].filter(([entry]) => letters.includes('a') || !entry.startsWith('.'));
      if (names.length > 1) await print(process, `${name}:\n`);
      await show(
        process,
        letters,
        entries.sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  );
};

async function show(
  process: Process,
  letters: string,
  entries: readonly (readonly [string, Node])[],
): Promise<void> {
  if (entries.length === 0) return;
  if (letters.includes('l')) await print(process, entries.map(longLine).join(''));
  else if (process.terminal === undefined || letters.includes('1')) {
    await print(process, entries.map(([name]) => `${name}\n`).join(''));
  } else
    await print(
      process,
      inColumns(
        entries.map(([name]) => name),
        process.terminal.size.width || 80,
      ),
    );
}

/** busybox coreutils/ls.c: down the columns, each as wide as the longest name and two more. */
function inColumns(names: readonly string[], width: number): string {
  const columnWidth = Math.max(...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor(width / columnWidth));
  const rows = Math.ceil(names.length / columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    names
      .filter((_name, index) => index % rows === row)
      .map((name) => name.padEnd(columnWidth))
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function longLine([name, node]: readonly [string, Node]): string {
  const mode = [6, 3, 0].map((shift) => {
    const bits = (node.mode >> shift) & 7;
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
  });
  const size = node.type === 'file' ? node.bytes.length : 4_096;
  const time = new Date(node.modifiedAtMs).toUTCString();
  const [, day, month, clock] = /(\d\d) (\w{3}) \d{4} (\d\d:\d\d)/.exec(time) ?? [];
  const links = node.type === 'directory' ? 2 : 1;
  const target = node.type === 'link' ? ` -> ${node.target}` : '';
  const owner = 'root     root    ';
  return `${TYPES[node.type]}${mode.join('')} ${String(links).padStart(4)} ${owner} ${String(size).padStart(9)} ${month} ${day} ${clock} ${name}${target}\n`;
}

/** `test` and `[`: what is asked of files, texts and numbers, one question at a time. */
export const test: Command = async (process) => {
  const words = process.argv.slice(1);
  if (process.argv[0] === '[' && words.pop() !== ']') return fail(process, 'missing ]', 2);
  const negated = words[0] === '!';
  if (negated) words.shift();
  const holds = asked(process, words);
  if (holds === undefined) return fail(process, `${words.join(' ')}: unknown operand`, 2);
  return Number(holds === negated);
};

function asked({ container, cwd }: Process, words: readonly string[]): boolean | undefined {
  const [first = '', second = '', third = ''] = words;
  if (words.length <= 1) return first !== '';
  if (words.length === 3) return compare(first, second, third);
  if (words.length !== 2) return undefined;
  if (first === '-z' || first === '-n') return (second === '') === (first === '-z');
  const node = container.files.find(resolvePath(cwd, second));
  const questions: Record<string, boolean> = {
    '-e': node !== undefined,
    '-f': node?.type === 'file',
    '-d': node?.type === 'directory',
    '-s': node?.type === 'file' && node.bytes.length > 0,
    '-r': node !== undefined,
    '-w': node !== undefined,
    '-x': node !== undefined && (node.mode & 0o111) !== 0,
  };
  return questions[first];
}

function compare(left: string, operator: string, right: string): boolean | undefined {
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const [a, b] = [Number(left), Number(right)];
  if (Number.isNaN(a) || Number.isNaN(b)) return undefined;
  const results: Record<string, boolean> = {
    '-eq': a === b,
    '-ne': a !== b,
    '-lt': a < b,
    '-le': a <= b,
    '-gt': a > b,
    '-ge': a >= b,
  };
  return results[operator];
}
