// `npm run determinism [worlds] [processes]`: one seed, many worlds, several processes at once, one hash.
import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface Repetition {
  seed: number;
  processes: number;
  /** Worlds per process. */
  worlds: number;
}

/** Plays the same seed in several processes at once; the distinct trace hashes and how many worlds were played. */
export async function hashesOfProcesses({ seed, processes, worlds }: Repetition) {
  const hashes = new Map<string, number>();
  await Promise.all(
    Array.from({ length: processes }, async () => {
      const worker = fork(new URL('./determinism-worker.ts', import.meta.url), [
        String(seed),
        String(worlds),
      ]);
      worker.on('message', (hash: string) => hashes.set(hash, (hashes.get(hash) ?? 0) + 1));
      const [code] = (await once(worker, 'exit')) as [number];
      if (code !== 0) throw new Error(`A process of the repetition ended with code ${code}.`);
    }),
  );
  return { hashes: [...hashes.keys()], worlds: [...hashes.values()].reduce((sum, count) => sum + count, 0) };
}

if (import.meta.main) {
  const [total = 1_000, processes = 3] = process.argv.slice(2).map(Number);
  const before = performance.now();
  const { hashes, worlds } = await hashesOfProcesses({
    seed: 1,
    processes,
    worlds: Math.ceil(total / processes),
  });
  const seconds = (performance.now() - before) / 1_000;
  console.log(
    `${worlds} worlds in ${processes} processes, ${seconds.toFixed(1)} s, ${hashes.length} distinct hash(es): ${hashes.join(' ')}`,
  );
  process.exitCode = hashes.length === 1 ? 0 : 1;
}
