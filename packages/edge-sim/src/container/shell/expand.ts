import { type FileSystem, resolvePath } from '../file-system.ts';
import { evaluate } from './arithmetic.ts';
import type { List, Word } from './syntax.ts';

/** What the parts of a word are replaced from. */
export interface Expander {
  readonly files: FileSystem;
  readonly cwd: string;
  readonly arguments: readonly string[];
  variable(name: string): string;
  /** What a command prints, without the newlines at its end. */
  output(body: List): Promise<string>;
}

/** A piece of a field; only what is not quoted can be a pattern. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

/** The arguments that words become: replaced, split at blanks, file names put in for patterns. @throws SyntaxProblem */
export async function expandWords(words: readonly Word[], expander: Expander): Promise<string[]> {
  const expanded: string[] = [];
  for (const word of words) {
    for (const field of await fieldsOf(word, expander)) expanded.push(...fileNames(field, expander));
  }
  return expanded;
}

/** The text that one word becomes where it is neither split nor a pattern. @throws SyntaxProblem */
export async function expandText(word: Word, expander: Expander): Promise<string> {
  let text = '';
  for (const part of word) {
    text += part.type === 'text' ? part.text : await replacementOf(part, expander);
  }
  return text;
}

async function fieldsOf(word: Word, expander: Expander): Promise<Piece[][]> {
  const fields: Piece[][] = [];
  let field: Piece[] | undefined;
  const add = (text: string, quoted: boolean) => {
    field ??= [];
    field.push({ text, quoted });
  };
  const next = () => {
    if (field !== undefined) fields.push(field);
    field = undefined;
  };
  for (const part of word) {
    if (part.type === 'text') add(part.text, part.quoted);
    else if (part.type === 'variable' && part.name === '@' && part.quoted) {
      for (const [index, argument] of expander.arguments.entries()) {
        if (index > 0) next();
        add(argument, true);
      }
      // "$@" without arguments is no field at all, though its quotes were one.
      if (expander.arguments.length === 0 && word.length <= 2) field = undefined;
    } else {
      const value = await replacementOf(part, expander);
      if (part.quoted) add(value, true);
      else {
        for (const [index, piece] of value.split(/[ \t\n]+/).entries()) {
          if (index > 0) next();
          if (piece !== '') add(piece, false);
        }
      }
    }
  }
  next();
  return fields;
}

async function replacementOf(
  part: Exclude<Word[number], { type: 'text' }>,
  expander: Expander,
): Promise<string> {
  if (part.type === 'command') return expander.output(part.body);
  if (part.type === 'arithmetic') return String(evaluate(part.expression, expander.variable));
  const value = expander.variable(part.name);
  return value === '' && part.fallback !== undefined ? expandText(part.fallback, expander) : value;
}

/** The paths that a pattern matches, or the field itself. */
function fileNames(field: readonly Piece[], { files, cwd }: Expander): string[] {
  const text = field.map((piece) => piece.text).join('');
  if (!field.some((piece) => !piece.quoted && /[*?]/.test(piece.text))) return [text];
  const pattern = field
    .map((piece) => (piece.quoted ? piece.text.replace(/[*?\\]/g, '\\$&') : piece.text))
    .join('');
  let found = [pattern.startsWith('/') ? '/' : ''];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const matches = patternOf(part);
    found = found.flatMap((base) => {
      const directory = files.find(resolvePath(cwd, base));
      if (directory?.type !== 'directory') return [];
      const names = [...directory.entries.keys()].sort();
      return names
        .filter((name) => matches.test(name) && (part.startsWith('.') || !name.startsWith('.')))
        .map((name) => (base === '' || base === '/' ? `${base}${name}` : `${base}/${name}`));
    });
  }
  return found.length === 0 ? [text] : found;
}

function patternOf(part: string): RegExp {
  const source = part.replace(
    /\\(.)|([*?])|([^*?\\]+)/gs,
    (_, escaped?: string, wild?: string, plain?: string) => {
      if (wild !== undefined) return wild === '*' ? '[^]*' : '[^]';
      return (escaped ?? plain ?? '').replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
    },
  );
  return new RegExp(`^${source.replaceAll('[^]*[^]*', '[^]*')}$`);
}
