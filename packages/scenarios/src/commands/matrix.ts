import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { createRealClock } from '@kubeedge-sim/sim-kit';
import { dockerPlaces, edgecorePlaces, type Place } from '../matrix/axes.ts';
import { findChanges, lineOf } from '../matrix/bisect.ts';
import { createGrid, type Grid, joinColumns, joinRows, legendOf, lookOf } from '../matrix/grid.ts';
import { drawHtml } from '../matrix/html.ts';
import { type CellOutcome, planCells } from '../matrix/matrix.ts';
import type { Caption } from '../matrix/picture.ts';
import { playAll } from '../matrix/pool.ts';
import { createProgress } from '../matrix/progress.ts';
import { drawSvg } from '../matrix/svg.ts';
import { drawLegend, drawTable } from '../matrix/terminal-table.ts';
import type { Scenario } from '../scenario.ts';
import { findScenario } from '../select.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';

export interface MatrixFlags {
  /** Versions, ranges and wildcards, separated by commas. */
  edgecore?: string;
  docker?: string;
  allPatches?: boolean;
  changedOnly?: boolean;
  bisect?: boolean;
  /** False: play every cell, those of equal behaviour, too. */
  share: boolean;
  seed: number;
  processes?: string;
  svg?: string;
  html?: string;
  json?: boolean;
}

/** Plays a scenario with many edgecore tags and engine versions, and shows where its outcome changes. */
export async function matrix(io: Io, id: string, flags: MatrixFlags): Promise<void> {
  const scenario = findScenario(id);
  const rows = edgecorePlaces(flags.edgecore);
  // Along the engines of one release, the very patch is to be named.
  const allPatches = flags.allPatches === true || (flags.bisect === true && rows.length === 1);
  const columns = dockerPlaces(flags.docker, allPatches);
  if (flags.bisect === true && rows.length > 1 && columns.length > 1) {
    throw new UsageError(
      `Tried to bisect ${rows.length} edgecore tags with ${columns.length} Docker versions; ` +
        'give one --docker 18.09.1 to walk the tags, or one --edgecore v1.6.1 to walk the engines.',
    );
  }
  const { cells, summary } = await playMatrix(io, scenario, { rows, columns, flags });
  const grid = createGrid(rows, columns, cells);
  await writePictures(io, grid, scenario, { cells, flags });
  if (flags.bisect === true) return tellChanges(io, grid, flags.json === true);
  if (flags.json === true) {
    for (const cell of cells) io.out(`${JSON.stringify(cell)}\n`);
    return;
  }
  const shown = joinRows(flags.changedOnly === true ? joinColumns(grid) : grid);
  io.out(`${scenario.id}: edgecore tags (rows) with Docker versions (columns)\n\n`);
  io.out(`${drawTable(shown, io.colour)}\n`);
  if (flags.changedOnly === true) io.out('A column stands for all versions from its own to the next.\n\n');
  io.out(`${drawLegend(legendOf(cells), scenario)}\n${summary}\n`);
}

interface Sides {
  rows: readonly Place[];
  columns: readonly Place[];
  flags: MatrixFlags;
}

async function playMatrix(
  io: Io,
  scenario: Scenario,
  { rows, columns, flags }: Sides,
): Promise<{ cells: CellOutcome[]; summary: string }> {
  const wanted = rows.flatMap((row) =>
    columns.map((column) => ({ edgecore: row.version, docker: column.version })),
  );
  const { classes, notApplicable } = planCells(scenario, wanted, flags.share);
  const processes = countOf(flags.processes);
  const progress = createProgress(createRealClock(), classes.length, {
    write: (text) => io.error(text),
    terminal: io.errorIsTerminal === true,
  });
  const requests = classes.map(([cell]) => ({ ...cell, scenario: scenario.id, seed: flags.seed }));
  const results = await playAll(requests, processes, () => progress.played());
  const seconds = (progress.end() / 1_000).toFixed(1);
  const outcomes = new Map<string, CellOutcome>();
  const note = (cell: CellOutcome) => outcomes.set(`${cell.edgecore} ${cell.docker}`, cell);
  for (const [index, members] of classes.entries()) {
    const { outcome, causes } = results[index] as CellOutcome;
    for (const cell of members) note({ ...cell, outcome, causes });
  }
  for (const cell of notApplicable) note(cell);
  const shared = wanted.length - classes.length - notApplicable.length;
  return {
    cells: wanted.map(({ edgecore, docker }) => outcomes.get(`${edgecore} ${docker}`) as CellOutcome),
    summary:
      `${wanted.length} cells in ${seconds} s: ${classes.length} played, ${shared} shared with a cell whose ` +
      `releases and engines have the same data, ${notApplicable.length} not applicable`,
  };
}

/** Writes the picture files that are wanted, and says so. */
async function writePictures(
  io: Io,
  grid: Grid,
  scenario: Scenario,
  { cells, flags }: { cells: readonly CellOutcome[]; flags: MatrixFlags },
): Promise<void> {
  const layers = scenario.claims.flatMap(({ id, cause }) =>
    cause === undefined ? [] : ([[id, cause.layer.en]] as const),
  );
  const { id, title } = scenario;
  const caption: Caption = {
    scenario: id,
    title: title.en,
    layers: new Map(layers),
    legend: legendOf(cells),
  };
  const narrowed = flags.changedOnly === true ? joinColumns(grid) : grid;
  if (flags.svg !== undefined) await write(io, flags.svg, drawSvg(joinRows(narrowed), caption));
  // A page can be scrolled, so each tag has its row there.
  const page = flags.changedOnly === true ? joinRows(narrowed) : grid;
  if (flags.html !== undefined) await write(io, flags.html, drawHtml(page, caption));
}

/** @throws UsageError for a file that cannot be written */
async function write(io: Io, file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`Tried to write ${file}: ${(error as Error).message}. Give another file.`);
  }
  io.error(`wrote ${file}\n`);
}

/** Names each version at which the outcome changed, from what to what. */
function tellChanges(io: Io, grid: Grid, json: boolean): void {
  const line = lineOf(grid);
  if (line === undefined) return;
  const { along, fixed, cells } = line;
  const changes = findChanges(cells);
  if (json) {
    for (const { at, before } of changes) io.out(`${JSON.stringify({ along, at, before })}\n`);
    return;
  }
  const [first, last] = [cells[0] as CellOutcome, cells.at(-1) as CellOutcome];
  const what =
    along === 'edgecore' ? `Docker ${fixed.version}, edgecore` : `edgecore ${fixed.version}, Docker`;
  io.out(`${what} ${first[along]} – ${last[along]}, in version order:\n\n`);
  io.out(`${first[along]}: ${say(first)}\n`);
  for (const { at, before } of changes) {
    io.out(`${at[along]}: ${say(before)} → ${say(at)} (${before[along]} was the last before)\n`);
  }
  io.out(`\n${changes.length} ${changes.length === 1 ? 'change' : 'changes'} in ${cells.length} versions\n`);
}

function say(cell: CellOutcome): string {
  const [outcome = '', ...causes] = lookOf(cell).split(' ');
  return causes.length === 0 ? outcome : `${outcome} [${causes.join(', ')}]`;
}

/** @throws UsageError */
function countOf(text: string | undefined): number {
  const count = text === undefined ? availableParallelism() : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 64) return count;
  throw new UsageError(`Tried to use ${text} processes; give a whole number from 1 to 64.`);
}
