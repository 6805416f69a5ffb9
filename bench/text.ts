import { type Measurement, type Result, ratio } from './result.ts';

/** A result as a table of Markdown, ratios first, which a terminal shows just as well. */
export function resultText(result: Result): string {
  const { title, measurements, notes } = result;
  const rows = [headings(result), ...measurements.map((measurement) => cells(result, measurement))];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [`## ${title}`, '', line(head), rule, ...body.map(line), '', ...notes, ''].join('\n');
}

function headings({ unit, measurements }: Result): string[] {
  const [first] = measurements;
  const baselines = first?.baselines ?? [];
  return [
    'case',
    ...baselines.map(({ name }) => `ratio to ${name}`),
    unit,
    ...baselines.map(({ name }) => name),
    ...Object.keys(first?.more ?? {}),
  ];
}

function cells(result: Result, { case: name, value, baselines, more = {} }: Measurement): string[] {
  return [
    name,
    ...baselines.map((baseline) => ratio(result, value, baseline.value).toFixed(2)),
    figure(value),
    ...baselines.map((baseline) => figure(baseline.value)),
    ...Object.values(more).map(String),
  ];
}

/** Three digits at least, thousands apart. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}
