import { join } from 'node:path';
import { writeCertificates } from '../standalone/certificate-folder.ts';
import { createCertificates } from '../standalone/certificates.ts';
import type { Io } from './io.ts';

export interface CertificatesFlags {
  out: string;
  name?: string[];
}

/** Makes the certificates of a cluster and writes them into a folder that has none. */
export async function certificates(io: Io, { out, name = ['cloud'] }: CertificatesFlags): Promise<void> {
  await writeCertificates(out, await createCertificates(name));
  io.out(
    `Certificates for ${[...name, 'localhost', '127.0.0.1'].join(', ')} are in ${out}.\n` +
      `cloud --certificates ${out}; edges need edge.crt and edge.key of it; kubectl: ${join(out, 'kubeconfig')}\n`,
  );
}
