// The seeded generator that all cases draw from, and what they have in common.
import { WireError, type WireErrorCode } from '@kubeedge-sim/wire';

let state = 1;

/** Where the generator stands: a seed that goes on from here. */
export const standsAt = () => state >>> 0;

export function startAt(seed: number): void {
  state = seed >>> 0 || 1;
}

/** xorshift32: an integer from 0 to below - 1. */
export function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
export const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
export const oneIn = (times: number) => below(times) === 0;

export function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = below(256);
  return bytes;
}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

export const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
export const asText = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof Map ? [...inner] : inner));

/** Undefined when it throws one of the errors it may throw; anything else it throws is the case's failure. */
export function orRefused<T>(codes: readonly WireErrorCode[], run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof WireError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Changes, cuts and doubles bytes. */
export function mutated(bytes: Uint8Array): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let change = 1 + below(4); change > 0 && changed.length > 0; change--) {
    const at = below(changed.length);
    switch (below(5)) {
      case 0:
        changed[at] = below(256);
        break;
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8));
        break;
      case 2:
        changed = changed.slice(0, at);
        break;
      case 3:
        changed = Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(Math.max(0, at - 8))]);
        break;
      default:
        changed = Uint8Array.from([
          ...changed.subarray(0, at),
          ...randomBytes(below(5)),
          ...changed.subarray(at),
        ]);
    }
  }
  return changed;
}
