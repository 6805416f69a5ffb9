import type { ByteSource } from '../pipe.ts';
import {
  BLOCK_BYTES,
  readHeader,
  readRecords,
  type TarExtension,
  type TarMember,
  TarProblem,
} from './header.ts';

/** Names and targets of members are bounded by the kernel, records by this. */
const EXTENSION_BYTES_MAX = 65_536;

/** Takes what a member holds, piece by piece. */
export type TakeContents = (chunk: Uint8Array) => Promise<void>;

/**
 * Reads an archive: calls `onMember` for each member, and what that returns with each piece of its contents. What comes
 * after the end of the archive stays unread.
 * @throws TarProblem; what `onMember` throws
 */
export async function readTar(
  source: ByteSource,
  signal: AbortSignal,
  onMember: (member: TarMember) => TakeContents | undefined,
): Promise<void> {
  const take = (bytes: number) => takeExactly(source, signal, bytes);
  let records = new Map<string, string>();
  for (;;) {
    const block = await take(BLOCK_BYTES);
    if (block === undefined) throw new TarProblem('short read');
    const header = readHeader(block);
    if (header === undefined) return;
    if ('extends' in header) {
      records = new Map([...records, ...(await readExtension(header, take))]);
      continue;
    }
    const member = extended(header, records);
    records = new Map();
    const contents = onMember(member);
    const padded = Math.ceil(member.sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    let left = member.sizeBytes;
    for (let unread = padded; unread > 0; ) {
      const chunk = await source.read(signal);
      if (chunk === undefined) throw new TarProblem('short read');
      const own = chunk.subarray(0, left);
      if (own.length > 0) await contents?.(own);
      left -= own.length;
      if (chunk.length > unread) source.unread(chunk.subarray(unread));
      unread -= Math.min(unread, chunk.length);
    }
  }
}

async function readExtension(
  header: TarExtension,
  take: (bytes: number) => Promise<Buffer | undefined>,
): Promise<Map<string, string>> {
  if (header.sizeBytes > EXTENSION_BYTES_MAX) throw new TarProblem('malformed extended header');
  const padded = Math.ceil(header.sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  const bytes = (await take(padded))?.subarray(0, header.sizeBytes);
  if (bytes === undefined) throw new TarProblem('short read');
  if (header.extends === 'x') return readRecords(bytes);
  if (header.extends === 'g') return new Map();
  const name = bytes.toString('utf8').replace(/\0.*$/s, '');
  return new Map([[header.extends === 'L' ? 'path' : 'linkpath', name]]);
}

function extended(member: TarMember, records: ReadonlyMap<string, string>): TarMember {
  const path = records.get('path') ?? member.path;
  const size = records.get('size');
  return {
    ...member,
    path,
    type: member.type === 'file' && path.endsWith('/') ? 'directory' : member.type,
    target: records.get('linkpath') ?? member.target,
    sizeBytes: size === undefined ? member.sizeBytes : Number(size) || 0,
  };
}

/** So many bytes, undefined when there are none at all. @throws TarProblem when there are fewer */
async function takeExactly(
  source: ByteSource,
  signal: AbortSignal,
  bytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  for (let missing = bytes; missing > 0; ) {
    const chunk = await source.read(signal);
    if (chunk === undefined) {
      if (chunks.length === 0) return undefined;
      throw new TarProblem('short read');
    }
    chunks.push(chunk.subarray(0, missing));
    if (chunk.length > missing) source.unread(chunk.subarray(missing));
    missing -= Math.min(missing, chunk.length);
  }
  return Buffer.concat(chunks);
}
