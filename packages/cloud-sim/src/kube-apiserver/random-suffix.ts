import type { Rng } from '@kubeedge-sim/sim-kit';

// kubernetes/apimachinery v0.19.10 pkg/util/rand/rand.go
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** The random end of a name, e.g. of a pod that somebody makes many of. */
export function randomSuffix(rng: Rng, length = 5): string {
  return Array.from({ length }, () => ALPHABET[rng.int(0, ALPHABET.length - 1)]).join('');
}
