import { describe, expect, it } from 'vitest';
import { missingPodMetrics } from '../catalog/missing-pod-metrics.scenario.ts';
import type { Place } from './axes.ts';
import { findChanges, lineOf } from './bisect.ts';
import { createGrid, joinColumns, joinRows, legendOf } from './grid.ts';
import { drawHtml } from './html.ts';
import type { CellOutcome } from './matrix.ts';
import type { Caption } from './picture.ts';
import { createProgress } from './progress.ts';
import { drawSvg } from './svg.ts';
import { drawLegend, drawTable } from './terminal-table.ts';

const place = (version: string): Place => ({ version, label: version });
const columns = ['17.10', '18.06', '18.09', '19.03', '29.0'].map(place);
/** One letter a cell: lower case is another cause of the same outcome. */
const picture = {
  'v1.4.0': 'HHHHH',
  'v1.5.0': 'HSSHO',
  'v1.6.1': 'HSSHO',
  'v1.12.0': 'ooooO',
  'v1.14.0': '.....',
};
const meanings: Record<string, Pick<CellOutcome, 'outcome' | 'causes'>> = {
  H: { outcome: 'healthy', causes: [] },
  S: { outcome: 'symptom', causes: ['engine-refuses-cadvisor'] },
  O: { outcome: 'other', causes: ['engine-refuses-both-clients'] },
  o: { outcome: 'other', causes: ['a <b> & "c"'] },
  '.': { outcome: 'not-applicable', causes: [] },
};
const rows = Object.keys(picture).map(place);
const cells = Object.entries(picture).flatMap(([edgecore, letters]) =>
  letters.split('').map((letter, index) => ({
    edgecore,
    docker: columns[index]?.version ?? '',
    ...(meanings[letter] as Pick<CellOutcome, 'outcome' | 'causes'>),
  })),
);
const grid = createGrid(rows, columns, cells);
const caption: Caption = {
  title: 'Nodes & <pods>',
  scenario: 'missing-pod-metrics',
  layers: new Map([['engine-refuses-cadvisor', 'cAdvisor ↔ Docker']]),
  legend: legendOf(cells),
};

