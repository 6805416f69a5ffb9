import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../cli.test-support.ts';

const run = (...args: string[]) =>
  runCli(['matrix', ...args], { columns: 100 }, new AbortController().signal);

describe('kubeedge-sim matrix', () => {
  it('names the releases at which the founding fault came and went', async () => {
    const { out, exitCode } = await run('--bisect', '--docker', '18.09.1', '--edgecore', 'v1.4.0..v1.7.0');
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Docker 18.09.1, edgecore v1.4.0 – v1.7.0, in version order:

      v1.4.0: healthy
      v1.5.0: healthy → symptom [engine-refuses-cadvisor] (v1.4.0 was the last before)
      v1.6.2: symptom [engine-refuses-cadvisor] → healthy (v1.6.1 was the last before)

      2 changes in 6 versions
      "
    `);
  }, 60_000);

  it('names the engines between which one release has it', async () => {
    const { out } = await run('--bisect', '--edgecore', 'v1.6.1', '--docker', '17.10..19.03', '--json');
    const changes = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(changes.map(({ at, before }) => [before.docker, at.docker, at.outcome])).toEqual([
      ['17.10.0-ce', '17.11.0-ce', 'symptom'],
      ['18.09.9', '19.03.0', 'healthy'],
    ]);
  }, 60_000);

  it('comes out the same when nothing is shared, and says how many it played', async () => {
    const cells = ['--edgecore', 'v1.6.0,v1.6.1,v1.14.0', '--docker', '18.09.1,18.09.9', '--processes', '1'];
    const [shared, apart] = [await run(...cells), await run(...cells, '--no-share')];
    expect(table(shared.out)).toBe(table(apart.out));
    expect(shared.out).toContain('1 played, 3 shared');
    expect(apart.out).toContain('4 played, 0 shared');
    expect(apart.out).toContain('2 not applicable');
  }, 60_000);

  it('makes the committed pictures', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'matrix-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [svg, html] = [join(folder, 'm.svg'), join(folder, 'm.html')];
    await run(
      '--edgecore',
      'v1.4.0,v1.6.1',
      '--docker',
      '17.10,18.09,29.2,29.3',
      '--svg',
      svg,
      '--html',
      html,
    );
    const docs = (name: string) => read(new URL(`../../../../docs/${name}`, import.meta.url));
    const page = await docs('matrix.html');
    const made = pageCells(await read(html));
    expect(made.size).toBe(8);
    for (const [cell, outcome] of made)
      expect(`${cell} ${pageCells(page).get(cell)}`).toBe(`${cell} ${outcome}`);
    const picture = await docs('matrix.svg');
    for (const cell of (await read(svg)).matchAll(/<title>v1\.4\.0 with .*?<\/title>/g)) {
      expect(picture).toContain(cell[0]);
    }
  }, 60_000);

  it.each([
    [['--docker', '18.08'], 'Looked for Docker "18.08", found none; the nearest are 18.09.0'],
    [['--edgecore', 'v1.6.3'], 'Looked for edgecore "v1.6.3", found none; the nearest are v1.6.2'],
    [['--bisect'], 'give one --docker 18.09.1'],
    [['--processes', '0'], 'give a whole number from 1 to 64'],
  ])('refuses %j', async (args, message) => {
    const { error, exitCode } = await run(...args);
    expect(exitCode).toBe(2);
    expect(error).toContain(message);
  });
});

const read = (file: string | URL) => readFile(file, 'utf8');
/** Without the last lines, which say how long it took and how many were played. */
const table = (out: string) => out.split('\n').slice(0, -2).join('\n');

/** The cells of a page with what its legend says of each. */
function pageCells(html: string): Map<string, string> {
  const legend = [...html.matchAll(/<li>.*?<span>(.*?)<\/span>/g)].map(([, said = '']) => said);
  const [head = '', body = ''] = html.split('<tbody>');
  const versions = [...head.matchAll(/<th scope="col" data-v="(.*?)">/g)].map(([, version = '']) => version);
  const cells = new Map<string, string>();
  for (const [, tag = '', row = ''] of body.matchAll(/data-v="(.*?)">.*?<\/th>(.*)/g)) {
    for (const [index, [, entry]] of [...row.matchAll(/<td class="k(\d+)/g)].entries()) {
      cells.set(`${tag} ${versions[index]}`, legend[Number(entry)] ?? '');
    }
  }
  return cells;
}
