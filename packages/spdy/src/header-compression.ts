import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { headerDictionary, headerDictionaryId } from './dictionary.data.ts';
import { spdyError } from './errors.ts';

// Draft 3.1, 2.6.10.1: all header blocks of one direction are one zlib stream (RFC 1950) that starts with a preset
// dictionary, and each block ends with a sync flush. A flush ends on a whole byte with an empty stored block, and no
// Huffman tree lives longer than its block, so all that one block owes to those before is the past 32 KiB of text.
// Keeping those bytes makes each block a call of its own: nothing to close, and memory is bounded by the window.

const zlibWindowBytes = 32 * 1024;
const zlibHeadBytes = 6;
/** Deflate with a 32 KiB window, at level 9, with a dictionary: what Go's zlib.NewWriterLevelDict writes, too. */
const zlibHead = Uint8Array.of(0x78, 0xf9, ...bigEndian(headerDictionaryId));
/** The empty stored block of a sync flush, without its three leading bits. */
const flushTail = [0x00, 0x00, 0xff, 0xff];

/** Compresses the header blocks that one side sends, in their order. */
export class HeaderDeflater {
  #past: Uint8Array = headerDictionary;
  #started = false;

  deflate(block: Uint8Array): Uint8Array {
    const compressed = deflateRawSync(block, {
      dictionary: this.#past,
      finishFlush: constants.Z_SYNC_FLUSH,
      level: constants.Z_BEST_COMPRESSION,
    });
    this.#past = withPast(this.#past, block);
    if (this.#started) return compressed;
    this.#started = true;
    return joined(zlibHead, compressed);
  }
}

/** Decompresses the header blocks that one side received, in their order. After an error it is of no use. */
export class HeaderInflater {
  readonly #blockBytesMax: number;
  #past: Uint8Array = headerDictionary;
  #started = false;

  /** @param blockBytesMax what a block may grow to, in bytes */
  constructor(blockBytesMax: number) {
    this.#blockBytesMax = blockBytesMax;
  }

  /**
   * @param type the frame the block came in, for messages
   * @throws SpdyError SPDY_ERR_COMPRESSION, SPDY_ERR_HEADER_BLOCK_TOO_LARGE
   */
  inflate(compressed: Uint8Array, type: string): Uint8Array {
    const deflated = this.#started ? compressed : this.#withoutZlibHead(compressed, type);
    this.#started = true;
    if (!endsWithFlush(deflated)) throw broken(type, 'it does not end with a sync flush');
    const block = this.#inflateRaw(deflated, type);
    this.#past = withPast(this.#past, block);
    return block;
  }

  #inflateRaw(deflated: Uint8Array, type: string): Uint8Array {
    let result: { buffer: Uint8Array; engine: { bytesWritten: number } };
    try {
      result = inflateRawSync(deflated, {
        // Node takes no empty dictionary.
        ...(this.#past.length > 0 ? { dictionary: this.#past } : {}),
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: this.#blockBytesMax,
        info: true,
      }) as unknown as typeof result;
    } catch (error) {
      // Node leaves the handle of a failed call, some 16 KiB, to the collector; each failure ends a session.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ERR_BUFFER_TOO_LARGE') {
        throw spdyError('SPDY_ERR_HEADER_BLOCK_TOO_LARGE', { type, limit: this.#blockBytesMax });
      }
      throw broken(type, message);
    }
    // Inflate stops at a final block; what follows it would be lost without a word.
    if (result.engine.bytesWritten !== deflated.length)
      throw broken(type, 'its zlib stream ends inside of it');
    return result.buffer;
  }

  #withoutZlibHead(compressed: Uint8Array, type: string): Uint8Array {
    const [method = 0, flags = 0] = compressed;
    if (
      compressed.length < 2 ||
      (method & 0x0f) !== 8 ||
      method >> 4 > 7 ||
      (method * 256 + flags) % 31 !== 0
    ) {
      throw broken(type, 'it does not start with a zlib header');
    }
    if ((flags & 0x20) === 0) {
      // A stream without the dictionary is legal zlib, and Go reads it.
      this.#past = new Uint8Array(0);
      return compressed.subarray(2);
    }
    const id = compressed.subarray(2, zlibHeadBytes);
    if (!id.every((byte, index) => byte === zlibHead[index + 2]) || id.length < 4) {
      throw broken(type, 'it names another dictionary than that of SPDY/3');
    }
    return compressed.subarray(zlibHeadBytes);
  }
}

function endsWithFlush(deflated: Uint8Array): boolean {
  return flushTail.every((byte, index) => deflated[deflated.length - flushTail.length + index] === byte);
}

function broken(type: string, found: string) {
  return spdyError('SPDY_ERR_COMPRESSION', { type, found });
}

function withPast(past: Uint8Array, block: Uint8Array): Uint8Array {
  if (block.length >= zlibWindowBytes) return block.slice(-zlibWindowBytes);
  return joined(past.subarray(Math.max(0, past.length + block.length - zlibWindowBytes)), block);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
