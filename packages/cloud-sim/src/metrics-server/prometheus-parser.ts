import { PrometheusLexer, type Token } from './prometheus-lexer.ts';
import { goQuote } from './structured-log.ts';

/** How a release of the parser differs from others. */
export interface ParserTraits {
  /** Names may stand in quotes inside of the braces. */
  quotedNames: boolean;
  /** Errors quote what was found and what it belongs to. */
  explains: boolean;
  /** `expected text in HELP` goes on with what was there. */
  namesToken?: boolean;
  /** Underscores and hexadecimal exponents are refused in values. */
  plainFloats: boolean;
}

/** A sample; `series` is the name with its labels as written. */
export interface Sample {
  series: string;
  value: number;
  timestampMs?: bigint;
}

/** The text breaks the format; the message is the real one. */
export class PrometheusError extends Error {
  override readonly name = 'PrometheusError';
  /** True when the next try would stand before the same character, and the one after it, too. */
  readonly stuck: boolean;

  constructor(message: string, stuck: boolean) {
    super(message);
    this.stuck = stuck;
  }
}

/**
 * Reads samples one by one; undefined at the end.
 * prometheus/prometheus v2.5.0 pkg/textparse/promparse.go; v0.48.1, v0.304.2, v0.313.0
 * model/textparse/promparse.go.
 */
export class PrometheusParser {
  readonly #lexer: PrometheusLexer;
  readonly #traits: ParserTraits;
  /** Where the entry begins. */
  #start = 0;

  constructor(text: string, traits: ParserTraits) {
    this.#traits = traits;
    this.#lexer = new PrometheusLexer(`${text}\n`, traits.quotedNames);
  }

  /** @throws PrometheusError; the next call goes on behind it, or is stuck */
  next(): Sample | undefined {
    for (;;) {
      this.#start = this.#lexer.at;
      const token = this.#lexer.next();
      if (token === 'EOF') return undefined;
      if (token === 'HELP' || token === 'TYPE') this.#metadata(token);
      else if (token === 'COMMENT') this.#expect('LINEBREAK', 'linebreak expected after comment');
      else if (token === 'MNAME') return this.#sample();
      else if (token === 'BOPEN') return this.#braced();
      else if (token !== 'LINEBREAK') throw this.#notAStart(token);
    }
  }

  #metadata(kind: 'HELP' | 'TYPE'): void {
    const { explains, namesToken } = this.#traits;
    this.#expect('MNAME', `expected metric name after ${explains ? kind : 'HELP'}`);
    const token = this.#lexer.next();
    if (token !== 'TEXT') {
      const text = `expected text in ${explains ? kind : 'HELP'}`;
      throw explains
        ? this.#error(namesToken ? `${text}, got ${token}` : text)
        : this.#unexpected(text, token);
    }
    const text = this.#lexer.token.slice(1);
    if (kind === 'TYPE' && !/^(counter|gauge|histogram|summary|untyped)$/.test(text)) {
      throw this.#error(`invalid metric type ${goQuote(text)}`);
    }
    this.#expect('LINEBREAK', 'linebreak expected after metadata');
  }

  #sample(): Sample {
    let series = this.#entry();
    let token = this.#lexer.next();
    if (token === 'BOPEN') {
      this.#labels();
      series = this.#entry();
      token = this.#lexer.next();
    }
    return this.#suffix(series, token);
  }

  /** A sample whose name, if it has one, is in quotes inside of the braces. */
  #braced(): Sample {
    const named = this.#labels();
    const series = this.#entry();
    const token = this.#lexer.next();
    if (!named) throw this.#error(`metric name not set while parsing: ${goQuote(this.#entry())}`);
    return this.#suffix(series, token);
  }

  /** True when a name stood among the labels. */
  #labels(): boolean {
    let named = false;
    let token = this.#lexer.next();
    while (token !== 'BCLOSE') {
      const isQuoted = token === 'QSTRING';
      if (token !== 'LNAME' && !isQuoted) throw this.#unexpected('expected label name', token);
      token = this.#lexer.next();
      if (isQuoted && (token === 'COMMA' || token === 'BCLOSE')) {
        named = true;
        if (token === 'COMMA') token = this.#lexer.next();
        continue;
      }
      if (token !== 'EQUAL') throw this.#unexpected('expected equal', token);
      this.#expect('LVALUE', 'expected label value');
      token = this.#lexer.next();
      if (token === 'COMMA') token = this.#lexer.next();
    }
    return named;
  }

  #suffix(series: string, token: Token): Sample {
    const { explains } = this.#traits;
    // The old parser names the token that the entry began with.
    const got = (found: Token): Token => (explains ? found : 'MNAME');
    if (token !== 'VALUE') throw this.#unexpected('expected value after metric', got(token));
    const value = this.#float(this.#lexer.token);
    const after = this.#lexer.next();
    if (after === 'LINEBREAK') return { series, value };
    if (after !== 'TIMESTAMP') throw this.#unexpected('expected timestamp or new record', got(after));
    const timestampMs = this.#integer(this.#lexer.token);
    const end = this.#lexer.next();
    if (end !== 'LINEBREAK') throw this.#unexpected('expected next entry after timestamp', got(end));
    return { series, value, timestampMs };
  }

  #float(text: string): number {
    const refuse = (message: string) => this.#error(this.#whileParsing(message));
    if (this.#traits.plainFloats && /[pP_]/.test(text)) throw refuse('unsupported character in float');
    const parsed = goFloat(text);
    if (typeof parsed === 'number') return parsed;
    throw refuse(`strconv.ParseFloat: parsing ${goQuote(text)}: ${parsed}`);
  }

  #integer(text: string): bigint {
    const value = BigInt(text);
    if (value < 2n ** 63n) return value;
    throw this.#error(this.#whileParsing(`strconv.ParseInt: parsing ${goQuote(text)}: value out of range`));
  }

  #expect(token: Token, problem: string): void {
    const found = this.#lexer.next();
    if (found !== token) throw this.#unexpected(problem, found);
  }

  #entry(): string {
    return this.#lexer.text.slice(this.#start, this.#lexer.at);
  }

  #whileParsing(message: string): string {
    return this.#traits.explains ? `${message} while parsing: ${goQuote(this.#entry())}` : message;
  }

  #notAStart(token: Token): PrometheusError {
    if (this.#traits.explains) return this.#unexpected('expected a valid start token', token);
    return this.#error(`${goQuote(token)} is not a valid start token`);
  }

  #unexpected(problem: string, token: Token): PrometheusError {
    if (!this.#traits.explains) return this.#error(`${problem}, got ${goQuote(token)}`);
    const { text, at, found } = this.#lexer;
    const entry = goQuote(text.slice(this.#start, at + 1));
    return this.#error(`${problem}, got ${found} (${goQuote(token)}) while parsing: ${entry}`);
  }

  #error(message: string): PrometheusError {
    return new PrometheusError(message, this.#start === this.#lexer.at);
  }
}

/** Go's strconv.ParseFloat of a decimal, or why not. */
function goFloat(text: string): number | string {
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (word !== null) {
    if (/nan/i.test(text)) return word[1] === '' ? Number.NaN : 'invalid syntax';
    return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const digits = text.replaceAll('_', '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) return 'invalid syntax';
  const value = Number(digits);
  return Number.isFinite(value) ? value : 'value out of range';
}
