import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, describe as group, it, onTestFinished } from 'vitest';
import { reportOf } from './case-report.test-support.ts';
import { createReporters, readReporters, type Surroundings } from './choose.ts';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'kubeedge-sim-reporters-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

const run = { cases: [reportOf('failed')], startedAtMs: 0, durationMs: 1 };

async function report(texts: readonly string[], env: Surroundings['env'] = {}) {
  let out = '';
  const reporters = await createReporters(readReporters(texts, env), {
    out: (text) => {
      out += text;
    },
    colour: false,
    lang: 'en',
    env,
    cwd: '/repo',
  });
  for (const { reporter } of reporters) await reporter.end(run);
  return out;
}

group('the reporters chosen', () => {
  it('are a list when none is asked for, and GitHub’s beside it in its Actions', () => {
    expect(readReporters([], {})).toEqual([{ name: 'list' }]);
    expect(readReporters([], { GITHUB_ACTIONS: 'true' })).toEqual([{ name: 'list' }, { name: 'github' }]);
    expect(readReporters(['json=a=b.json'], { GITHUB_ACTIONS: 'true' })).toEqual([
      { name: 'json', file: 'a=b.json' },
    ]);
  });

  it.each([
    [['lst'], 'there are list, json, junit, github'],
    [['junit='], 'Write <name> or <name>=<file>, e.g. junit=report.xml'],
    [
      ['list', 'json'],
      'list and json both write to standard output. Give one a file of its own: --reporter json=<file>',
    ],
    [['github', 'junit'], 'github and junit both write to standard output'],
    [['json', 'github=sum.md'], 'Give one a file of its own: --reporter json=<file>'],
    [['list', 'list'], 'list and list both write to standard output'],
    [['json=a.out', 'junit=./a.out'], 'json and junit both write to '],
  ])('%j are refused', (texts, message) => {
    expect(() => readReporters(texts, {})).toThrow(message);
  });

  it('write at once, each to its own place, in folders that are made for them', async () => {
    const made = await folder();
    const file = (name: string) => join(made, 'deep/er', name);
    const out = await report(['list', 'github', `json=${file('a.json')}`, `junit=${file('a.xml')}`]);
    expect(out).toMatch(/Play it again: .*\n\n.*1 failed[\s\S]*\n::error /);
    expect(JSON.parse(await readFile(file('a.json'), 'utf8'))).toMatchObject({
      format: 1,
      totals: { failed: 1 },
    });
    expect(await readFile(file('a.xml'), 'utf8')).toContain('<testsuites ');
    expect(await readdir(join(made, 'deep/er'))).toEqual(['a.json', 'a.xml']);
  });

  it('add to the step’s summary, and write one to a file that is asked for', async () => {
    const made = await folder();
    const step = join(made, 'step.md');
    await writeFile(step, 'before\n');
    await report(['github'], { GITHUB_STEP_SUMMARY: step });
    expect(await readFile(step, 'utf8')).toMatch(
      /^before\n## kubeedge-sim: 0|^before\n## kubeedge-sim: 1 failed/,
    );
    await report([`github=${join(made, 'own.md')}`], { GITHUB_STEP_SUMMARY: step });
    expect(await readFile(join(made, 'own.md'), 'utf8')).toMatch(/^## kubeedge-sim/);
    expect(await report(['github'])).toMatch(/^::error /);
  });

  it('are refused before anything is played where no file can be', async () => {
    const made = await folder();
    await writeFile(join(made, 'file'), '');
    await expect(report([`json=${made}`])).rejects.toThrow('found a folder there');
    await expect(report([`json=${join(made, 'file/a.json')}`])).rejects.toThrow(
      'Tried to make the folder of',
    );
  });
});
