/** The command line is not one that metrics-server takes; the message is the real one. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export type FlagKind = 'bool' | 'int' | 'string' | 'duration';

/** Flags by name and what each takes. */
export type KnownFlags = Readonly<Record<string, FlagKind>>;

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's time.ParseDuration in milliseconds, e.g. `1m30s`; undefined when it is none. */
export function durationFlag(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount = '0', , unit = 'ms'] of text.matchAll(/(\d+(\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (unitsMs[unit] ?? 0);
  }
  return text.startsWith('-') ? -ms : ms;
}
