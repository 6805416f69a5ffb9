const BLOCK_BYTES = 512;

export interface TarEntry {
  /** At most 100 bytes. */
  name: string;
  content: string;
  /** e.g. 0o600 */
  mode: number;
  /** User and group. */
  owner: number;
}

/** An archive of small files, as POSIX.1-1988 (ustar) has it. A library for it would be 13 packages. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const content = Buffer.from(entry.content);
    const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
    return [headerOf(entry, content.length), content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function headerOf({ name, mode, owner }: TarEntry, bytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, width: number) =>
    header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  header.write(name, 0, 100);
  octal(mode, 100, 8);
  octal(owner, 108, 8);
  octal(owner, 116, 8);
  octal(bytes, 124, 12);
  // A time of zero: the content says all there is.
  octal(0, 136, 12);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  // The sum is over a header whose own field is blank.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
