import { FileError, type Node, parentOf, resolvePath } from '../file-system.ts';
import { openForReading, openForWriting } from '../open-file.ts';
import type { ByteSink, ByteSource } from '../pipe.ts';
import { type Command, fail, type Process, print } from '../process.ts';
import { BLOCK_BYTES, padding, type TarMember, TarProblem, writeHeader } from '../tar/header.ts';
import { readTar } from '../tar/reader.ts';
import { eachChunk } from './input.ts';

interface TarOptions {
  readonly letters: string;
  readonly archive: string;
  readonly directory: string;
  readonly names: readonly string[];
}

const LONG: Readonly<Record<string, string>> = {
  '--create': 'c',
  '--extract': 'x',
  '--list': 't',
  '--verbose': 'v',
  '--touch': 'm',
  '--no-same-owner': 'o',
  '--no-same-permissions': '',
};

/** `tar`: `c`, `x` and `t`, with `f`, `C`, `m` and `v`, as `kubectl cp` and people call it. */
export const tar: Command = async (process) => {
  const options = readTarOptions(process.argv.slice(1), process.cwd);
  if (typeof options === 'string') return fail(process, options);
  try {
    if (options.letters.includes('c')) return await create(process, options);
    if (/[xt]/.test(options.letters)) return await extract(process, options);
    return await fail(process, 'must specify one of: c, x, t');
  } catch (error) {
    if (!(error instanceof TarProblem) && !(error instanceof FileError)) throw error;
    return fail(process, error.message);
  }
};

/** Letters in the first word need no dash; `f` and `C` take a word that follows. */
function readTarOptions(words: readonly string[], cwd: string): TarOptions | string {
  const rest = [...words];
  let letters = '';
  let archive = '-';
  let directory = cwd;
  const names: string[] = [];
  for (let first = true; rest.length > 0; first = false) {
    const word = rest.shift() ?? '';
    if (word.startsWith('--')) {
      const [name = '', value] = word.split(/=(.*)/s);
      if (name === '--directory') directory = resolvePath(directory, value ?? rest.shift() ?? '');
      else if (name === '--file') archive = value ?? rest.shift() ?? '-';
      else if (name in LONG) letters += LONG[name];
      else if (word !== '--') return `unrecognized option '${word}'`;
      continue;
    }
    if (!first && (!word.startsWith('-') || word === '-')) {
      names.push(word);
      continue;
    }
    for (const letter of word.replace(/^-/, '').split('')) {
      if (letter === 'f') archive = rest.shift() ?? '-';
      else if (letter === 'C') directory = resolvePath(directory, rest.shift() ?? '');
      else if (!'cxtvmopk'.includes(letter)) return `invalid option -- '${letter}'`;
      else letters += letter;
    }
  }
  return { letters, archive, directory, names };
}

async function create(process: Process, { archive, directory, letters, names }: TarOptions): Promise<number> {
  if (names.length === 0) return fail(process, 'empty archive');
  const { container, signal } = process;
  const out: ByteSink =
    archive === '-' ? process.stdout : openForWriting(container, resolvePath(process.cwd, archive), false);
  let code = 0;
  if (names.some((name) => name.startsWith('/')))
    await fail(process, "removing leading '/' from member names");

  const add = async (path: string, name: string, node: Node): Promise<void> => {
    if (node.type === 'device') return;
    const member: TarMember = {
      path: node.type === 'directory' ? `${name}/` : name,
      type: node.type,
      mode: node.mode,
      sizeBytes: node.type === 'file' ? node.bytes.length : 0,
      modifiedAtS: Math.floor(node.modifiedAtMs / 1_000),
      target: node.type === 'link' ? node.target : '',
    };
    await out.write(writeHeader(member), signal);
    if (letters.includes('v')) await process.stderr.write(Buffer.from(`${member.path}\n`), signal);
    if (node.type === 'file') {
      await eachChunk(openForReading(container, path), process, (chunk) => out.write(chunk, signal));
      await out.write(padding(node.bytes.length), signal);
    }
    if (node.type !== 'directory') return;
    for (const [entry, child] of [...node.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await add(resolvePath(path, entry), `${name}/${entry}`, child);
    }
  };

  for (const name of names) {
    const path = resolvePath(directory, name);
    const node = container.files.find(path);
    if (node === undefined) code = await fail(process, `${name}: No such file or directory`);
    else await add(path, name.replace(/^\/+/, '').replace(/\/+$/, '') || '.', node);
  }
  await out.write(Buffer.alloc(2 * BLOCK_BYTES), signal);
  return code === 0 ? 0 : fail(process, 'error exit delayed from previous errors');
}

async function extract(
  process: Process,
  { archive, directory, letters, names }: TarOptions,
): Promise<number> {
  const { container, signal } = process;
  const { files } = container;
  const source: ByteSource =
    archive === '-' ? process.stdin : openForReading(container, resolvePath(process.cwd, archive));
  files.directoryAt(directory);
  const told: string[] = [];

  await readTar(source, signal, (member) => {
    const name = member.path.replace(/^\/+/, '').replace(/\/+$/, '');
    if (names.length > 0 && !names.some((each) => name === each || name.startsWith(`${each}/`)))
      return undefined;
    if (/[tv]/.test(letters)) told.push(member.path);
    if (letters.includes('t') || name === '') return undefined;
    if (name.split('/').includes('..')) throw new TarProblem(`name with '..' components: '${member.path}'`);
    const path = resolvePath(directory, name);
    if (member.type === 'directory') {
      files.makeDirectory(path, { parents: true, mode: member.mode });
      return undefined;
    }
    files.makeDirectory(parentOf(path), { parents: true });
    if (member.type === 'link') files.link(path, member.target);
    if (member.type !== 'file') return undefined;
    const found = files.find(path);
    if (found?.type === 'file') files.remove(path);
    files.open(path, member.mode);
    const sink = openForWriting(container, path, false);
    return (chunk) => sink.write(chunk, signal);
  });
  // Whoever sends the archive may pad it; he is to be let finish.
  await eachChunk(source, process, () => {});
  if (told.length > 0) await print(process, `${told.join('\n')}\n`);
  return 0;
}
