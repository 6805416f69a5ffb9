/**
 * The text of encoding/json's error for bytes that are not JSON; undefined when they are.
 * Source: golang/go go1.14 src/encoding/json/scanner.go.
 */
export function goJsonSyntaxError(bytes: Uint8Array): string | undefined {
  const scanner = new SyntaxScanner(latin1(bytes));
  try {
    scanner.value();
    scanner.end();
    return undefined;
  } catch (error) {
    if (error instanceof GoSyntaxError) return error.message;
    throw error;
  }
}

/** One character a byte: what the scanner looks at is ASCII. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

class GoSyntaxError extends Error {}

/** A character in single quotes, as scanner.go quoteChar writes it. */
function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return "'\"'";
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

const NESTING_DEPTH_MAX = 10_000;

class SyntaxScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** A value with all that is in it. The open ones are on a list: nesting must not end in a full stack. */
  value(): void {
    const open: ('object' | 'array')[] = [];
    do {
      if (this.#begin(open)) continue;
      this.#afterValue(open);
    } while (open.length > 0);
  }

  /** Reads to the end of a plain value, or to the first of those in another; true when one follows. */
  #begin(open: ('object' | 'array')[]): boolean {
    const character = this.#next('looking for beginning of value', /["[{\-0-9tfn]/);
    if (character === '{') {
      if (this.#next('looking for beginning of object key string', /["}]/) === '}') return false;
      this.#key();
      return this.#open(open, 'object');
    }
    if (character === '[') {
      this.#blanks();
      if (this.#text[this.#at] !== ']') return this.#open(open, 'array');
      this.#at++;
      return false;
    }
    if (character === '"') this.#string();
    else if (LITERALS[character] !== undefined) this.#literal(LITERALS[character]);
    else this.#number(character);
    return false;
  }

  #open(open: ('object' | 'array')[], kind: 'object' | 'array'): true {
    // golang/go go1.15 src/encoding/json/scanner.go maxNestingDepth; go1.14 has none.
    if (open.length >= NESTING_DEPTH_MAX) throw new GoSyntaxError('exceeded max depth');
    open.push(kind);
    return true;
  }

  /** Closes what ends behind a value, up to one that goes on. */
  #afterValue(open: ('object' | 'array')[]): void {
    for (let kind = open.at(-1); kind !== undefined; kind = open.at(-1)) {
      if (kind === 'array') {
        if (this.#next('after array element', /[,\]]/) === ',') return;
      } else if (this.#next('after object key:value pair', /[,}]/) === ',') {
        this.#next('looking for beginning of object key string', /"/);
        this.#key();
        return;
      }
      open.pop();
    }
  }

  #key(): void {
    this.#string();
    this.#next('after object key', /:/);
  }

  end(): void {
    this.#blanks();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
  }

  #string(): void {
    for (;;) {
      const character = this.#take('in string literal', /[^\0-\x1f]/);
      if (character === '"') return;
      if (character !== '\\') continue;
      if (this.#take('in string escape code', /[bfnrt\\/"u]/) !== 'u') continue;
      for (let digits = 0; digits < 4; digits++)
        this.#take('in \\u hexadecimal character escape', /[0-9a-fA-F]/);
    }
  }

  #literal(literal: string): void {
    for (const expected of literal.slice(1)) {
      this.#take(`in literal ${literal} (expecting ${quoteCharacter(expected)})`, new RegExp(expected));
    }
  }

  #number(first: string): void {
    const digit = first === '-' ? this.#take('in numeric literal', /[0-9]/) : first;
    if (digit !== '0') this.#skip(/[0-9]/);
    if (this.#skipOne(/\./)) {
      this.#take('after decimal point in numeric literal', /[0-9]/);
      this.#skip(/[0-9]/);
    }
    if (!this.#skipOne(/[eE]/)) return;
    this.#skipOne(/[+-]/);
    this.#take('in exponent of numeric literal', /[0-9]/);
    this.#skip(/[0-9]/);
  }

  /** The next character that is not blank. */
  #next(context: string, allowed: RegExp): string {
    this.#blanks();
    return this.#take(context, allowed);
  }

  #take(context: string, allowed: RegExp): string {
    const character = this.#text[this.#at];
    if (character === undefined || !allowed.test(character)) this.#fail(context);
    this.#at++;
    return character;
  }

  #skipOne(allowed: RegExp): boolean {
    const found = allowed.test(this.#text[this.#at] ?? '');
    if (found) this.#at++;
    return found;
  }

  #skip(allowed: RegExp): void {
    while (this.#skipOne(allowed));
  }

  #blanks(): void {
    this.#skip(/[ \t\r\n]/);
  }

  #fail(context: string): never {
    const character = this.#text[this.#at];
    if (character === undefined) throw new GoSyntaxError('unexpected end of JSON input');
    throw new GoSyntaxError(`invalid character ${quoteCharacter(character)} ${context}`);
  }
}
