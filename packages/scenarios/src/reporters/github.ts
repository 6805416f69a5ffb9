import { relative } from 'node:path';
import type { Lang } from '../text.ts';
import type { CaseReport, Reporter, RunReport, Sink } from './reporter.ts';
import { summaryMarkdown } from './summary.ts';

/** GitHub shows ten annotations of a kind per step. */
const ANNOTATIONS_MAX = 10;

export interface GithubOptions {
  lang: Lang;
  /** Takes the job summary; absent where there is none to add to. */
  summary?: Sink;
  /** The folder that file names in annotations are relative to: the repository's root. */
  root: string;
}

/** For GitHub Actions: an annotation for each case that did not pass, and the job summary. */
export function createGithubReporter(commands: Sink, { lang, summary, root }: GithubOptions): Reporter {
  return {
    async end(run) {
      commands.write(annotations(run, lang, root));
      await commands.close();
      summary?.write(summaryMarkdown(run, lang));
      await summary?.close();
    },
  };
}

function annotations({ cases }: RunReport, lang: Lang, root: string): string {
  const wrong = cases.filter(({ status }) => status === 'failed' || status === 'error');
  const told = wrong.length > ANNOTATIONS_MAX ? wrong.slice(0, ANNOTATIONS_MAX - 1) : wrong;
  const lines = told.map((report) => annotation(report, lang, root));
  if (told.length < wrong.length) {
    const left = wrong.length - told.length;
    const title = lang === 'zh' ? `还有 ${left} 个用例没有通过` : `${left} more cases did not pass`;
    const message =
      lang === 'zh' ? '其余的见作业摘要。' : 'GitHub shows ten annotations; the job summary names the rest.';
    lines.push(command({ title }, message));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function annotation({ planned, reasons, result, reproduce }: CaseReport, lang: Lang, root: string): string {
  const { name, at } = planned;
  const place = at === undefined ? {} : { file: relative(root, at.file), line: `${at.line}` };
  const causes = (result?.causes ?? []).map(({ layer, text }) => `${layer[lang]}: ${text[lang]}`);
  return command(
    { title: name, ...place },
    [...reasons.map((reason) => reason[lang]), ...causes, reproduce].join('\n'),
  );
}

/** A workflow command, escaped as the runner unescapes it. */
function command(properties: Record<string, string>, message: string): string {
  const written = Object.entries(properties).map(
    ([key, value]) => `${key}=${escaped(value).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::error ${written.join(',')}::${escaped(message)}`;
}

const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
