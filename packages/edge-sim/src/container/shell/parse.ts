import {
  type AndOr,
  type List,
  nameText,
  type Pipeline,
  type Redirect,
  type ShellCommand,
  SyntaxProblem,
  type Word,
} from './syntax.ts';
import { Cursor, readWord } from './words.ts';

/** Words that end what is inside of a compound command. */
const CLOSING = ['then', 'elif', 'else', 'fi', 'do', 'done', '}'];
/** Brackets, quotes and commands inside of each other: more would be an attempt to use up the stack. */
const DEPTH_MAX = 100;

/**
 * Reads a text of the shell's language: the part of POSIX that people type into containers. Functions, `case`, here
 * documents and background commands are no part of it.
 * @throws SyntaxProblem
 */
export function parseShell(text: string): List {
  const parser = new Parser(new Cursor(text), 0);
  const list = parser.list();
  parser.expectEnd();
  return list;
}

class Parser {
  readonly #cursor: Cursor;
  #depth: number;

  constructor(cursor: Cursor, depth: number) {
    if (depth > DEPTH_MAX) throw new SyntaxProblem('syntax error: too deeply nested');
    this.#cursor = cursor;
    this.#depth = depth;
  }

  expectEnd(): void {
    this.#skipLines();
    if (this.#cursor.at < this.#cursor.text.length) throw this.#unexpected();
  }

  list(): List {
    const list: AndOr[] = [];
    for (;;) {
      this.#skipLines();
      if (this.#atEnd()) return list;
      list.push(this.#andOr());
      this.#skipBlanks();
      if (this.#cursor.take(';') || this.#cursor.next === '\n') continue;
      return list;
    }
  }

  #andOr(): AndOr {
    const first = this.#pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      this.#skipBlanks();
      const operator = this.#cursor.take('&&') ? '&&' : this.#cursor.take('||') ? '||' : undefined;
      if (operator === undefined) return { first, rest };
      this.#skipLines();
      rest.push({ operator, pipeline: this.#pipeline() });
    }
  }

  #pipeline(): Pipeline {
    const negated = this.#takeWord('!');
    const commands = [this.#command()];
    for (;;) {
      this.#skipBlanks();
      if (this.#cursor.rest.startsWith('||') || !this.#cursor.take('|')) return { negated, commands };
      this.#skipLines();
      commands.push(this.#command());
    }
  }

  #command(): ShellCommand {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new SyntaxProblem('syntax error: too deeply nested');
    const command = this.#compound() ?? this.#simple();
    this.#depth -= 1;
    return command;
  }

  #compound(): ShellCommand | undefined {
    this.#skipBlanks();
    if (this.#cursor.take('(')) {
      const body = this.#nonEmpty();
      if (!this.#cursor.take(')')) throw this.#unexpected();
      return { type: 'group', body, subshell: true, redirects: this.#redirects() };
    }
    if (this.#takeWord('{')) {
      const body = this.#nonEmpty();
      this.#expectWord('}');
      return { type: 'group', body, subshell: false, redirects: this.#redirects() };
    }
    if (this.#takeWord('if')) return this.#if();
    if (this.#takeWord('while')) return this.#loop(false);
    if (this.#takeWord('until')) return this.#loop(true);
    return this.#takeWord('for') ? this.#for() : undefined;
  }

  #if(): ShellCommand {
    const branches = [];
    do {
      const condition = this.#nonEmpty();
      this.#expectWord('then');
      branches.push({ condition, body: this.#nonEmpty() });
    } while (this.#takeWord('elif'));
    const otherwise = this.#takeWord('else') ? this.#nonEmpty() : undefined;
    this.#expectWord('fi');
    return { type: 'if', branches, otherwise, redirects: this.#redirects() };
  }

  #loop(until: boolean): ShellCommand {
    const condition = this.#nonEmpty();
    const body = this.#body();
    return { type: 'loop', until, condition, body, redirects: this.#redirects() };
  }

  #for(): ShellCommand {
    this.#skipBlanks();
    const [name] = nameText.exec(this.#cursor.rest) ?? [];
    if (name === undefined) throw this.#unexpected();
    this.#cursor.at += name.length;
    const words: Word[] = [];
    this.#skipLines();
    if (this.#takeWord('in')) {
      for (let word = this.#word(); word !== undefined; word = this.#word()) words.push(word);
    } else words.push([{ type: 'variable', name: '@', quoted: true }]);
    this.#skipBlanks();
    this.#cursor.take(';');
    this.#skipLines();
    const body = this.#body();
    return { type: 'for', name, words, body, redirects: this.#redirects() };
  }

  #body(): List {
    this.#expectWord('do');
    const body = this.#nonEmpty();
    this.#expectWord('done');
    return body;
  }

  #simple(): ShellCommand {
    const assignments: [string, Word][] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const redirect = this.#redirect();
      if (redirect !== undefined) {
        redirects.push(redirect);
        continue;
      }
      const assigned = words.length === 0 ? /^[ \t]*([A-Za-z_]\w*)=/.exec(this.#cursor.rest) : null;
      if (assigned !== null) {
        this.#cursor.at += assigned[0].length;
        assignments.push([assigned[1] ?? '', readWord(this.#cursor, this.#inner) ?? []]);
        continue;
      }
      const word = this.#word();
      if (word === undefined) break;
      words.push(word);
    }
    if (assignments.length + words.length + redirects.length === 0) throw this.#unexpected();
    return { type: 'simple', assignments, words, redirects };
  }

  #redirects(): Redirect[] {
    const redirects: Redirect[] = [];
    for (let next = this.#redirect(); next !== undefined; next = this.#redirect()) redirects.push(next);
    return redirects;
  }

  #redirect(): Redirect | undefined {
    this.#skipBlanks();
    const [all, digit = '', operator = ''] = /^([012]?)(>>|>&|>|<)/.exec(this.#cursor.rest) ?? [];
    if (all === undefined) return undefined;
    if (this.#cursor.rest.startsWith('<<')) throw new SyntaxProblem('here documents are not simulated');
    this.#cursor.at += all.length;
    const target = this.#word();
    if (target === undefined) throw this.#unexpected();
    const kinds = { '>>': 'append', '>&': 'duplicate', '>': 'write', '<': 'read' } as const;
    const kind = kinds[operator as keyof typeof kinds];
    const fd = digit === '' ? (operator === '<' ? 0 : 1) : (Number(digit) as Redirect['fd']);
    return { fd, kind, target };
  }

  #word(): Word | undefined {
    this.#skipBlanks();
    return readWord(this.#cursor, this.#inner);
  }

  readonly #inner = (cursor: Cursor): List => new Parser(cursor, this.#depth + 1).list();

  #nonEmpty(): List {
    const list = this.list();
    if (list.length === 0) throw this.#unexpected();
    return list;
  }

  /** Whether what follows is one of the words that end a list. */
  #atEnd(): boolean {
    const { rest } = this.#cursor;
    if (rest === '' || rest.startsWith(')')) return true;
    return CLOSING.some((word) => startsWithWord(rest, word));
  }

  #takeWord(word: string): boolean {
    this.#skipLines();
    return startsWithWord(this.#cursor.rest, word) && this.#cursor.take(word);
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected();
  }

  #skipBlanks(): void {
    const [blanks = ''] = /^(?:[ \t]|\\\n)*(?:#[^\n]*)?/.exec(this.#cursor.rest) ?? [];
    this.#cursor.at += blanks.length;
  }

  #skipLines(): void {
    do this.#skipBlanks();
    while (this.#cursor.take('\n'));
  }

  #unexpected(): SyntaxProblem {
    const { rest } = this.#cursor;
    if (rest === '') return new SyntaxProblem('syntax error: unexpected end of file', true);
    if (rest.startsWith('&')) return new SyntaxProblem('background commands are not simulated');
    const [found = ''] = /^(?:\n|;;|&&|\|\||[;|()<>]|[^\s;|()<>&]+)/.exec(rest) ?? [];
    return new SyntaxProblem(
      `syntax error: unexpected ${found === '\n' ? 'newline' : JSON.stringify(found)}`,
    );
  }
}

function startsWithWord(text: string, word: string): boolean {
  return text.startsWith(word) && /^$|^[\s;|&()<>]/.test(text.slice(word.length, word.length + 1));
}
