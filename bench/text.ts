import { type Measurement, type Result, ratio } from './result.ts';

/** A result as Markdown, ratios first, which a terminal shows just as well. `machine` says where it was measured. */
export function resultText(result: Result, machine: string): string {
  const { benchmark, title, measurements, notes } = result;
  const head = headings(result);
  const body = measurements.map((found) => cells(result, found));
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((row) => (row[column] ?? '').length)),
  );
  const row = (texts: readonly string[]) =>
    `| ${texts.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const table = [row(head), row(rule), ...body.map(row)];
  const list = [`${machine}; \`npm run bench -- ${benchmark}\`.`, ...notes].map((note) => `- ${note}`);
  return [`## ${title}`, '', ...table, '', ...list, ''].join('\n');
}

function headings({ unit, measurements }: Result): string[] {
  const [first] = measurements;
  const baselines = first?.baselines ?? [];
  const { elsewhere } = first ?? {};
  return [
    'case',
    ...baselines.map(({ name }) => `ratio to ${name}`),
    ...(elsewhere === undefined ? [] : [`ratio to ${elsewhere.name}`]),
    unit,
    ...baselines.map(({ name }) => name),
    ...(elsewhere === undefined ? [] : [elsewhere.name]),
    ...Object.keys(first?.more ?? {}),
  ];
}

function cells(
  result: Result,
  { case: name, value, baselines, elsewhere, more = {} }: Measurement,
): string[] {
  const beside = elsewhere === undefined ? baselines : [...baselines, elsewhere];
  return [
    name,
    ...beside.map((baseline) => ratioText(ratio(result, value, baseline.value))),
    figure(value),
    ...beside.map((baseline) => figure(baseline.value)),
    ...Object.values(more).map(String),
  ];
}

const ratioText = (value: number) => (value < 0.1 ? value.toPrecision(2) : value.toFixed(2));

/** Three digits at least, thousands apart. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
