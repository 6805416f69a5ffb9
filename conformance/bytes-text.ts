import { createHash } from 'node:crypto';

const SHOWN_BYTES = 160;

/** Bytes for a person and for comparison: as text where short, by length and digest otherwise. */
export function bytesText(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN_BYTES) return JSON.stringify(Buffer.from(bytes).toString('latin1'));
  return `${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}
