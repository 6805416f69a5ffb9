// `npm run conformance [-- --release v1.6.2] [--case <text>] [--show] [--build] [--write]`, see docs/conformance.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildGo, goVersion, releases } from './go.ts';
import { cases, type Seen } from './play.ts';
import { reasons } from './reasons.data.ts';
import { disagreements, judge, problemsOf, shownText, tableText } from './table.ts';

const DOCUMENT = new URL('../docs/conformance.md', import.meta.url);
const BEGIN = '<!-- made by npm run conformance -- --write -->\n';
const END = '<!-- end of what it makes -->';

const { values } = parseArgs({
  options: {
    release: { type: 'string', multiple: true },
    case: { type: 'string', default: '' },
    show: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const known = releases();
const wanted = values.release ?? known;
const unknown = wanted.filter((release) => !known.includes(release));
if (unknown.length > 0) {
  throw new RangeError(`Looked for the releases ${unknown.join(', ')}, found only ${known.join(', ')}.`);
}
const isPart = values.release !== undefined || values.case !== '';
if (values.write && isPart) {
  throw new RangeError('Only whole runs are written: use --write alone.');
}

const tell = (line: string) => process.stderr.write(`  ${line}\n`);
const version = await goVersion();
tell(`building with Go ${version}`);
const namespace = join(await buildGo('namespace'), 'namespace');
const built: [release: string, folder: string][] = [];
for (const release of wanted) {
  built.push([release, await buildGo(release)]);
  tell(`built the programs of ${release}`);
}
if (values.build) process.exit();
// Each in a network namespace of its own, and so side by side.
const played = await Promise.all(built.map(([release, folder]) => playRelease(release, folder)));
const seen = Object.fromEntries(built.map(([release], index) => [release, played[index] ?? {}]));

const chosen = cases.filter((one) => one.name.includes(values.case));
const cells = judge(chosen, seen, reasons);
if (values.show) console.log(shownText(cells, seen));
const problems = problemsOf(cells, reasons, isPart);
const table = tableText(chosen, wanted, cells);
if (values.write && problems.length === 0) writeDocument(table);
else if (!values.show) console.log(table);
if (!values.write) problems.push(...disagreements(documented(), cells));
if (!isPart && !values.write && documented() !== table) {
  problems.push('docs/conformance.md says something else than this run. Run npm run conformance -- --write.');
}
for (const problem of problems) console.error(problem);
// What differs by chance may not come again when somebody asks with --show.
if (problems.length > 0 && !values.show) console.error(shownText(cells, seen));
process.exitCode = problems.length === 0 ? 0 : 1;

async function playRelease(release: string, folder: string): Promise<Record<string, Seen>> {
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
  const programs = ['--edge', join(folder, 'edge'), '--cloud', join(folder, 'cloud')];
  const args = [inside, '--release', release, ...programs, '--go-version', version, '--case', values.case];
  const child = spawn(namespace, [process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  if (code !== 0) throw new Error(`Played ${release}, found exit code ${code}:\n${errors.slice(-4_000)}`);
  tell(`played ${release}`);
  return JSON.parse(output) as Record<string, Seen>;
}

function documentParts(): { before: string; made: string; after: string } {
  const [before, rest] = readFileSync(DOCUMENT, 'utf8').split(BEGIN);
  const [made, after] = rest?.split(END) ?? [];
  if (before === undefined || made === undefined || after === undefined) {
    throw new Error(`Looked for ${BEGIN.trim()} … ${END} in docs/conformance.md, found none. Put them back.`);
  }
  return { before, made, after };
}

function documented(): string {
  return documentParts().made.trim();
}

function writeDocument(made: string): void {
  const { before, after } = documentParts();
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n${made}\n\n${END}${after}`);
}
