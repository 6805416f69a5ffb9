import { Readable } from 'node:stream';
import type { Certificates } from 'kubeedge-sim';
import { pack } from 'tar-stream';

/** A volume of the image, which can be written to even where the root filesystem cannot. */
export const CERTIFICATES_FOLDER = '/certificates';
/** The user of the image. */
const USER = 10_001;

/** The files as an archive, for the image's user only. An archive can be read once. */
export function certificatesArchive(files: Partial<Certificates>): { tar: Readable; target: string } {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry({ name, mode: 0o600, uid: USER, gid: USER }, content);
  }
  tar.finalize();
  return { tar: Readable.from(tar), target: CERTIFICATES_FOLDER };
}
