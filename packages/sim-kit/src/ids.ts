import { createHash } from 'node:crypto';

/** Repeatable identifiers: counters by kind, and names derived from the seed and a label. */
export interface Ids {
  /** 1, 2, 3 … for each kind. */
  next(kind: string): number;
  /** Hexadecimal digits that depend on the seed and the label only, e.g. a container id (64 digits). */
  hex(label: string, digits: number): string;
  /** A version-4 shaped UUID that depends on the seed and the label only. */
  uuid(label: string): string;
}

export function createIds(seed: number | string): Ids {
  const counters = new Map<string, number>();
  const hex = (label: string, digits: number) => {
    let text = '';
    for (let block = 0; text.length < digits; block++) {
      text += createHash('sha256').update(`${seed}/${label}/${block}`).digest('hex');
    }
    return text.slice(0, digits);
  };
  return {
    next(kind) {
      const value = (counters.get(kind) ?? 0) + 1;
      counters.set(kind, value);
      return value;
    },
    hex,
    uuid(label) {
      const digits = hex(`uuid/${label}`, 32);
      const variant = '89ab'[Number.parseInt(digits.charAt(16), 16) % 4];
      return [
        digits.slice(0, 8),
        digits.slice(8, 12),
        `4${digits.slice(13, 16)}`,
        `${variant}${digits.slice(17, 20)}`,
        digits.slice(20),
      ].join('-');
    },
  };
}
