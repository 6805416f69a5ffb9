import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from '../scripts/install.ts';
import { pack } from '../scripts/pack.ts';
import type { Benchmark, Measurement } from './result.ts';
import { median } from './result.ts';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS = 15;
const COMMANDS = [['--help'], ['list'], ['show', 'missing-pod-metrics']];

/** How long the command takes until it has ended, from the sources and as installed, beside a Node that does nothing. */
export const startUp: Benchmark = {
  name: 'start-up',
  async run({ quick, cases, tell }) {
    const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-bench-'));
    try {
      tell('packing and installing');
      install(join(folder, 'user'), pack(join(folder, 'tarballs')), process.execPath);
      const ways = {
        sources: join(ROOT, 'packages/scenarios/src/bin.ts'),
        installed: join(folder, 'user/node_modules/kubeedge-sim/dist/bin.js'),
      };
      const measurements: Measurement[] = [];
      for (const [way, file] of Object.entries(ways)) {
        for (const words of COMMANDS) {
          const name = `${words[0]}, ${way}`;
          if (!name.includes(cases)) continue;
          tell(name);
          measurements.push({ case: name, ...measure([file, ...words], quick ? 3 : ROUNDS) });
        }
      }
      return {
        benchmark: 'start-up',
        title: 'Start-up of the command',
        unit: 'ms',
        better: 'less',
        measurements,
        notes: [
          '`sources`: TypeScript whose types are stripped at the start; `installed`: the packed JavaScript, installed with ' +
            'npm. Both with a filled compile cache, which the first start makes. `node -e 0` does nothing.',
          `Median of ${ROUNDS} starts, in turns.`,
        ],
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

function measure(words: readonly string[], rounds: number): Omit<Measurement, 'case'> {
  const ours: number[] = [];
  const raw: number[] = [];
  runMs(words);
  for (let round = 0; round < rounds; round++) {
    ours.push(runMs(words));
    raw.push(runMs(['-e', '0']));
  }
  return { value: median(ours), baselines: [{ name: 'node -e 0', value: median(raw) }] };
}

function runMs(words: readonly string[]): number {
  const startedMs = performance.now();
  execFileSync(process.execPath, words, { stdio: 'ignore' });
  return performance.now() - startedMs;
}
