import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const LINES_MAX = 400;

/** What a commit would hold: the tracked files, and the new ones that .gitignore lets through. */
const FILES = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
})
  .toString()
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
  .filter((file, index, all) => all.indexOf(file) === index);

const SELF = 'test/tidy.test.ts';
const CODE = FILES.filter((file) => /[.](ts|mts|mjs|sh)$|^[.]ci\//.test(file) && !isRecorded(file));
const TEST_FILES = CODE.filter((file) => /[.](test|contract)[.]ts$/.test(file));

/** Recorded bytes are kept as they were: the rules about how we write do not reach them. */
function isRecorded(file: string): boolean {
  return /(^|\/)(fixtures|captures)\//.test(file);
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every line of `files` that matches, as 'file:line text'. */
function linesMatching(files: readonly string[], pattern: RegExp): string[] {
  return files
    .filter((file) => file !== SELF)
    .flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
    );
}

describe('house rules', () => {
  test('there are files to look at', () => {
    expect(CODE.length).toBeGreaterThan(10);
  });

  test(`a source file has at most ${LINES_MAX} lines`, () => {
    const sources = CODE.filter((file) => !TEST_FILES.includes(file) && !file.endsWith('.data.ts'));
    const lengths = sources.map((file) => ({ file, lines: read(file).split('\n').length - 1 }));
    expect(lengths.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });

  test('no test is exclusive, skipped or promised; describeNeeding is the way to skip', () => {
    const pattern = /\b(it|test|describe)(\.\w+)*\.(only|skip|skipIf|runIf|todo|fails)\b/;
    expect(linesMatching(TEST_FILES, pattern)).toEqual([]);
  });

  test('no work is left behind in a comment', () => {
    // edgecore v1.3's panic says so itself: its text is imitated, not ours.
    const upstreamPanic = "options.panic('TODO')";
    const found = linesMatching(CODE, /\b(TODO|FIXME|XXX)\b/).filter((line) => !line.includes(upstreamPanic));
    expect(found).toEqual([]);
  });

  test('no machine path is committed', () => {
    const texts = FILES.filter((file) => !read(file).includes('\0'));
    expect(linesMatching(texts, /(^|[^A-Za-z0-9_.-])\/(work|farm)\//)).toEqual([]);
  });

  test('the lockfile names no registry', () => {
    expect(linesMatching(['pnpm-lock.yaml'], /https?:|tarball:|registry[.]/)).toEqual([]);
  });

  test('every fixture says where it comes from', () => {
    const recorded = FILES.filter((file) => /(^|\/)fixtures\//.test(file) && !file.endsWith('.source'));
    expect(recorded.filter((file) => !hasSource(file))).toEqual([]);
  });

  test('no file is called utils, helpers or common', () => {
    const vague = FILES.filter(
      (file) => file.startsWith('packages/') && /(^|\/)(utils?|helpers?|common)(\/|\.[^/]*$)/i.test(file),
    );
    expect(vague).toEqual([]);
  });

  test('every relative link in a document leads somewhere', () => {
    const documents = FILES.filter((file) => file.endsWith('.md') && !isRecorded(file));
    expect(documents.flatMap(deadLinks)).toEqual([]);
  });
});

/** `a.json.source` or `a.source` beside `a.json`; or, for a folder recorded in one go, `<folder>.source` beside it. */
function hasSource(file: string): boolean {
  const beside = [`${file}.source`, `${file.replace(/[.][^./]*$/, '')}.source`];
  for (
    let folder = dirname(file);
    basename(folder) !== 'fixtures' && folder !== '.';
    folder = dirname(folder)
  ) {
    beside.push(`${folder}.source`);
  }
  return beside.some((source) => FILES.includes(source));
}

function deadLinks(document: string): string[] {
  const prose = read(document)
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm)];
  return [...inline, ...references]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/|#)/i.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(document), decodeURI(target.replace(/[#?].*$/, '')))))
    .map((target) => `${document} -> ${target}`);
}
