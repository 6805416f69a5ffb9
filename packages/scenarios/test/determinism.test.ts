import { describe, expect, it } from 'vitest';
import { hashesOfProcesses } from '../bench/determinism.ts';

describe('a run on the memory net', () => {
  // `npm run determinism` does the same with 1,000 worlds.
  it('has one trace hash for one seed, in three processes at once, and another for another seed', async () => {
    const [one, other] = await Promise.all([
      hashesOfProcesses({ seed: 1, processes: 3, worlds: 12 }),
      hashesOfProcesses({ seed: 2, processes: 1, worlds: 2 }),
    ]);
    expect(one.worlds).toBe(36);
    expect(one.hashes).toHaveLength(1);
    expect(other.hashes).toHaveLength(1);
    expect(other.hashes).not.toEqual(one.hashes);
  }, 120_000);
});
