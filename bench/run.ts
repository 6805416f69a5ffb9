// `npm run bench [-- names…] [--quick] [--case <text>] [--cpu-prof <folder>] [--write]`, see docs/benchmarks.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { api } from './api/api.ts';
import { fleet } from './fleet/fleet.ts';
import { tunnelPicture } from './picture.ts';
import type { Benchmark, BenchOptions, Result } from './result.ts';
import { startUp } from './start-up.ts';
import { streams } from './streams/streams.ts';
import { resultText } from './text.ts';
import { frames } from './tunnel/frames.ts';
import { tunnel } from './tunnel/tunnel.ts';
import { virtualTime } from './virtual-time.ts';
import { worlds } from './worlds.ts';

const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url);
const PICTURE = new URL('../docs/benchmarks.svg', import.meta.url);

const benchmarks: readonly Benchmark[] = [tunnel, frames, streams, fleet, api, startUp, worlds, virtualTime];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    case: { type: 'string', default: '' },
    'cpu-prof': { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const wanted = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = benchmarks.map(({ name }) => name).join(', ');
  throw new RangeError(`Looked for the benchmarks ${unknown.join(', ')}, found only ${known}.`);
}
if (values.write && (values.quick || values.case !== '')) {
  throw new RangeError('Only whole runs are written: use --write without --quick and --case.');
}

const options: BenchOptions = {
  quick: values.quick,
  cases: values.case,
  ...(values['cpu-prof'] !== undefined && { profileFolder: values['cpu-prof'] }),
  tell: (text) => process.stderr.write(`  ${text}\n`),
};
const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
for (const benchmark of wanted) {
  process.stderr.write(`${benchmark.name} …\n`);
  const result = await benchmark.run(options);
  console.log(resultText(result, machine));
  if (values.write) write(result);
}

/** Replaces a benchmark's part of the document, and the picture if it is the tunnel's. */
function write(result: Result): void {
  const begin = `<!-- ${result.benchmark} -->\n`;
  const end = `<!-- end of ${result.benchmark} -->`;
  const [before, rest] = readFileSync(DOCUMENT, 'utf8').split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`Looked for ${begin.trim()} … ${end} in docs/benchmarks.md, found none. Put them back.`);
  }
  writeFileSync(DOCUMENT, `${before}${begin}\n${resultText(result, machine)}\n${end}${after}`);
  if (result.benchmark === tunnel.name) writeFileSync(PICTURE, tunnelPicture(result, machine));
}
