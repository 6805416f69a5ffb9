import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseRows as cloudRows } from '../packages/cloud-sim/src/cloudcore/releases.data.ts';
import { edgecoreReleases } from '../packages/edge-sim/src/edgecore/releases.data.ts';
import { releaseRows as wireRows } from '../packages/wire/src/dialects.data.ts';
import { cloudQuirks, edgeQuirks, type Quirk, wireQuirks } from './release-quirks.ts';

// Makes docs/releases.md of the release data; test/releases.test.ts holds the page against them.

const ROOT = join(import.meta.dirname, '..');

/** One part of the page: a table of quirks, and the release data they are members of. */
export interface Part {
  readonly title: string;
  readonly data: string;
  readonly quirks: Readonly<Record<string, Quirk>>;
  /** Data by tag, oldest first; null for a release that has no such part. */
  readonly rows: ReadonlyMap<string, object | null>;
}

const mapOf = (rows: readonly { readonly release: string }[], has: (row: object) => boolean) =>
  new Map(rows.map((row) => [row.release, has(row) ? withoutNames(row) : null]));

function withoutNames(row: object): object {
  const { release: _r, cloudstream: _c, tunnel: _t, ...rest } = row as Record<string, unknown>;
  return rest;
}

export const parts: readonly Part[] = [
  {
    title: 'cloudcore',
    data: 'packages/cloud-sim/src/cloudcore/releases.data.ts',
    quirks: cloudQuirks,
    rows: mapOf(cloudRows, (row) => 'routes' in row),
  },
  {
    title: 'edgecore',
    data: 'packages/edge-sim/src/edgecore/releases.data.ts',
    quirks: edgeQuirks,
    rows: new Map(Object.entries(edgecoreReleases)),
  },
  {
    title: 'The messages between them',
    data: 'packages/wire/src/dialects.data.ts',
    quirks: wireQuirks,
    rows: mapOf(wireRows, (row) => 'messageTypes' in row),
  },
];

/** The member of a row by its dotted name; undefined where the row has nothing of the kind. */
export function memberOf(row: object | null, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | null)?.[key], row ?? undefined);
}

/** Longest list of values that is worth reading. */
const VALUES_MAX = 6;

/** Each value and the tags that have it, e.g. `spins`: v1.3.0–v1.8.2. */
function valuesText({ data, rows }: Part, name: string): string {
  const ranges = new Map<string, string[][]>();
  let last: string | undefined;
  for (const [tag, row] of rows) {
    const value = memberOf(row, name);
    const text = value === undefined ? undefined : valueText(value);
    if (text !== undefined) {
      const runs = ranges.get(text) ?? [];
      ranges.set(text, runs);
      if (text === last) runs.at(-1)?.push(tag);
      else runs.push([tag]);
    }
    last = text;
  }
  if (ranges.size > VALUES_MAX) return `${ranges.size} values, in \`${data.split('/').at(-1)}\``;
  return [...ranges].map(([text, runs]) => `${text}: ${runs.map(rangeText).join(', ')}`).join('; ');
}

const rangeText = (tags: readonly string[]) =>
  tags.length === 1 ? `${tags[0]}` : `${tags[0]}–${tags.at(-1)}`;

function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'object' && !Array.isArray(value)) {
    const isPlain = Object.values(value).every((member) => typeof member !== 'object');
    return isPlain && Object.keys(value).length <= 2 ? code(Object.values(value).join(' ')) : 'yes';
  }
  if (!Array.isArray(value))
    return value === '' ? 'nothing' : code(`${value as string | number | boolean}`.trim());
  if (value.every((item) => typeof item !== 'object') && value.length <= 3) return value.map(code).join(' ');
  return `${value.length}, up to ${code(lastOf(value))}`;
}

/** The last item; of a route its root. */
function lastOf(values: readonly unknown[]): string {
  const last = values.at(-1) as string | { root: string; path: string };
  return typeof last === 'object' ? `${last.root}${last.path}` : String(last);
}

const code = (text: unknown) => `\`${String(text)}\``;

function cellsOf(part: Part, name: string, { what, source, test }: Quirk): string[] {
  const shown = test === 'not shown' ? 'not shown' : `[${nameOf(test[0])}](../${test[0]})`;
  return [code(name), what, valuesText(part, name), source, shown];
}

/** A table as the formatter of this repository writes it. */
function tableText(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], fill = ' ') =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rest.map((row) => line(row)),
  ];
}

const nameOf = (file: string) => file.split('/').at(-1)?.replace('.test.ts', '');

/** Where a person sees what leaks, spins and blocks: by events of the trace, and where upstream shows it. */
const counters: readonly (readonly string[])[] = [
  ['what', 'events', 'where upstream shows it'],
  [
    'goroutines that edgestream leaves behind',
    '`edgestream.leak` with their sum',
    "`go_goroutines` of edged's `/metrics`",
  ],
  [
    'goroutines of cloudcore that spin',
    '`stream.spin` with how many, and their CPU time',
    '`go_goroutines`, `process_cpu_seconds_total` on 127.0.0.1:9091',
  ],
  ['a tunnel whose reader waits', '`edgestream.blocked`', 'nowhere'],
  [
    'requests that stay in the table of a session',
    '`stream.response` with `client-gone`',
    "cloudcore's lines 'Add a new apiserver connection', without 'Delete'",
  ],
  [
    'sessions, which are never freed',
    '`tunnel.session`, `tunnel.session-end`',
    "cloudcore's lines 'get a new tunnel agent'",
  ],
  [
    'a process that panics, and its unit',
    '`cloudcore.exit`, `edgecore.process`, `systemd.restart`',
    'the log',
  ],
];

/** The text of docs/releases.md. */
export function releasesPage(): string {
  const tables = parts.flatMap((part) => [
    `## ${part.title}`,
    '',
    `Data: [${part.data}](../${part.data}).`,
    '',
    ...tableText([
      ['name', 'what it is', 'value: releases', 'read in kubeedge/kubeedge', 'test'],
      ...Object.entries(part.quirks).map(([name, quirk]) => cellsOf(part, name, quirk)),
    ]),
    '',
  ]);
  return [
    '# Releases',
    '',
    'What differs between KubeEdge v1.2.0 and v1.23.1, as the simulator has it. Each row is a member of the release data,',
    'under the name it has there; code asks for the member, never for a version. The test of a row shows it in releases that',
    'have it and in releases that have not. cloudcore and edgecore take any pair of releases; what comes of pairs is in',
    '[release-pairs.test.ts](../packages/scenarios/test/release-pairs.test.ts).',
    '',
    'This page is made by `npm run releases`. What is the same in all releases is not in it; what is not imitated is in',
    '[Differences](differences.md).',
    '',
    '## What leaks, spins and blocks',
    '',
    ...tableText(counters),
    '',
    ...tables,
  ].join('\n');
}

if (import.meta.main) writeFileSync(join(ROOT, 'docs', 'releases.md'), releasesPage());
