/** A quantity in units of 10⁻⁹: nanocores, or bytes times 10⁹. */
export type Nano = bigint;

const NANO = 1_000_000_000n;

const decimalSuffixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * Parses a quantity text such as `250m`, `3944780Ki`, `1.5`, `12e6`; undefined when it is none. What is finer
 * than 10⁻⁹ is rounded up, as the real parser does (kubernetes/apimachinery v0.19.3
 * pkg/api/resource/quantity.go).
 */
export function parseQuantity(text: string): Nano | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(whole + fraction);
  const binary = binarySuffixes.indexOf(suffix);
  const magnitude =
    binary > 0
      ? divideUp(digits * 1024n ** BigInt(binary) * NANO, 10n ** BigInt(fraction.length))
      : scaled(digits, (decimalSuffixes[suffix] ?? Number(suffix.slice(1))) + 9 - fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

/** In thousandths, rounded up (Quantity.MilliValue). */
export const milliValue = (value: Nano): bigint => divideUp(value, 1_000_000n);

/** In units, rounded up (Quantity.Value). */
export const unitValue = (value: Nano): bigint => divideUp(value, NANO);

/**
 * `value` × 10^`exponent` as a decimal quantity, e.g. `123456u`, `100m`, `2k` (CanonicalizeBytes, DecimalSI).
 */
export function formatDecimal(value: bigint, exponent: number): string {
  if (value === 0n) return '0';
  let amount = value;
  let power = exponent;
  while (amount % 10n === 0n) {
    amount /= 10n;
    power++;
  }
  // Suffixes exist for every third power only.
  while (power % 3 !== 0) {
    amount *= 10n;
    power--;
  }
  const suffix = Object.entries(decimalSuffixes).find(([, exponentOf]) => exponentOf === power)?.[0];
  return `${amount}${suffix ?? `e${power}`}`;
}

/** A number of bytes with the largest binary suffix that divides it, e.g. `4Mi`, `4000Ki`, `1536`. */
export function formatBinary(bytes: bigint): string {
  // Below 1Ki the real formatter falls back to the decimal form, e.g. 1000 is `1k`.
  if (bytes < 1024n) return formatDecimal(bytes, 0);
  let amount = bytes;
  let power = 0;
  while (amount >= 1024n && amount % 1024n === 0n) {
    amount /= 1024n;
    power++;
  }
  return `${amount}${binarySuffixes[power]}`;
}

function scaled(digits: bigint, exponent: number): bigint {
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideUp(digits, 10n ** BigInt(-exponent));
}

function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value > 0n && quotient * divisor !== value ? quotient + 1n : quotient;
}
