// `npm run bench [-- names…] [--quick] [--case <text>] [--cpu-prof <folder>]`, see docs/benchmarks.md.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark, BenchOptions, Result } from './result.ts';
import { resultText } from './text.ts';
import { tunnel } from './tunnel/tunnel.ts';

const benchmarks: readonly Benchmark[] = [tunnel];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    case: { type: 'string', default: '' },
    'cpu-prof': { type: 'string' },
  },
});

const wanted = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  const known = benchmarks.map(({ name }) => name).join(', ');
  throw new RangeError(`Looked for the benchmarks ${unknown.join(', ')}, found only ${known}.`);
}

const options: BenchOptions = {
  quick: values.quick,
  cases: values.case,
  ...(values['cpu-prof'] !== undefined && { profileFolder: values['cpu-prof'] }),
  tell: (text) => process.stderr.write(`  ${text}\n`),
};
const results: Result[] = [];
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}\n`);
for (const benchmark of wanted) {
  process.stderr.write(`${benchmark.name} …\n`);
  const result = await benchmark.run(options);
  results.push(result);
  console.log(resultText(result));
}
