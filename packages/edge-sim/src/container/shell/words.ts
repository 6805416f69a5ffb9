import { type List, nameText, SyntaxProblem, type Word, type WordPart } from './syntax.ts';

const SPECIAL = /^[?$#@*!0-9]/;
const WORD_END = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);

/** A text that is read from its start to its end. */
export class Cursor {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  get next(): string {
    return this.text[this.at] ?? '';
  }

  /** Steps over a text if it is what follows. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }
}

/** Reads commands up to a closing bracket, for `$(…)`. */
export type ReadList = (cursor: Cursor, end: ')') => List;

/** Reads one word; undefined where none begins. @throws SyntaxProblem */
export function readWord(cursor: Cursor, readList: ReadList): Word | undefined {
  const parts: WordPart[] = [];
  while (cursor.at < cursor.text.length && !WORD_END.has(cursor.next)) {
    if (cursor.take("'")) parts.push(quotedText(cursor, "'"));
    else if (cursor.take('"')) parts.push(...doubleQuoted(cursor, readList));
    else if (cursor.take('\\')) parts.push(...escaped(cursor));
    else if (cursor.next === '$') parts.push(expansion(cursor, false, readList));
    else if (cursor.take('`')) parts.push(backquoted(cursor, false, readList));
    else parts.push(plainText(cursor));
  }
  return parts.length === 0 ? undefined : parts;
}

function plainText(cursor: Cursor): WordPart {
  const start = cursor.at;
  while (
    cursor.at < cursor.text.length &&
    !WORD_END.has(cursor.next) &&
    !['"', "'", '\\', '$', '`'].includes(cursor.next)
  ) {
    cursor.at += 1;
  }
  return { type: 'text', text: cursor.text.slice(start, cursor.at), quoted: false };
}

function quotedText(cursor: Cursor, quote: string): WordPart {
  const end = cursor.text.indexOf(quote, cursor.at);
  if (end < 0) throw new SyntaxProblem('syntax error: unterminated quoted string', true);
  const text = cursor.text.slice(cursor.at, end);
  cursor.at = end + 1;
  return { type: 'text', text, quoted: true };
}

function escaped(cursor: Cursor): WordPart[] {
  if (cursor.at >= cursor.text.length) return [{ type: 'text', text: '\\', quoted: true }];
  if (cursor.take('\n')) return [];
  const character = String.fromCodePoint(cursor.text.codePointAt(cursor.at) ?? 0);
  cursor.at += character.length;
  return [{ type: 'text', text: character, quoted: true }];
}

function doubleQuoted(cursor: Cursor, readList: ReadList): WordPart[] {
  // An empty one is a word, too.
  const parts: WordPart[] = [{ type: 'text', text: '', quoted: true }];
  for (;;) {
    if (cursor.at >= cursor.text.length) {
      throw new SyntaxProblem('syntax error: unterminated quoted string', true);
    }
    if (cursor.take('"')) return parts;
    if (cursor.next === '$') parts.push(expansion(cursor, true, readList));
    else if (cursor.take('`')) parts.push(backquoted(cursor, true, readList));
    else if (cursor.next === '\\' && '$`"\\\n'.includes(cursor.text[cursor.at + 1] ?? ' ')) {
      cursor.at += 1;
      parts.push(...escaped(cursor));
    } else {
      const end = /["$`]|\\[$`"\\\n]/.exec(cursor.text.slice(cursor.at + 1));
      const length = 1 + (end?.index ?? cursor.rest.length - 1);
      parts.push({ type: 'text', text: cursor.text.slice(cursor.at, cursor.at + length), quoted: true });
      cursor.at += length;
    }
  }
}

function expansion(cursor: Cursor, quoted: boolean, readList: ReadList): WordPart {
  cursor.at += 1;
  if (cursor.take('((')) return arithmetic(cursor, quoted);
  if (cursor.take('(')) {
    const body = readList(cursor, ')');
    if (!cursor.take(')')) throw new SyntaxProblem('syntax error: unexpected end of file', true);
    return { type: 'command', body, quoted };
  }
  if (cursor.take('{')) return braces(cursor, quoted, readList);
  const [name] = nameText.exec(cursor.rest) ?? SPECIAL.exec(cursor.rest) ?? [];
  if (name === undefined) return { type: 'text', text: '$', quoted: true };
  cursor.at += name.length;
  return { type: 'variable', name, quoted };
}

function braces(cursor: Cursor, quoted: boolean, readList: ReadList): WordPart {
  const [name] = nameText.exec(cursor.rest) ?? SPECIAL.exec(cursor.rest) ?? [];
  if (name === undefined) throw new SyntaxProblem('syntax error: bad substitution');
  cursor.at += name.length;
  if (cursor.take('}')) return { type: 'variable', name, quoted };
  if (!cursor.take(':-') && !cursor.take('-')) throw new SyntaxProblem('syntax error: bad substitution');
  const end = cursor.text.indexOf('}', cursor.at);
  if (end < 0) throw new SyntaxProblem("syntax error: missing '}'", true);
  const inner = new Cursor(cursor.text.slice(cursor.at, end).replaceAll(' ', '\\ '));
  cursor.at = end + 1;
  return { type: 'variable', name, quoted, fallback: readWord(inner, readList) ?? [] };
}

function arithmetic(cursor: Cursor, quoted: boolean): WordPart {
  const start = cursor.at;
  for (let depth = 0; cursor.at < cursor.text.length; cursor.at += 1) {
    if (cursor.next === '(') depth += 1;
    if (cursor.next === ')' && depth === 0) break;
    if (cursor.next === ')') depth -= 1;
  }
  const expression = cursor.text.slice(start, cursor.at);
  if (!cursor.take('))')) throw new SyntaxProblem("syntax error: missing '))'", true);
  return { type: 'arithmetic', expression, quoted };
}

function backquoted(cursor: Cursor, quoted: boolean, readList: ReadList): WordPart {
  const { text } = quotedText(cursor, '`') as { text: string };
  return { type: 'command', body: readList(new Cursor(text), ')'), quoted };
}