describe('the table of a matrix', () => {
  it('joins rows alike and has a border wherever the outcome changes', () => {
    expect(drawTable(joinRows(grid), false)).toMatchInlineSnapshot(`
      "                 1 1 1 1
                       7 8 8 9 2
                       . . . . 9
                       1 0 0 0 .
                       0 6 9 3 0
      v1.4.0           H H H H H
                        ┌───┐ ┌─
      v1.5.0 – v1.6.1  H│S S│H│O
                       ─┴───┴─┤
      v1.12.0          O O O O│O
                       ───────┴─
      v1.14.0          · · · · ·
      "
    `);
  });

  it('keeps only the columns at which something changes, when asked to', () => {
    expect(drawTable(joinRows(joinColumns(grid)), false)).toMatchInlineSnapshot(`
      "                 1 1 1
                       7 8 9 2
                       . . . 9
                       1 0 0 .
                       0 6 3 0
      v1.4.0           H H H H
                        ┌─┐ ┌─
      v1.5.0 – v1.6.1  H│S│H│O
                       ─┴─┴─┤
      v1.12.0          O O O│O
                       ─────┴─
      v1.14.0          · · · ·
      "
    `);
  });

  it('says what the letters mean, how many there are and why', () => {
    expect(drawLegend(legendOf(cells), missingPodMetrics)).toMatchInlineSnapshot(`
      "S  4  symptom: engine-refuses-cadvisor (edged's cAdvisor ↔ Docker Engine API)
      H  9  healthy
      O  4  other: a <b> & "c" (unknown layer)
      O  3  other: engine-refuses-both-clients (dockershim ↔ Docker Engine API)
      ·  5  not applicable
      "
    `);
  });

  it('says the same in colours', () => {
    const coloured = drawTable(joinRows(grid), true);
    expect(coloured).toContain('\x1b[');
    expect(coloured.replaceAll(/\x1b\[\d+m/g, '')).toBe(drawTable(joinRows(grid), false));
  });
});

describe('the pictures of a matrix', () => {
  const svg = drawSvg(joinRows(grid), caption);
  const html = drawHtml(grid, caption);

  it('are well-formed SVG with a title, a description and a text in each cell', () => {
    expect(unclosed(svg)).toEqual([]);
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toContain('<title id="title">Nodes &amp; &lt;pods&gt;</title>');
    const titles = [...svg.matchAll(/<g><title>(.*?)<\/title>.*?>([^<>]+)<\/text><\/g>/g)];
    expect(titles).toHaveLength(4 * columns.length);
    const marks = titles.map(([, title, mark]) => `${title} ${mark}`);
    expect(marks).toContain(
      'v1.5.0 – v1.6.1 with Docker 18.09: symptom: engine-refuses-cadvisor, cAdvisor ↔ Docker S',
    );
    expect(marks).toContain('v1.12.0 with Docker 19.03: other: a &lt;b&gt; &amp; &quot;c&quot; O1');
    expect(marks).toContain('v1.12.0 with Docker 29.0: other: engine-refuses-both-clients O2');
  });

  it('are a page with a row for each tag and what it takes to say more of a cell', () => {
    const bodies = html.split('<tbody>')[1] ?? '';
    const found = [...bodies.matchAll(/data-v="(.*?)">.*?<\/th>(.*)/g)].map(([, tag, rest]) => [
      tag,
      [...(rest ?? '').matchAll(/<td class="[^"]*">([^<]*)/g)].map(([, mark]) => mark).join(' '),
    ]);
    expect(Object.fromEntries(found)).toEqual({
      'v1.4.0': 'H H H H H',
      'v1.5.0': 'H S S H O2',
      'v1.6.1': 'H S S H O2',
      'v1.12.0': 'O1 O1 O1 O1 O2',
      'v1.14.0': '· · · · ·',
    });
    expect(html).toContain('<title>Nodes &amp; &lt;pods&gt;</title>');
    expect(unclosed(html.replace(/<script>[\s\S]*<\/script>|<!doctype html>|<meta [^>]*>/g, ''))).toEqual([]);
    expect(html).toContain('data-scenario="missing-pod-metrics"');
  });

  it.each([
    ['SVG', svg],
    ['HTML', html],
  ])('fetch nothing: %s', (_kind, text) => {
    expect(text.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|url\(|@import|\bsrc=|\bhref=/,
    );
  });
});

describe('the changes along a line', () => {
  it('are all found, though the outcome changes back', () => {
    const line = lineOf(createGrid(rows, columns.slice(2, 3), cells));
    expect(line?.along).toBe('edgecore');
    const changes = findChanges(line?.cells ?? []);
    expect(changes.map(({ at, before }) => `${before.edgecore} ${at.edgecore} ${at.outcome}`)).toEqual([
      'v1.4.0 v1.5.0 symptom',
      'v1.6.1 v1.12.0 other',
      'v1.12.0 v1.14.0 not-applicable',
    ]);
  });

  it('run along the engines of one release, and nowhere in a whole matrix', () => {
    const line = lineOf(createGrid(rows.slice(1, 2), columns, cells));
    expect(line?.along).toBe('docker');
    expect(findChanges(line?.cells ?? []).map(({ at }) => at.docker)).toEqual(['18.06', '19.03', '29.0']);
    expect(lineOf(grid)).toBeUndefined();
  });
});

describe('progress', () => {
  /** Plays cells of a second each. */
  const tell = (total: number, terminal: boolean) => {
    const told: string[] = [];
    let nowMs = 0;
    const progress = createProgress({ now: () => nowMs }, total, {
      write: (text) => void told.push(text),
      terminal,
    });
    for (let done = 0; done < total; done++) {
      nowMs += 1_000;
      progress.played();
    }
    return { told, endMs: progress.end() };
  };

  it('is a line every five seconds where lines stay', () => {
    expect(tell(12, false)).toEqual({
      told: ['played 5 of 12 cells, about 7 s to go\n', 'played 10 of 12 cells, about 2 s to go\n'],
      endMs: 12_000,
    });
  });

  it('is one line written over and over on a terminal, and gone in the end', () => {
    expect(tell(3, true).told).toEqual([
      '\r\x1b[Kplayed 1 of 3 cells, about 2 s to go',
      '\r\x1b[Kplayed 2 of 3 cells, about 1 s to go',
      '\r\x1b[K',
    ]);
  });
});

/** Elements that are opened and not closed in their order, as XML wants it. */
function unclosed(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, name, empty] of xml.matchAll(/<(\/?)([a-zA-Z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (empty === '/' || name === undefined) continue;
    if (end === '') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
}
