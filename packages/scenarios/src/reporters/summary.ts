import { mermaidDiagram } from '../report/mermaid.ts';
import type { Lang } from '../text.ts';
import { type CaseReport, type RunReport, totalsOf } from './reporter.ts';
import { words } from './words.ts';

/** GitHub takes 1 MiB of summary per step and shows nothing of a longer one; a part is left to other steps' commands. */
const SUMMARY_BYTES_MAX = 1_000_000;

const marks = { passed: '✅', failed: '❌', error: '💥', 'not-played': '⏭️' } as const;

/** The job summary: a table of the cases, and of each that did not pass cause, evidence and a diagram of the request. */
export function summaryMarkdown({ cases, durationMs }: RunReport, lang: Lang): string {
  const totals = totalsOf(cases);
  const counts = (['passed', 'failed', 'error', 'not-played'] as const)
    .filter((status) => totals[status] > 0)
    .map((status) => `${totals[status]} ${words[status][lang]}`);
  const head = `## kubeedge-sim: ${counts.join(' · ')} · ${(durationMs / 1_000).toFixed(1)} s\n\n`;
  const rows = cases.map((report) => row(report, lang));
  const details = cases
    .filter(({ status }) => status === 'failed' || status === 'error')
    .map((report) => section(report, lang));
  const title = words.table[lang];
  return fitting(
    [head, `${title}\n${title.replace(/[^|]+/g, ' --- ')}\n`],
    [...rows, '\n', ...details],
    lang,
  );
}

/** As many of the parts as there is room for, and how many there was none for. */
function fitting(head: readonly string[], parts: readonly string[], lang: Lang): string {
  let summary = head.join('');
  let bytes = Buffer.byteLength(summary);
  let left = 0;
  for (const part of parts) {
    bytes += Buffer.byteLength(part);
    if (left > 0 || bytes > SUMMARY_BYTES_MAX) left++;
    else summary += part;
  }
  if (left === 0) return summary;
  const why =
    lang === 'zh'
      ? `摘要大小有限，省略了 ${left} 部分。`
      : `${left} parts are left out: a summary may have 1 MiB.`;
  return `${summary}\n${why}\n`;
}

function row({ planned, status, result, durationMs }: CaseReport, lang: Lang): string {
  const { cell, seed, expected } = planned;
  const versions = `edgecore ${cell.edgecore} · Docker ${cell.docker} · cloudcore ${cell.cloudcore} · seed ${seed}`;
  const found = [result?.outcome ?? words[status][lang], ...(result?.causes ?? []).map(({ id }) => id)].join(
    ' · ',
  );
  const wanted = [expected.outcome, expected.cause ?? []].flat().join(' · ');
  const cells = [
    marks[status],
    planned.name,
    versions,
    wanted,
    found,
    `${(durationMs / 1_000).toFixed(1)} s`,
  ];
  return `| ${cells.map(inline).join(' | ')} |\n`;
}

function section({ planned, status, reasons, result, sequence, reproduce }: CaseReport, lang: Lang): string {
  const parts = [
    `### ${marks[status]} ${inline(planned.name)}`,
    ...reasons.map((reason) => `- ${inline(reason[lang])}`),
  ];
  for (const { layer, text } of result?.causes ?? []) {
    parts.push(
      `\n**${words.layer[lang]}**: ${inline(layer[lang])}\\\n**${words.cause[lang]}**: ${inline(text[lang])}`,
    );
  }
  const proved = (result?.explanation ?? []).map(({ text, evidence }) => {
    const events = evidence
      .slice(0, 4)
      .map((id) => `#${id}`)
      .join(' ');
    // In a code span `#12` is not taken for an issue.
    return `- ${inline(text[lang])} \`${events}${evidence.length > 4 ? ` +${evidence.length - 4}` : ''}\``;
  });
  if (proved.length > 0) parts.push(`\n**${words.evidence[lang]}**\n`, ...proved);
  if (sequence !== undefined) parts.push(`\n\`\`\`mermaid\n${mermaidDiagram(sequence)}\`\`\``);
  parts.push(`\n${fenced(reproduce)}\n\n`);
  return parts.join('\n');
}

/** A text that Markdown shows as it is, in one line; mentions and references to issues stay plain text. */
const inline = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]<>#|~@&]|^[-+]/g, (letter) => `&#${letter.codePointAt(0)};`);

/** A block of code whose fence is longer than any in it. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}sh\n${code}\n${fence}`;
}
