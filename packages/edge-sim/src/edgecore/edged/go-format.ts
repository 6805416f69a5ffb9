/**
 * Decimal exponents from which Go's shortest 'g' uses the exponent form; golang/go go1.14
 * src/strconv/ftoa.go.
 */
const EXPONENT_BELOW = -4;
const EXPONENT_FROM = 6;

/**
 * A float as Go's `strconv.FormatFloat(v, 'g', -1, 64)` writes it, e.g. `2.449399808e+09`, `0.00607277`,
 * `+Inf`.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [mantissa, exponentText] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  const sign = value < 0 ? '-' : '';
  if (exponent < EXPONENT_BELOW || exponent >= EXPONENT_FROM) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return sign + plainDecimal(mantissa.replace('.', ''), exponent);
}

function plainDecimal(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/**
 * JSON as Go's encoding/json writes it: HTML characters escaped, absent fields (undefined) left out. `indent`
 * is the number of blanks per level, 0 for one line. No final newline.
 */
export function formatJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * An unsigned 64-bit number that a double cannot hold, for {@link formatJson}; `digits` are written as they
 * are.
 */
export function bigNumber(digits: string): unknown {
  // JSON.rawJSON is in V8 since 11.4, not yet in TypeScript's library.
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
}

/** A metav1.Time in JSON: RFC 3339, UTC, whole seconds (a fraction is cut off); null for the zero time. */
export function formatMetaTime(atMs: number | undefined): string | null {
  return atMs === undefined ? null : `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

/** A time.Time in JSON: RFC 3339 with as many fraction digits as are not zero. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** A CPU quantity as apimachinery prints it: whole cores bare, else millicores. */
export function formatCpuQuantity(milli: number): string {
  return milli % 1_000 === 0 ? String(milli / 1_000) : `${milli}m`;
}

/** A memory quantity as apimachinery prints a binary one: the largest suffix that divides it, e.g. `64Mi`. */
export function formatMemoryQuantity(bytes: number): string {
  const suffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  let rest = bytes;
  let power = 0;
  while (rest !== 0 && rest % 1_024 === 0 && power < suffixes.length - 1) {
    rest /= 1_024;
    power++;
  }
  return `${rest}${suffixes[power]}`;
}
