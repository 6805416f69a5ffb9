// `npm run parity [-- --scenario <text>] [--release v0.4.2] [--write]`, see docs/parity.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { catalog } from 'kubeedge-sim';
import { differences } from './differences.data.ts';
import { createGate } from './gate.ts';
import { type Cell, type Played, playCell, type Side } from './play.ts';
import { buildPrograms } from './programs.ts';
import { disagreements, judge, problemsOf, tableText } from './table.ts';

const DOCUMENT = new URL('../docs/parity.md', import.meta.url);
const BEGIN = '<!-- made by npm run parity -- --write -->\n';
const END = '<!-- end of what it makes -->';
const STARTING_AT_A_TIME = 4;
const SIDES: readonly Side[] = ['fault', 'cured'];

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: '' },
    release: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
});
const isPart = values.release !== undefined || values.scenario !== '';
if (values.write && isPart) throw new RangeError('Only whole runs are written: use --write alone.');

const tell = (line: string) => process.stderr.write(`  ${line}\n`);
const programs = await buildPrograms();
const known = [...programs.keys()];
const wanted = values.release ?? known;
const unknown = wanted.filter((version) => !programs.has(version));
if (unknown.length > 0)
  throw new RangeError(`Looked for metrics-server ${unknown.join(', ')}, found only ${known.join(', ')}.`);
const scenarios = catalog.filter(({ id }) => id.includes(values.scenario));

// Most of it is waiting for the next scrape, so all are played at once, once they have started.
const gate = createGate(STARTING_AT_A_TIME);
const cells: Cell[] = scenarios.flatMap((scenario) =>
  SIDES.flatMap((side) => wanted.map((version) => ({ scenario, side, version }))),
);
const seen = await Promise.all(
  cells.map(async (cell): Promise<[Cell, Played]> => {
    const played = await playCell(cell, programs.get(cell.version) ?? '', gate);
    tell(`${cell.version} ${cell.scenario.id}, ${cell.side}: ${played.compared} samples of both`);
    return [cell, played];
  }),
);

const verdicts = seen.map(([cell, played]) => judge(cell, played, differences));
const problems = problemsOf(verdicts, differences, isPart);
const table = tableText(scenarios, wanted, verdicts);
const { before, made, after } = documentParts();
if (values.write && problems.length === 0)
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${table}\n\n${END}${after}`);
else console.log(table);
if (!values.write) problems.push(...disagreements(made, verdicts));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

function documentParts(): { before: string; made: string; after: string } {
  const [start, rest] = readFileSync(DOCUMENT, 'utf8').split(BEGIN);
  const [middle, end] = rest?.split(END) ?? [];
  if (start === undefined || middle === undefined || end === undefined) {
    throw new Error(`Looked for ${BEGIN.trim()} … ${END} in docs/parity.md, found none. Put them back.`);
  }
  return { before: start, made: middle.trim(), after: end };
}
