import { goQuote } from './structured-log.ts';

export type Token =
  | 'INVALID'
  | 'EOF'
  | 'LINEBREAK'
  | 'WHITESPACE'
  | 'HELP'
  | 'TYPE'
  | 'TEXT'
  | 'COMMENT'
  | 'MNAME'
  | 'BOPEN'
  | 'BCLOSE'
  | 'LNAME'
  | 'LVALUE'
  | 'QSTRING'
  | 'COMMA'
  | 'EQUAL'
  | 'TIMESTAMP'
  | 'VALUE';

type State = 'init' | 'comment' | 'meta1' | 'meta2' | 'labels' | 'lvalue' | 'value' | 'timestamp';

/** What a state accepts: the longest match counts, of equal ones the first. */
type Rule = readonly [pattern: RegExp, token: Token, next?: State];

const blank: Rule = [/[ \t]+/y, 'WHITESPACE'];
const name: Rule = [/[a-zA-Z_:][a-zA-Z_:0-9]*/y, 'MNAME', 'value'];
const rules: Readonly<Record<State, readonly Rule[]>> = {
  init: [[/\0/y, 'EOF'], [/\n/y, 'LINEBREAK', 'init'], blank, name],
  comment: [blank, [/HELP[\t ]+/y, 'HELP', 'meta1'], [/TYPE[\t ]+/y, 'TYPE', 'meta1']],
  meta1: [blank, [/[a-zA-Z_:][a-zA-Z_:0-9]*/y, 'MNAME', 'meta2']],
  meta2: [blank, [/[^\n]*/y, 'TEXT', 'init']],
  labels: [
    blank,
    [/[a-zA-Z_][a-zA-Z_0-9]*/y, 'LNAME'],
    [/\}/y, 'BCLOSE', 'value'],
    [/=/y, 'EQUAL', 'lvalue'],
    [/,/y, 'COMMA'],
  ],
  lvalue: [blank, [/"(?:\\[^\n]|[^\\"])*"/y, 'LVALUE', 'labels']],
  value: [blank, [/\{/y, 'BOPEN', 'labels'], [/[^{ \t\n]+/y, 'VALUE', 'timestamp']],
  timestamp: [blank, [/[0-9]+/y, 'TIMESTAMP'], [/\n/y, 'LINEBREAK', 'init']],
};
const quoted = /"(?:\\[^\n]|[^\\"])*"/y;
/** Names may stand in quotes, inside of the braces. */
const withQuotedNames: typeof rules = {
  ...rules,
  init: [...rules.init, [/\{/y, 'BOPEN', 'labels']],
  meta1: [...rules.meta1, [quoted, 'MNAME', 'meta2']],
  labels: [...rules.labels, [quoted, 'QSTRING', 'labels']],
};

/**
 * The tokens of the Prometheus text format. What no rule takes is INVALID and is not passed over.
 * prometheus/prometheus v2.5.0 pkg/textparse/promlex.l, v0.313.0 model/textparse/promlex.l.
 */
export class PrometheusLexer {
  readonly text: string;
  /** Where the last token began, and where the next one does. */
  start = 0;
  at = 0;
  #state: State = 'init';
  readonly #rules: Readonly<Record<State, readonly Rule[]>>;

  constructor(text: string, quotedNames: boolean) {
    this.text = text;
    this.#rules = quotedNames ? withQuotedNames : rules;
  }

  /** The next token that is not blank. */
  next(): Token {
    for (;;) {
      const token = this.#lex();
      if (token !== 'WHITESPACE') return token;
    }
  }

  /** The last token's text. */
  get token(): string {
    return this.text.slice(this.start, this.at);
  }

  /** The last token's text and one character more, quoted, as error messages have it. */
  get found(): string {
    return goQuote(this.text.slice(this.start, this.at + 1));
  }

  #lex(): Token {
    if (this.at >= this.text.length) return 'EOF';
    this.start = this.at;
    if (this.#state === 'init' && this.text[this.at] === '#') {
      const blanks = /#[ \t]+/y;
      blanks.lastIndex = this.at;
      if (!blanks.test(this.text)) return this.#comment();
      this.at = blanks.lastIndex;
      this.#state = 'comment';
    }
    let best: { rule: Rule; end: number } | undefined;
    for (const rule of this.#rules[this.#state]) {
      const [pattern] = rule;
      pattern.lastIndex = this.at;
      if (pattern.test(this.text) && (best === undefined || pattern.lastIndex > best.end)) {
        best = { rule, end: pattern.lastIndex };
      }
    }
    if (best === undefined) {
      if (this.#state === 'comment') return this.#comment();
      this.#passUnclosed();
      return 'INVALID';
    }
    const [, token, next] = best.rule;
    this.at = best.end;
    this.#state = next ?? this.#state;
    return token;
  }

  /** A string without an end is read to where it cannot go on, and that much is gone. */
  #passUnclosed(): void {
    const inLabels = this.#state === 'labels' && this.#rules === withQuotedNames;
    if (this.#state !== 'lvalue' && !inLabels) return;
    const begun = /"(?:\\[^\n]|[^\\"])*\\?/y;
    begun.lastIndex = this.at;
    if (begun.test(this.text)) this.at = begun.lastIndex;
  }

  #comment(): Token {
    const end = this.text.slice(this.at).search(/[\n\0]/);
    this.at = end < 0 ? this.text.length : this.at + end;
    if (this.text[this.at] !== '\n') return 'EOF';
    this.#state = 'init';
    return 'COMMENT';
  }
}
