// Go strings are bytes, JavaScript strings are UTF-16. To carry any Go string unharmed, each byte that is not
// part of valid UTF-8 becomes one lone surrogate U+DC80–U+DCFF (byte + 0xDC00); nothing else is changed.

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Bytes → string. Valid UTF-8 decodes as usual; each invalid byte becomes one lone surrogate
 * U+DC80–U+DCFF, one per byte as Go's utf8.DecodeRune steps (width 1), not one per broken sequence.
 *
 * Use it for percent-decoded paths and for header values read from a socket.
 */
export function goStringFromBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeLeniently(bytes);
  }
}

/** String → bytes, the inverse of {@link goStringFromBytes}. Other lone surrogates become U+FFFD. */
export function goStringToBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...encoder.encode(char));
  }
  return Uint8Array.from(bytes);
}

function decodeLeniently(bytes: Uint8Array): string {
  const parts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const width = runeWidth(bytes, at);
    if (width === 0) {
      parts.push(String.fromCharCode(0xdc00 + (bytes[at] ?? 0)));
      at += 1;
      continue;
    }
    parts.push(strictDecoder.decode(bytes.subarray(at, at + width)));
    at += width;
  }
  return parts.join('');
}

/** Width in bytes of the valid UTF-8 sequence at `at`, or 0. Go unicode/utf8 acceptRanges. */
function runeWidth(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const secondMin = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const secondMax = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let next = 1; next < width; next += 1) {
    const byte = bytes[at + next] ?? 0;
    const min = next === 1 ? secondMin : 0x80;
    const max = next === 1 ? secondMax : 0xbf;
    if (byte < min || byte > max) return 0;
  }
  return width;
}
