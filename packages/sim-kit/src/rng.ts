import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Repeatable randomness. Two streams of different labels are independent, whatever the order in which they are used. */
export interface Rng {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [min, max]. */
  int(min: number, max: number): number;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** The stream of this seed and this label; the same label always gives the same stream from its start. */
  fork(label: string): Rng;
}

/** Creates the root stream of a seed. */
export function createRng(seed: number | string): Rng {
  return stream(String(seed));
}

function stream(path: string): Rng {
  const generator = xoroshiro128plus(createHash('sha256').update(path).digest().readInt32BE(0));
  const next = () => (generator.next() >>> 0) / 0x1_0000_0000;
  return {
    next,
    int: (min, max) => uniformInt(generator, min, max),
    hex: (digits) => Array.from({ length: digits }, () => uniformInt(generator, 0, 15).toString(16)).join(''),
    fork: (label) => stream(`${path}/${label}`),
  };
}
