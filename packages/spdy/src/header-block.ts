import { spdyError } from './errors.ts';
import type { SpdyHeaders } from './frame.ts';

/** Puts names and values into a name/value header block, not compressed (Draft 3.1, 2.6.10). */
export function encodeHeaderBlock(headers: SpdyHeaders): Uint8Array {
  const pairs = Array.from(headers, ([name, values]) => [name, values.join('\0')] as const);
  let bytes = 4;
  for (const [name, value] of pairs) {
    if (name === '' || !isOneBytePerCharacter(name) || name !== name.toLowerCase()) {
      throw spdyError('SPDY_ERR_ENCODE', {
        type: 'header',
        field: 'a name',
        found: JSON.stringify(name),
        expected: 'not empty, in lower case and ISO 8859-1',
      });
    }
    if (!isOneBytePerCharacter(value)) {
      throw spdyError('SPDY_ERR_ENCODE', {
        type: 'header',
        field: `the value of ${name}`,
        found: JSON.stringify(value),
        expected: 'in ISO 8859-1',
      });
    }
    bytes += 8 + name.length + value.length;
  }
  const block = new Uint8Array(bytes);
  const view = new DataView(block.buffer);
  view.setUint32(0, pairs.length);
  let at = 4;
  for (const text of pairs.flat()) {
    view.setUint32(at, text.length);
    at += 4;
    for (let index = 0; index < text.length; index++) block[at++] = text.charCodeAt(index);
  }
  return block;
}

/**
 * Reads a whole name/value header block. What is refused is what the draft refuses: an empty name, a name twice, a
 * name with capitals, and lengths that do not fit the block. Nothing is allocated by an announced number.
 *
 * @throws SpdyError SPDY_ERR_HEADER_BLOCK, SPDY_ERR_HEADER_NAMES_TOO_MANY
 */
export function decodeHeaderBlock(block: Uint8Array, namesMax: number): SpdyHeaders {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const headers = new Map<string, readonly string[]>();
  let at = 0;
  const number = (what: string): number => {
    if (block.length - at < 4) throw faulty(`it ends inside of ${what}`);
    at += 4;
    return view.getUint32(at - 4);
  };
  const text = (what: string): string => {
    const length = number(`the length of ${what}`);
    if (length > block.length - at) {
      throw faulty(`${what} announces ${length} bytes, ${block.length - at} are left`);
    }
    at += length;
    return latin1(block.subarray(at - length, at));
  };
  const count = number('the number of names');
  if (count > namesMax) throw spdyError('SPDY_ERR_HEADER_NAMES_TOO_MANY', { found: count, limit: namesMax });
  for (let index = 0; index < count; index++) {
    const name = text('a name');
    const value = text('a value');
    if (name === '') throw faulty('a name is empty');
    if (name !== name.toLowerCase()) throw faulty(`the name ${JSON.stringify(name)} has capitals`);
    if (headers.has(name)) throw faulty(`the name ${JSON.stringify(name)} is there twice`);
    headers.set(name, value.split('\0'));
  }
  if (at !== block.length) throw faulty(`${block.length - at} bytes follow its last value`);
  return headers;
}

function faulty(found: string) {
  return spdyError('SPDY_ERR_HEADER_BLOCK', { found });
}

function isOneBytePerCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0xff) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
