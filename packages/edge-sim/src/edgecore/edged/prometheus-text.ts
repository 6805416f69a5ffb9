import { formatFloat } from './go-format.ts';

/** Label names and values; the writer sorts the names. */
export type Labels = Readonly<Record<string, string>>;

/** One sample. `timestampMs` is left out of the text when absent. */
export interface Sample {
  labels: Labels;
  value: number;
  timestampMs?: number | undefined;
}

/** Counts of a histogram by upper bound (cumulative), or values of a summary by quantile. */
export interface Distribution {
  labels: Labels;
  points: readonly { bound: number; value: number }[];
  sum: number;
  count: number;
}

/** A metric family; one without samples is not written, as the registry drops it. */
export type Family = { name: string; help: string } & (
  | { type: 'counter' | 'gauge'; samples: readonly Sample[] }
  | { type: 'histogram' | 'summary'; distributions: readonly Distribution[] }
);

/** What `promhttp` calls `FmtText`. */
export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Writes families in the text format 0.0.4: families by name, samples by their label values, label names in
 * order, a newline after every line.
 * Source: prometheus/client_golang v1.7.1 prometheus/internal/metric.go (order), prometheus/common v0.10.0
 * expfmt/text_create.go (text), as vendored in kubeedge v1.6.1.
 */
export function writePrometheusText(families: readonly Family[]): string {
  return [...families]
    .filter((family) => ('samples' in family ? family.samples : family.distributions).length > 0)
    .sort((a, b) => compareText(a.name, b.name))
    .map((family) => `${familyHead(family)}${familyBody(family)}`)
    .join('');
}

function familyHead({ name, help, type }: Family): string {
  const escaped = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

function familyBody(family: Family): string {
  if ('samples' in family) {
    return bySortedLabels(family.samples)
      .map(({ pairs, item }) => sampleLine(family.name, pairs, item.value, item.timestampMs))
      .join('');
  }
  return bySortedLabels(family.distributions)
    .map(({ pairs, item }) =>
      family.type === 'histogram'
        ? histogramLines(family.name, pairs, item)
        : summaryLines(family.name, pairs, item),
    )
    .join('');
}

type Pairs = readonly (readonly [name: string, value: string])[];

function histogramLines(name: string, pairs: Pairs, { points, sum, count }: Distribution): string {
  const buckets = [...points, { bound: Number.POSITIVE_INFINITY, value: count }].map(({ bound, value }) =>
    sampleLine(`${name}_bucket`, [...pairs, ['le', formatFloat(bound)]], value),
  );
  return buckets.join('') + totals(name, pairs, sum, count);
}

function summaryLines(name: string, pairs: Pairs, { points, sum, count }: Distribution): string {
  const quantiles = points.map(({ bound, value }) =>
    sampleLine(name, [...pairs, ['quantile', formatFloat(bound)]], value),
  );
  return quantiles.join('') + totals(name, pairs, sum, count);
}

function totals(name: string, pairs: Pairs, sum: number, count: number): string {
  return sampleLine(`${name}_sum`, pairs, sum) + sampleLine(`${name}_count`, pairs, count);
}

function sampleLine(name: string, pairs: Pairs, value: number, timestampMs?: number): string {
  const labels = pairs.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(',');
  const at = timestampMs === undefined ? '' : ` ${timestampMs}`;
  return `${name}${labels === '' ? '' : `{${labels}}`} ${formatFloat(value)}${at}\n`;
}

function escapeLabel(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

/** Pairs each item with its labels in order and sorts the items by label values. */
function bySortedLabels<T extends { labels: Labels }>(items: readonly T[]): { pairs: Pairs; item: T }[] {
  return items
    .map((item) => ({ pairs: Object.entries(item.labels).sort(([a], [b]) => compareText(a, b)), item }))
    .sort((a, b) => comparePairs(a.pairs, b.pairs));
}

function comparePairs(a: Pairs, b: Pairs): number {
  if (a.length !== b.length) return a.length - b.length;
  for (const [index, [, value]] of a.entries()) {
    const order = compareText(value, b[index]?.[1] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
