import { DOMParser, type Element } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileTexts, reportOf, written } from './case-report.test-support.ts';
import { createJunitReporter } from './junit.ts';
import type { CaseReport } from './reporter.ts';

/** The elements, their attributes and their children as Jenkins' junit-10.xsd has them, where we use them. */
const grammar: Record<string, { needed: string[]; allowed: string[]; children: string[] }> = {
  testsuites: {
    needed: [],
    allowed: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
  },
  testsuite: {
    needed: ['name', 'tests', 'failures', 'errors'],
    allowed: ['time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'group', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
  },
  properties: { needed: [], allowed: [], children: ['property'] },
  property: { needed: ['name', 'value'], allowed: [], children: [] },
  testcase: {
    needed: ['name'],
    allowed: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  failure: { needed: [], allowed: ['type', 'message'], children: [] },
  error: { needed: [], allowed: ['type', 'message'], children: [] },
  skipped: { needed: [], allowed: ['type', 'message'], children: [] },
  'system-out': { needed: [], allowed: [], children: [] },
};

const unwritable = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** The root of a document; anything the parser does not like is thrown, save that it finds our replacement characters. */
function parse(xml: string): Element {
  expect(xml).not.toMatch(unwritable);
  const onError = (level: string, message: string) => {
    if (!message.startsWith('Unicode replacement character')) throw new Error(`${level}: ${message}`);
  };
  const root = new DOMParser({ onError }).parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new Error('no root');
  check(root);
  return root;
}

function check(element: Element): void {
  const rule = grammar[element.tagName];
  if (rule === undefined) throw new Error(`unknown element ${element.tagName}`);
  const names = Array.from(element.attributes, ({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(rule.needed));
  for (const name of names) expect([...rule.needed, ...rule.allowed]).toContain(name);
  for (const child of childrenOf(element)) {
    expect(rule.children).toContain(child.tagName);
    check(child);
  }
}

const childrenOf = (element: Element) =>
  Array.from(element.childNodes).filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);

const find = (element: Element, name: string) => Array.from(element.getElementsByTagName(name));

const junit = (...cases: CaseReport[]) => written((sink) => createJunitReporter(sink, { lang: 'en' }), cases);

/** What XML can hold of a text: the rest becomes U+FFFD. */
const holdable = (text: string) => text.toWellFormed().replace(unwritable, '\uFFFD');

describe('the JUnit report', () => {
  it('has a suite per case, with counts, times in seconds and properties', async () => {
    const root = parse(
      await junit(reportOf('passed'), reportOf('failed'), reportOf('error'), reportOf('not-played')),
    );
    const attributes = (element: Element) =>
      Object.fromEntries(Array.from(element.attributes, ({ name, value }) => [name, value]));
    expect(attributes(root)).toEqual({
      name: 'kubeedge-sim',
      tests: '4',
      failures: '1',
      errors: '1',
      time: '5.678',
    });
    const suites = find(root, 'testsuite').map(attributes);
    expect(suites.map(({ failures, errors, skipped }) => `${failures}${errors}${skipped}`)).toEqual([
      '000',
      '100',
      '010',
      '001',
    ]);
    expect(suites[1]).toMatchObject({ time: '1.234', timestamp: '2026-01-02T03:04:06' });
    expect(find(root, 'testcase').map((test) => childrenOf(test).map(({ tagName }) => tagName))).toEqual([
      [],
      ['failure', 'system-out'],
      ['error'],
      ['skipped'],
    ]);
    const properties = find(find(root, 'testsuite')[1] as Element, 'property').map((property) => [
      property.getAttribute('name'),
      property.getAttribute('value'),
    ]);
    expect(Object.fromEntries(properties)).toMatchObject({
      docker: '18.09.1',
      seed: '1',
      expected: 'symptom',
      causes: 'a-cause',
      virtualSeconds: '30.018',
      suite: '/repo/ci/fleet.yaml:7',
    });
  });

  it.each(hostileTexts)('holds %j', async (text) => {
    const root = parse(await junit(reportOf('failed', text)));
    expect(find(root, 'testcase')[0]?.getAttribute('name')).toBe(holdable(text));
    expect(find(root, 'failure')[0]?.textContent).toContain(holdable(text));
  });

  it('holds any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const root = parse(await junit(reportOf('failed', text)));
        expect(find(root, 'failure')[0]?.getAttribute('message')).toBe(holdable(text));
      }),
      { numRuns: 300 },
    );
  });
});
