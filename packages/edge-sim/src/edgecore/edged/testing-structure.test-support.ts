/**
 * Compares answers by structure: everything but values must be the same, so that an answer of the simulator
 * can be held against one that real code gave on another machine. What two runs may differ in (numbers,
 * times, generated ids, order that is random in Go) is replaced or sorted; anything else stays as it is.
 */

const REPLACED: readonly [pattern: RegExp, by: string][] = [
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-(?!0000)[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9a-f]{32}\b/g, '<machine-id>'],
  [/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/g, '<mac>'],
  [/overlay_0-\d+/g, 'overlay_0-<n>'],
  // The attempt, at the end of Docker's name of a container.
  [/(k8s_[^"]*_)\d+(?=")/g, '$1<attempt>'],
];

/** Replaces generated ids wherever they stand in a text. */
export function withoutGeneratedIds(text: string): string {
  return REPLACED.reduce((result, [pattern, by]) => result.replace(pattern, by), text);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const FINE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;

/** Options of {@link jsonStructure}. */
export interface JsonStructureOptions {
  /** Keys whose string values differ between two machines; replaced by `<text>`. */
  looseKeys?: readonly string[];
  /** Keep whole seconds and fractions of them apart (default true). */
  exactTimes?: boolean;
}

/**
 * The structure of a JSON text: key order and presence, types, strings, null and time formats stay; numbers
 * become 0; arrays of named things are sorted by name, as Go's maps give them in any order.
 */
export function jsonStructure(text: string, options: JsonStructureOptions = {}): unknown {
  const { looseKeys = [], exactTimes = true } = options;
  const plain = (value: unknown, key: string): unknown => {
    if (typeof value === 'number') return 0;
    if (typeof value === 'string') {
      if (TIME.test(value)) return '<time>';
      if (FINE_TIME.test(value)) return exactTimes ? '<fine time>' : '<time>';
      return looseKeys.includes(key) ? '<text>' : value;
    }
    if (Array.isArray(value)) {
      return value.map((item) => plain(item, key)).sort((a, b) => compare(sortKey(a), sortKey(b)));
    }
    if (typeof value !== 'object' || value === null) return value;
    // Pairs instead of an object, so that the order of the keys counts.
    return Object.entries(value).map(([name, item]) => [name, plain(item, name)]);
  };
  return plain(JSON.parse(withoutGeneratedIds(text)), '');
}

const sortKey = (value: unknown) => JSON.stringify(value);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** How a JSON text is laid out: `compact`, or the blanks per level, and what follows its end. */
export function jsonLayout(text: string): { indent: number; end: string } {
  const body = text.trimEnd();
  const indent = /^[{[]\n( +)/.exec(body)?.[1]?.length ?? 0;
  return { indent, end: text.slice(body.length) };
}

/** A Prometheus text taken apart: its comment lines in order, and its rows without values. */
export interface PrometheusStructure {
  /** HELP and TYPE lines, in order. */
  comments: string[];
  /** Rows, ids replaced, `<value>` and `<ms>` for numbers; sorted, because the ids decided their order. */
  rows: string[];
  /** Rows whose own order is not that of client_golang, as `family: row`. Should be empty. */
  misplaced: string[];
  /** Values that Go would write in another way. Should be empty. */
  oddValues: string[];
}

const ROW = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: (-?\d+))?$/;

/**
 * @throws Error for a line that is neither a comment nor a row, and when the text does not end with a newline
 */
export function prometheusStructure(
  text: string,
  formatFloat: (value: number) => string,
): PrometheusStructure {
  const result: PrometheusStructure = { comments: [], rows: [], misplaced: [], oddValues: [] };
  let before: { family: string; values: string[] } | undefined;
  const lines = text.split('\n');
  if (text !== '' && lines.pop() !== '') throw new Error('the text does not end with a newline');
  for (const line of lines) {
    if (line.startsWith('#')) {
      result.comments.push(line);
      continue;
    }
    if (line === '') continue;
    const [, family, labels = '', value, at] = ROW.exec(line) ?? [];
    if (family === undefined || value === undefined) throw new Error(`not a row: ${line}`);
    const number = Number(value.replace('Inf', 'Infinity'));
    if (value !== formatFloat(number)) result.oddValues.push(line);
    const values = [...labels.matchAll(/="((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
    if (before?.family === family && !ascending(before.values, values)) result.misplaced.push(line);
    // A histogram's rows are ordered by their bounds, not by their labels.
    before = /\ble=|\bquantile=/.test(labels) ? undefined : { family, values };
    const braces = labels === '' ? '' : `{${withoutGeneratedIds(labels)}}`;
    result.rows.push(`${family}${braces} <value>${at === undefined ? '' : ' <ms>'}`);
  }
  result.rows.sort(compare);
  return result;
}

function ascending(before: readonly string[], after: readonly string[]): boolean {
  for (const [index, value] of before.entries()) {
    const order = compare(value, after[index] ?? '');
    if (order !== 0) return order < 0;
  }
  return true;
}
