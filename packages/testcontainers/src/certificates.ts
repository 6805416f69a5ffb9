import { Readable } from 'node:stream';
import type { Certificates } from 'kubeedge-sim';
import { tarOf } from './tar.ts';

/** A volume of the image, which can be written to even where the root filesystem cannot. */
export const CERTIFICATES_FOLDER = '/certificates';
/** The user of the image. */
const USER = 10_001;

/** The files as an archive, for the image's user only. It can be read once. */
export function certificatesArchive(files: Partial<Certificates>): { tar: Readable; target: string } {
  const entries = Object.entries(files).map(([name, content]) => ({
    name,
    content,
    mode: 0o600,
    owner: USER,
  }));
  return { tar: Readable.from([tarOf(entries)]), target: CERTIFICATES_FOLDER };
}
