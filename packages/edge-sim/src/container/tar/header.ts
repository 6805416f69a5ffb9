/** A member of an archive, as its header says. Times in seconds. */
export interface TarMember {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedAtS: number;
  readonly target: string;
}

/** What a header announces of the member after it: PAX records (`x`, `g`), or a GNU long name (`L`) or target (`K`). */
export interface TarExtension {
  readonly extends: 'x' | 'g' | 'L' | 'K';
  readonly sizeBytes: number;
}

export const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const SIZE_BYTES_MAX = 0o77777777777;
const TYPES = { '0': 'file', '\0': 'file', '7': 'file', '5': 'directory', '2': 'link' } as const;

/** Reads a header block; undefined for a block of zeros, which ends an archive. @throws TarProblem */
export function readHeader(block: Buffer): TarMember | TarExtension | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (octal(block, 148, 8) !== checksum(block)) throw new TarProblem('invalid tar magic');
  const flag = block.toString('latin1', 156, 157);
  const sizeBytes = size(block);
  if (flag === 'x' || flag === 'g' || flag === 'L' || flag === 'K') return { extends: flag, sizeBytes };
  const prefix = block.toString('latin1', 257, 262) === 'ustar' ? text(block, 345, 155) : '';
  const name = text(block, 0, NAME_BYTES);
  const type = TYPES[flag as keyof typeof TYPES] ?? 'other';
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type: type === 'file' && name.endsWith('/') ? 'directory' : type,
    mode: octal(block, 100, 8) & 0o7777,
    sizeBytes,
    modifiedAtS: octal(block, 136, 12),
    target: text(block, 157, NAME_BYTES),
  };
}

/** The header of a member, with a GNU long name before it where the path needs one. */
export function writeHeader(member: TarMember): Buffer {
  const path = Buffer.from(member.path);
  const long = path.length > NAME_BYTES ? [longName(path)] : [];
  return Buffer.concat([...long, block(path.subarray(0, NAME_BYTES), member)]);
}

/** Zeros up to the next block. */
export const padding = (sizeBytes: number) =>
  Buffer.alloc((BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);

/** Not an archive. */
export class TarProblem extends Error {
  override readonly name = 'TarProblem';
}

/** PAX records: `<length> <name>=<value>\n` one after another. */
export function readRecords(bytes: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const [digits = ''] = /^\d{1,10}(?= )/.exec(bytes.toString('latin1', at, at + 11)) ?? [];
    const length = Number(digits);
    if (length <= digits.length + 1) throw new TarProblem('malformed extended header');
    const record = bytes.toString('utf8', at + digits.length + 1, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function longName(path: Buffer): Buffer {
  const name = Buffer.concat([path, Buffer.alloc(1)]);
  const member = {
    path: '',
    type: 'other',
    mode: 0,
    sizeBytes: name.length,
    modifiedAtS: 0,
    target: '',
  } as const;
  return Buffer.concat([block(Buffer.from('././@LongLink'), member, 'L'), name, padding(name.length)]);
}

function block(name: Uint8Array, member: TarMember, flag = flagOf(member)): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  bytes.set(name, 0);
  const number = (at: number, width: number, value: number) =>
    bytes.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  number(100, 8, member.mode);
  number(108, 8, 0);
  number(116, 8, 0);
  number(124, 12, Math.min(member.sizeBytes, SIZE_BYTES_MAX));
  number(136, 12, member.modifiedAtS);
  bytes.write(flag, 156, 'latin1');
  bytes.set(Buffer.from(member.target).subarray(0, NAME_BYTES), 157);
  bytes.write('ustar  \0', 257, 'latin1');
  bytes.write('root', 265, 'latin1');
  bytes.write('root', 297, 'latin1');
  bytes.write(`${checksum(bytes).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

const flagOf = ({ type }: TarMember) => (type === 'directory' ? '5' : type === 'link' ? '2' : '0');

/** The sum of all bytes, its own field taken for blanks. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function text(block: Buffer, at: number, bytes: number): string {
  const field = block.subarray(at, at + bytes);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? bytes : end);
}

function octal(block: Buffer, at: number, bytes: number): number {
  return Number.parseInt(block.toString('latin1', at, at + bytes).replace(/[\0 ]+/g, ''), 8) || 0;
}

/** A size beyond 8 GiB is in base 256, its first bit being set. */
function size(block: Buffer): number {
  if (((block[124] ?? 0) & 0x80) === 0) return octal(block, 124, 12);
  return Number(block.readBigUInt64BE(128) & 0x7fff_ffff_ffff_ffffn);
}
