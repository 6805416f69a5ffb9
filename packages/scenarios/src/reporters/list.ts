import { styleText } from 'node:util';
import { hopLines } from '../report/last-hops.ts';
import type { Lang } from '../text.ts';
import { type CaseReport, type CaseStatus, type Reporter, type Sink, totalsOf } from './reporter.ts';
import { words } from './words.ts';

const marks = { passed: '✓', failed: '✗', error: '✗', 'not-played': '·' } as const;
const colours = { passed: 'green', failed: 'red', error: 'red', 'not-played': 'dim' } as const;

/** For a person: a line per case as it ends, then of each that did not pass why, the last hops and how to see it again. */
export function createListReporter(sink: Sink, { lang, colour }: { lang: Lang; colour: boolean }): Reporter {
  const paint = (style: 'green' | 'red' | 'dim' | 'bold', text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;

  const line = ({ planned, status, result, durationMs }: CaseReport) => {
    const seconds = paint('dim', `${(durationMs / 1_000).toFixed(1).padStart(6)} s`);
    const found = result === undefined ? [] : [result.outcome, ...result.causes.map(({ id }) => id)];
    const cured = (result?.cures ?? []).filter(({ cleared }) => cleared).map(({ id }) => id);
    const cures = cured.length === 0 ? '' : ` · ${words.curedBy[lang]} ${cured.join(', ')}`;
    const said = found.length === 0 ? '' : paint('dim', `  ${found.join(' · ')}${cures}`);
    return `${paint(colours[status], marks[status])} ${seconds}  ${planned.name}${said}\n`;
  };

  const failure = ({ planned, reasons, result, sequence, reproduce }: CaseReport) => {
    const at = planned.at === undefined ? '' : `  ${paint('dim', `${planned.at.file}:${planned.at.line}`)}`;
    const causes = (result?.causes ?? []).flatMap(({ layer, text }) => [
      `  ${paint('bold', words.layer[lang])}: ${layer[lang]}`,
      `  ${paint('bold', words.cause[lang])}: ${text[lang]}`,
    ]);
    const hops = sequence === undefined ? [] : hopLines(sequence).map((hop) => `    ${hop}`);
    return [
      `\n${paint('red', '✗')} ${paint('bold', planned.name)}${at}`,
      ...reasons.map((reason) => `  ${paint('red', reason[lang])}`),
      ...causes,
      ...(hops.length === 0 ? [] : [`  ${paint('bold', words.lastHops[lang])}:`, ...hops]),
      `  ${paint('bold', words.reproduce[lang])}: ${reproduce}\n`,
    ].join('\n');
  };

  return {
    caseEnd: (report) => sink.write(line(report)),
    async end({ cases, durationMs }) {
      for (const report of cases) {
        if (report.status === 'failed' || report.status === 'error') sink.write(failure(report));
      }
      const totals = Object.entries(totalsOf(cases)).filter(
        ([status, count]) => count > 0 || status === 'passed',
      );
      const said = totals.map(([status, count]) => {
        const text = `${count} ${words[status as CaseStatus][lang]}`;
        return count > 0 ? paint(colours[status as CaseStatus], text) : text;
      });
      sink.write(`\n${said.join(' · ')} · ${(durationMs / 1_000).toFixed(1)} s\n`);
      await sink.close();
    },
  };
}
