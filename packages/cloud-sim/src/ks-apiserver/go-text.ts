import { RE2JS } from 're2js';

// What Go's library reads and prints where it shows in an answer.

/** A text that Go refuses; the message is Go's. */
export class GoTextError extends Error {
  override readonly name = 'GoTextError';
}

const INT64_MAX = 2n ** 63n - 1n;

/** strconv.ParseInt(text, 10, 64). @throws GoTextError */
export function parseGoInt(text: string): bigint {
  const failed = (why: string) =>
    new GoTextError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw failed('invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  if (value > INT64_MAX || value < -INT64_MAX - 1n) throw failed('value out of range');
  return value;
}

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};

/** time.ParseDuration, in nanoseconds; Go 1.15 began to quote what it refuses. @throws GoTextError */
export function parseGoDuration(text: string, quotes: boolean): number {
  const quote = (part: string) => (quotes ? JSON.stringify(part) : part);
  const invalid = () => new GoTextError(`time: invalid duration ${quote(text)}`);
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0;
  if (rest === '') throw invalid();
  let nanoseconds = 0;
  while (rest !== '') {
    const number = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (number === undefined) throw invalid();
    rest = rest.slice(number.length);
    const unit = /^[^\d.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw new GoTextError(`time: missing unit in duration ${quote(text)}`);
    const each = unitNanoseconds[unit];
    if (each === undefined) {
      throw new GoTextError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`);
    }
    nanoseconds += Number(number) * each;
    rest = rest.slice(unit.length);
  }
  if (nanoseconds > Number(INT64_MAX)) throw invalid();
  return text.startsWith('-') ? -Math.trunc(nanoseconds) : Math.trunc(nanoseconds);
}

/** strconv.FormatFloat(value, 'f', -1, 64): never an exponent. */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = String(value);
  const [, sign, whole = '', fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${whole}${fraction}`;
  return `${sign}${whole}${fraction.padEnd(power, '0')}`;
}

/** strconv.ParseFloat for the values of a Prometheus answer. */
export function parseGoFloat(text: string): number {
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^nan$/i.test(text) ? Number.NaN : Number(text);
}

/** Whether a pattern of Go's regexp package is found in a text, in linear time. @throws GoTextError */
export function goPattern(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    throw new GoTextError(error instanceof Error ? error.message : String(error));
  }
}

/** encoding/json's MarshalIndent with a blank, as go-restful writes an entity. */
export function goIndented(value: unknown): Buffer {
  const escapes: Record<string, string> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };
  const text = JSON.stringify(value, null, ' ');
  return Buffer.from(text.replace(/[<>&]/g, (character) => escapes[character] ?? character));
}
