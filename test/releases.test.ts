import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { memberOf, parts, releasesPage } from '../scripts/releases-page.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Dotted names of the members of release data, down to what is no plain object, or has a row of its own. */
function namesIn(value: object, quirks: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const name = `${prefix}${key}`;
    const isNested = typeof member === 'object' && member !== null && !Array.isArray(member);
    const hasParts = Object.keys(quirks).some((known) => known.startsWith(`${name}.`));
    if (!isNested || !hasParts) return hasParts && member === null ? [] : [name];
    return [...(name in quirks ? [name] : []), ...namesIn(member, quirks, `${name}.`)];
  });
}

describe('docs/releases.md', () => {
  test('is what `npm run releases` makes of the data', () => {
    expect(read('docs/releases.md')).toBe(releasesPage());
  });

  test.each(parts)(
    '$title: each member that differs has a row, and each row such a member',
    ({ quirks, rows }) => {
      const members = new Set(
        [...rows.values()].flatMap((row) => (row === null ? [] : namesIn(row, quirks))),
      );
      const differing = [...members].filter((name) => {
        const values = [...rows.values()].map((row) => JSON.stringify(memberOf(row, name)));
        return new Set(values.filter((value) => value !== undefined)).size > 1;
      });
      expect(differing.sort()).toEqual(Object.keys(quirks).sort());
    },
  );

  test.each(parts)('$title: the test of each row is there', ({ quirks }) => {
    for (const [name, { test: shown }] of Object.entries(quirks)) {
      if (shown === 'not shown') continue;
      const [file, words] = shown;
      expect(read(file), name).toContain(words);
    }
  });

  test('says in Differences what is not shown', () => {
    const hidden = parts.flatMap(({ quirks }) =>
      Object.entries(quirks).filter(([, { test: shown }]) => shown === 'not shown'),
    );
    expect(hidden.map(([name]) => name)).toEqual(['streamTlsMinVersion']);
    expect(read('docs/differences.md')).toContain("Go's floor of TLS 1.0 on 10003 is not offered");
  });
});
