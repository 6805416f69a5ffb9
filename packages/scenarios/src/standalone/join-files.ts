import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles, StoredCertificates } from '@kubeedge-sim/edge-sim';

/** By the names that edgecore gives them, so that a real one can go on with them. */
const names = { ca: 'rootCA.crt', key: 'server.key', certificate: 'server.crt' } as const;
/** Key and certificate belong together: whichever is renamed last is there in part until both are new. */
const order = ['ca', 'key', 'certificate'] as const;

/**
 * An edge's certificates in a folder of the machine. They are written beside the old ones first and then renamed, so
 * that a folder never holds half of a file, and never a certificate without its key: what was broken off between two
 * renames is finished when the folder is read next.
 */
export function openJoinFolder(folder: string): CertificateFiles {
  const path = (name: keyof typeof names) => join(folder, names[name]);
  const partial = (name: keyof typeof names) => `${path(name)}.partial`;

  function finish(): void {
    // The key is renamed before the certificate: without its part the rest was on its way.
    const isWritten = statSync(partial('certificate'), { throwIfNoEntry: false })?.isFile() ?? false;
    if (isWritten && !existsSync(partial('key'))) renameSync(partial('certificate'), path('certificate'));
  }

  return {
    read() {
      finish();
      const stored: Partial<StoredCertificates> = {};
      for (const name of order) {
        if (!existsSync(path(name))) return undefined;
        stored[name] = readFileSync(path(name), 'utf8');
      }
      return stored as StoredCertificates;
    },
    write(stored) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const written: string[] = [];
      try {
        for (const name of order) {
          writeFileSync(partial(name), stored[name], { mode: 0o600 });
          written.push(partial(name));
        }
      } catch (error) {
        for (const file of written) rmSync(file, { force: true });
        throw error;
      }
      for (const name of order) renameSync(partial(name), path(name));
    },
  };
}
