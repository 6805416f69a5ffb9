// Test support only, the one file here with I/O: not exported from index.ts.
import { readFileSync } from 'node:fs';

/** Reads a fixture with one JSON value per line. */
export function readFixture<T>(name: string): T[] {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A tunnel message seen on the wire. */
export type MessageVector = {
  dir: string;
  hex: string;
  connectId: number;
  type: number;
  typeName: string;
  dataBytes: number;
};
