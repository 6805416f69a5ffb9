import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { type CertificateFile, type Certificates, certificateFiles } from './certificates.ts';

/**
 * Writes the files into a folder, readable by their owner only: all of them or none.
 * @throws UsageError for a folder that has one of them, or that cannot be written to
 */
export async function writeCertificates(folder: string, files: Certificates): Promise<void> {
  const present = await presentFiles(folder);
  if (present.length > 0) {
    throw new UsageError(
      `Tried to write certificates into ${folder}, found ${present.join(', ')} there. Nothing was changed; ` +
        'give another folder, or remove them.',
    );
  }
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of certificateFiles) {
      const partial = join(folder, `${name}.partial`);
      written.push(partial);
      await writeFile(partial, files[name], { mode: 0o600 });
    }
    for (const name of certificateFiles) {
      written.push(join(folder, name));
      await rename(join(folder, `${name}.partial`), join(folder, name));
    }
  } catch (error) {
    for (const file of written) await rm(file, { force: true }).catch(() => {});
    throw asUsage(error, `write certificates into ${folder}`);
  }
}

/** @throws UsageError naming what is not there */
export async function readCertificates<F extends CertificateFile>(
  folder: string,
  wanted: readonly F[],
): Promise<Readonly<Record<F, string>>> {
  const files: Partial<Record<F, string>> = {};
  const missing: string[] = [];
  for (const name of wanted) {
    try {
      files[name] = await readFile(join(folder, name), 'utf8');
    } catch (error) {
      if (!isMissing(error)) throw asUsage(error, `read ${join(folder, name)}`);
      missing.push(name);
    }
  }
  if (missing.length === 0) return files as Record<F, string>;
  throw new UsageError(
    `Looked for certificates in ${folder}, found no ${missing.join(', ')}. ` +
      'Make them with `kubeedge-sim certificates --out <folder>`, or give `cloud` an empty folder.',
  );
}

/** Reads one file of PEM text. @throws UsageError */
export async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (!isMissing(error)) throw asUsage(error, `read ${file}`);
    throw new UsageError(
      `Looked for a certificate or key at ${file}, found no such file. Give one that is there.`,
    );
  }
}

/** Which of the files a folder has; none if it is not there. */
export async function presentFiles(folder: string): Promise<CertificateFile[]> {
  const present: CertificateFile[] = [];
  for (const name of certificateFiles) {
    const isThere = await access(join(folder, name)).then(
      () => true,
      (error: unknown) => !isMissing(error),
    );
    if (isThere) present.push(name);
  }
  return present;
}

const isMissing = (error: unknown) =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');

/** What the machine refuses is the user's to mend. */
function asUsage(error: unknown, action: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new UsageError(
    `Tried to ${action}, found ${code} (${syscall}). Give a folder that can be used for it.`,
  );
}
