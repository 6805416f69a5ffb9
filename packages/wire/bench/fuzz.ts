// Throws random and broken bytes at the codec and stops at the first thing that must not happen. By hand:
// node packages/wire/bench/fuzz.ts --cases 10000000 [--seed 1] [--only <kind>]
import { parseArgs } from 'node:util';
import { fuzzWire } from './fuzz-cases.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const startMs = performance.now();
const counts = fuzzWire(Number(values.cases), Number(values.seed), values.only);
const seconds = (performance.now() - startMs) / 1000;
console.log(`${values.cases} cases in ${seconds.toFixed(1)} s, seed ${values.seed}, nothing failed`);
for (const [name, count] of counts) console.log(`  ${name}: ${count}`);
