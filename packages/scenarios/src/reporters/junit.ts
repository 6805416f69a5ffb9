import { hopLines } from '../report/last-hops.ts';
import type { Lang } from '../text.ts';
import { type CaseReport, type Reporter, type RunReport, type Sink, totalsOf } from './reporter.ts';

/**
 * JUnit's XML as Jenkins, GitLab and GitHub's readers take it. Each case is a test suite of one test, because the strict
 * schemas (Jenkins' junit-10.xsd) know properties of suites only, and versions differ from case to case.
 */
export function createJunitReporter(sink: Sink, { lang }: { lang: Lang }): Reporter {
  return {
    async end(run) {
      sink.write(junitXml(run, lang));
      await sink.close();
    },
  };
}

function junitXml({ cases, durationMs, startedAtMs }: RunReport, lang: Lang): string {
  const { failed, error } = totalsOf(cases);
  const counts = { tests: cases.length, failures: failed, errors: error, time: seconds(durationMs) };
  let beganAtMs = startedAtMs;
  const suites = cases.map((report) => {
    const suite = suiteElement(report, beganAtMs, lang);
    beganAtMs += report.durationMs;
    return suite;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'kubeedge-sim', ...counts }, suites)}\n`;
}

function suiteElement(report: CaseReport, beganAtMs: number, lang: Lang): string {
  const { planned, status, reasons, result, durationMs, virtualMs, reproduce } = report;
  const { cell, scenario, seed, net, expected, at } = planned;
  const known = {
    ...cell,
    faults: scenario.faults.map(({ id }) => id).join(' '),
    seed,
    net,
    expected: expected.outcome,
    outcome: result?.outcome ?? '',
    causes: (result?.causes ?? []).map(({ id }) => id).join(' '),
    virtualSeconds: seconds(virtualMs),
    traceHash: result?.traceHash ?? '',
    reproduce,
    ...(at === undefined ? {} : { suite: `${at.file}:${at.line}` }),
  };
  const properties = Object.entries(known).map(([name, value]) => element('property', { name, value }));
  const time = seconds(durationMs);
  const test = element('testcase', { name: planned.name, classname: `kubeedge-sim.${scenario.id}`, time }, [
    ...verdict(
      status,
      reasons.map((reason) => reason[lang]),
      reproduce,
    ),
    ...output(report, lang),
  ]);
  const counts = {
    tests: 1,
    failures: status === 'failed' ? 1 : 0,
    errors: status === 'error' ? 1 : 0,
    skipped: status === 'not-played' ? 1 : 0,
  };
  // The format's times have no zone and are taken as UTC.
  const timestamp = new Date(beganAtMs).toISOString().slice(0, 19);
  return element('testsuite', { name: planned.name, ...counts, time, timestamp }, [
    element('properties', {}, properties),
    test,
  ]);
}

function verdict(status: CaseReport['status'], reasons: readonly string[], reproduce: string): string[] {
  if (status === 'passed') return [];
  const message = reasons.join('; ');
  if (status === 'not-played') return [element('skipped', { message })];
  const [tag, type] = status === 'failed' ? ['failure', 'expectation'] : ['error', 'error'];
  return [element(tag, { message, type }, [text(`${reasons.join('\n')}\n\n${reproduce}\n`)])];
}

/** What the request did, and why: the same a person reads in the terminal. */
function output({ status, result, sequence }: CaseReport, lang: Lang): string[] {
  if (status === 'passed') return [];
  const causes = (result?.causes ?? []).map((cause) => `${cause.layer[lang]}: ${cause.text[lang]}`);
  const lines = [...causes, ...(sequence === undefined ? [] : hopLines(sequence))];
  return lines.length === 0 ? [] : [element('system-out', {}, [text(`${lines.join('\n')}\n`)])];
}

const seconds = (ms: number) => (ms / 1_000).toFixed(3);

function element(
  name: string,
  attributes: Record<string, string | number>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(`${value}`)}"`);
  const open = `<${name}${written.join('')}`;
  if (content.length === 0) return `${open}/>`;
  const isText = !content.some((part) => part.startsWith('<'));
  return isText ? `${open}>${content.join('')}</${name}>` : `${open}>\n${content.join('\n')}\n</${name}>`;
}

/** Characters that XML 1.0 has no way to write, not even as a reference: most control characters, lone surrogates. */
const unwritable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const text = (value: string) =>
  value
    .toWellFormed()
    .replace(unwritable, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');

/** Quoted; line ends and tabs as references, since a reader makes blanks of them otherwise. */
const attribute = (value: string) =>
  text(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
