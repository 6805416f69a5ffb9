import { FileError, resolvePath } from '../file-system.ts';
import { openForReading } from '../open-file.ts';
import type { ByteSource } from '../pipe.ts';
import { fail, type Process } from '../process.ts';

/** Letters behind a dash, and the operands after them. `-` alone is an operand, `--` ends the letters. */
export function readOptions(argv: readonly string[]): { letters: string; operands: string[] } {
  const operands = argv.slice(1);
  let letters = '';
  while (/^-./.test(operands[0] ?? '')) {
    const option = operands.shift() ?? '';
    if (option === '--') break;
    letters += option.slice(1);
  }
  return { letters, operands };
}

/** Calls `use` for each file that is named, or for stdin; a file that cannot be opened is told of. */
export async function eachInput(
  process: Process,
  names: readonly string[],
  use: (source: ByteSource, name: string) => Promise<void>,
): Promise<number> {
  let code = 0;
  for (const name of names.length === 0 ? ['-'] : names) {
    try {
      const source =
        name === '-' ? process.stdin : openForReading(process.container, resolvePath(process.cwd, name));
      await use(source, name);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      code = await fail(process, `can't open '${name}': ${error.message}`);
    }
  }
  return code;
}

/** Calls `use` for each piece of a source. */
export async function eachChunk(
  source: ByteSource,
  { signal }: Process,
  use: (chunk: Uint8Array) => Promise<void> | void,
): Promise<void> {
  for (let chunk = await source.read(signal); chunk !== undefined; chunk = await source.read(signal)) {
    await use(chunk);
  }
}
