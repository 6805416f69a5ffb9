import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileTexts, keepingSink, reportOf, written } from './case-report.test-support.ts';
import { createGithubReporter } from './github.ts';
import type { CaseReport } from './reporter.ts';

/** What is written to the log, and to the summary. */
async function github(...cases: CaseReport[]) {
  const summary = keepingSink();
  const log = await written(
    (sink) => createGithubReporter(sink, { lang: 'en', summary, root: '/repo' }),
    cases,
  );
  return { log, summary: summary.text() };
}

/** A line as the runner reads it: https://github.com/actions/runner src/Runner.Common/ActionCommand.cs. */
function readCommand(line: string) {
  const [, name = '', written = '', message = ''] = /^::([a-z]+) (.*?)::(.*)$/s.exec(line) ?? [];
  const plain = (text: string) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  const properties = written.split(',').map((part) => {
    const [key = '', ...value] = part.split('=');
    const text = plain(value.join('=')).replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
    return [key, text] as const;
  });
  return { name, properties: Object.fromEntries(properties), message: plain(message).replaceAll('%25', '%') };
}

describe('annotations', () => {
  it('point to the line of the suite, relative to the repository', async () => {
    const { log } = await github(reportOf('passed'), reportOf('failed', 'why: so, 100%'));
    expect(log.trim().split('\n').map(readCommand)).toEqual([
      {
        name: 'error',
        properties: { title: 'why: so, 100%', file: 'ci/fleet.yaml', line: '7' },
        message: expect.stringMatching(
          /^why: so, 100%\nwhy: so, 100%: why: so, 100%\nnpx kubeedge-sim replay/,
        ),
      },
    ]);
  });

  it('are one line each, whatever the text', async () => {
    const texts = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const { log } = await github(reportOf('error', text));
        const [line = '', ...rest] = log.split('\n');
        expect(rest).toEqual(['']);
        expect(line).not.toContain('\r');
        const { properties, message } = readCommand(line);
        expect(properties['title']).toBe(text);
        expect(message.startsWith(text)).toBe(true);
      }),
    );
  });

  it('are ten at most, the last of which says how many are left out', async () => {
    const ten = await github(...Array.from({ length: 10 }, () => reportOf('failed')));
    expect(ten.log.trim().split('\n')).toHaveLength(10);
    const eleven = (await github(...Array.from({ length: 11 }, () => reportOf('failed')))).log
      .trim()
      .split('\n');
    expect(eleven).toHaveLength(10);
    expect(eleven.at(-1)).toMatch(/^::error title=2 more cases did not pass::/);
  });
});

describe('the job summary', () => {
  it('tables the cases and draws the request of each that failed', async () => {
    const { summary } = await github(reportOf('passed', 'good'), reportOf('failed', 'bad'));
    expect(summary).toContain('## kubeedge-sim: 1 passed · 1 failed · 5.7 s\n');
    expect(summary).toContain('| ✅ | good | edgecore v1.6.1 · Docker 18.09.1');
    expect(summary).toContain('### ❌ bad\n- bad\n\n**Layer**: bad\\\n**Cause**: bad\n');
    expect(summary).toContain('- bad `#1 #2 #3 #4 +1`');
    expect(summary).toContain('```mermaid\nsequenceDiagram\n');
    expect(summary).not.toContain('### ✅');
  });

  it.each(hostileTexts)('is not broken by %j', async (text) => {
    const { summary } = await github(reportOf('failed', text));
    const plain = await github(reportOf('failed', 'plain'));
    const outline = (markdown: string) =>
      markdown.split('\n').flatMap((line) => /^(#+|\||-|```+\w*|\*\*)/.exec(line.trim())?.[0] ?? []);
    // The block of code with the command may need a longer fence, and holds line ends as they are.
    const drop = (lines: string[]) =>
      lines.slice(
        0,
        lines.findIndex((line) => line.endsWith('sh')),
      );
    expect(drop(outline(summary))).toEqual(drop(outline(plain.summary)));
    expect(summary.split('```mermaid')[0]).not.toMatch(/<script|<details|[^&`]#12|@octocat/);
  });

  it('stays below 1 MiB and says what it left out', async () => {
    const cases = Array.from({ length: 700 }, () => reportOf('failed', '字'.repeat(300)));
    const { summary } = await github(...cases);
    expect(Buffer.byteLength(summary)).toBeLessThan(2 ** 20);
    const shown = summary.split('\n### ').length - 1;
    expect(shown).toBeGreaterThan(10);
    expect(summary).toMatch(
      new RegExp(`\n${cases.length - shown} parts are left out: a summary may have 1 MiB\\.\n$`),
    );
  });
});
