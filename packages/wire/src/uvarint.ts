import { wireError } from './errors.ts';

/** The longest legal varint of a uint64, in bytes (Go's binary.MaxVarintLen64). */
export const uvarintBytesMax = 10;

const uint64Max = 0xffff_ffff_ffff_ffffn;

/**
 * Encodes an unsigned integer as Go's binary.PutUvarint does: 7 bits a byte, least significant first.
 *
 * @returns 1 to 10 bytes
 * @throws WireError WIRE_ERR_VARINT_RANGE when the value is no integer from 0 to 2^64-1
 */
export function encodeUvarint(value: number | bigint): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw wireError('WIRE_ERR_VARINT_RANGE', { found: value });
  }
  let rest = BigInt(value);
  if (rest < 0n || rest > uint64Max) throw wireError('WIRE_ERR_VARINT_RANGE', { found: String(value) });
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** How many bytes {@link writeUvarint} writes for a value; an integer from 0 to 2^53-1. */
export function uvarintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1;
  return length;
}

/**
 * Writes an integer from 0 to 2^53-1 as {@link encodeUvarint} encodes it.
 *
 * @returns the offset after it
 */
export function writeUvarint(value: number, target: Uint8Array, offset: number): number {
  let at = offset;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    target[at] = (rest % 0x80) | 0x80;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}

/** A decoded varint: its value and the number of bytes it took. */
export type DecodedUvarint = { readonly value: bigint; readonly bytesRead: number };

/**
 * Decodes one varint as Go's binary.ReadUvarint does. Over-long encodings are accepted (`81 80 00` is 1).
 *
 * The 10-byte limit is the one of Go 1.14.7 and later; earlier patch releases read on for ever
 * (CVE-2020-16845). Go encoding/binary/varint.go ReadUvarint.
 *
 * @param what what is being read, for the error message
 * @throws WireError WIRE_ERR_TRUNCATED_VARINT when the bytes end first (goText `EOF` when there was no byte
 *   at all, else `unexpected EOF`), WIRE_ERR_VARINT_OVERFLOW above 2^64-1
 */
export function decodeUvarint(bytes: Uint8Array, offset = 0, what = 'a varint'): DecodedUvarint {
  let value = 0n;
  for (let read = 0; read < uvarintBytesMax; read += 1) {
    const byte = bytes[offset + read];
    if (byte === undefined) {
      const goText = read === 0 ? 'EOF' : 'unexpected EOF';
      throw wireError('WIRE_ERR_TRUNCATED_VARINT', { what, found: `${read} bytes` }, goText);
    }
    value |= BigInt(byte & 0x7f) << BigInt(7 * read);
    if (byte < 0x80) {
      // The tenth byte has room for the 64th bit only.
      if (read === uvarintBytesMax - 1 && byte > 1) throw overflow(what);
      return { value, bytesRead: read + 1 };
    }
  }
  throw overflow(what);
}

function overflow(what: string) {
  return wireError('WIRE_ERR_VARINT_OVERFLOW', { what }, 'binary: varint overflows a 64-bit integer');
}
