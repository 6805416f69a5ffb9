import { wireError } from './errors.ts';
import { goStringFromBytes, goStringToBytes } from './go-string.ts';

/**
 * Parsed JSON that keeps what Go's encoding/json can see and JSON.parse loses: duplicate keys in order, the
 * spelling of numbers, and keys such as `__proto__` as plain data.
 */
export type GoJson = null | boolean | string | GoJsonNumber | GoJsonArray | GoJsonObject;
export type GoJsonNumber = { readonly kind: 'number'; readonly literal: string };
export type GoJsonArray = { readonly kind: 'array'; readonly items: GoJson[] };
export type GoJsonObject = { readonly kind: 'object'; readonly entries: [string, GoJson][] };

/** Go encoding/json/scanner.go maxNestingDepth. */
const nestingDepthMax = 10_000;

type Open = { value: GoJsonArray | GoJsonObject; key: string };

/**
 * Parses as Go's json.Unmarshal does: strict grammar, invalid UTF-8 and lone surrogate escapes become U+FFFD.
 *
 * @throws WireError WIRE_ERR_CONNECT_JSON with what was found where
 */
export function parseGoJson(bytes: Uint8Array): GoJson {
  const text = goStringFromBytes(bytes).toWellFormed();
  let at = 0;

  const fail = (found = at < text.length ? `unexpected ${JSON.stringify(text[at])}` : 'an early end') =>
    wireError('WIRE_ERR_CONNECT_JSON', { found, offset: at });
  const skipBlanks = () => {
    while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  };
  const take = (char: string) => {
    skipBlanks();
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };

  const readString = (): string => {
    skipBlanks();
    if (text[at] !== '"') throw fail();
    const start = at;
    at += 1;
    while (text[at] !== '"') {
      if (at >= text.length || (text[at] ?? '') < ' ') throw fail();
      at += text[at] === '\\' ? 2 : 1;
    }
    at += 1;
    try {
      // The grammar of one string literal is the same in Go and JavaScript.
      return (JSON.parse(text.slice(start, at)) as string).toWellFormed();
    } catch {
      at = start;
      throw fail('a string with a broken escape');
    }
  };

  const readScalar = (): GoJson => {
    if (text[at] === '"') return readString();
    for (const [literal, value] of [
      ['null', null],
      ['true', true],
      ['false', false],
    ] as const) {
      if (text.startsWith(literal, at)) {
        at += literal.length;
        return value;
      }
    }
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    number.lastIndex = at;
    const literal = number.exec(text)?.[0];
    if (literal === undefined) throw fail();
    at += literal.length;
    return { kind: 'number', literal };
  };

  const readKey = (top: Open) => {
    top.key = readString();
    if (!take(':')) throw fail();
  };

  // An explicit stack, because deep nesting must not end in a RangeError.
  const stack: Open[] = [];
  for (;;) {
    skipBlanks();
    let value: GoJson;
    if (text[at] === '{' || text[at] === '[') {
      if (stack.length >= nestingDepthMax) throw fail('more than 10000 levels of nesting');
      const isObject = text[at] === '{';
      const top: Open = {
        value: isObject ? { kind: 'object', entries: [] } : { kind: 'array', items: [] },
        key: '',
      };
      at += 1;
      if (!take(isObject ? '}' : ']')) {
        if (isObject) readKey(top);
        stack.push(top);
        continue;
      }
      value = top.value;
    } else {
      value = readScalar();
    }
    for (;;) {
      const top = stack.at(-1);
      if (top === undefined) {
        skipBlanks();
        if (at < text.length) throw fail();
        return value;
      }
      if (top.value.kind === 'object') top.value.entries.push([top.key, value]);
      else top.value.items.push(value);
      if (take(',')) {
        if (top.value.kind === 'object') readKey(top);
        break;
      }
      if (!take(top.value.kind === 'object' ? '}' : ']')) throw fail();
      stack.pop();
      value = top.value;
    }
  }
}

/**
 * One JSON string literal as Go's json.Marshal writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped, each
 * invalid UTF-8 byte written as the six characters `\ufffd`. Go encoding/json/encode.go appendString.
 *
 * @param shortEscapes whether `\b` and `\f` are used (Go >= 1.22)
 */
export function goJsonString(text: string, shortEscapes: boolean): string {
  // Lone surrogates that spell valid UTF-8 together must count as that character.
  const exact = text.isWellFormed() ? text : goStringFromBytes(goStringToBytes(text));
  let out = '"';
  for (const char of exact) out += escapeChar(char, shortEscapes);
  return `${out}"`;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeChar(char: string, shortEscapes: boolean): string {
  const fixed = escapes[char];
  if (fixed !== undefined) return fixed;
  if (shortEscapes && char === '\b') return '\\b';
  if (shortEscapes && char === '\f') return '\\f';
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x20 || '<>&\u2028\u2029'.includes(char)) return `\\u${code.toString(16).padStart(4, '0')}`;
  return code >= 0xd800 && code <= 0xdfff ? '\\ufffd' : char;
}
