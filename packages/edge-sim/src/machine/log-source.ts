/**
 * What a container prints: closed forms of time, so that every line of its past can be told without keeping
 * it. `{n}` in a text is the number of the line (of the whole text, for `multi-line`), from 0.
 */
export type LogSource = (
  | { readonly shape: 'silent' }
  /** A line every so often. */
  | { readonly shape: 'steady'; readonly everyMs: number; readonly text: string }
  /** Some lines at one moment, then nothing for a while. */
  | { readonly shape: 'burst'; readonly everyMs: number; readonly lines: number; readonly text: string }
  /** A text of several lines at one moment, as a stack trace is. */
  | { readonly shape: 'multi-line'; readonly everyMs: number; readonly text: string }
  /** Without pause, from the start of the container; 1000 a second at most. */
  | { readonly shape: 'endless'; readonly everyMs: number; readonly text: string }
) & {
  /** Default stdout. */
  readonly stream?: 'stdout' | 'stderr';
};

/** The lines of a source: line `n` is printed `offsetMs(n)` after the start of the container. */
export interface LogLines {
  /** Lines printed up to and including a moment, in ms after the start. */
  countAt(elapsedMs: number): number;
  /** When a line is printed, in ms after the start. */
  offsetMs(line: number): number;
  /** Nanoseconds that a line comes after the one before it, within one moment. */
  offsetNs(line: number): number;
  /** With its newline. */
  text(line: number): string;
}

/** Lines of one moment are a microsecond apart. */
const LINE_NS = 1_000;

/** The lines that a source prints. @throws RangeError for an `everyMs` that is no whole number above 0 */
export function linesOf(source: LogSource): LogLines {
  if (source.shape === 'silent') return silent;
  const { everyMs, text } = source;
  if (!Number.isInteger(everyMs) || everyMs < 1) {
    throw new RangeError(
      `Tried to print a log line every ${everyMs} ms, which is no whole number above 0. Give everyMs 1 or more.`,
    );
  }
  const parts = source.shape === 'multi-line' ? text.split('\n') : [text];
  const perMoment = source.shape === 'burst' ? source.lines : parts.length;
  const numberOf = (line: number) => (parts.length > 1 ? Math.floor(line / parts.length) : line);
  return {
    countAt: (elapsedMs) => (elapsedMs < 0 ? 0 : (Math.floor(elapsedMs / everyMs) + 1) * perMoment),
    offsetMs: (line) => Math.floor(line / perMoment) * everyMs,
    offsetNs: (line) => (line % perMoment) * LINE_NS,
    text: (line) => `${(parts[line % parts.length] ?? '').replaceAll('{n}', `${numberOf(line)}`)}\n`,
  };
}

const silent: LogLines = {
  countAt: () => 0,
  offsetMs: () => Number.POSITIVE_INFINITY,
  offsetNs: () => 0,
  text: () => '',
};
