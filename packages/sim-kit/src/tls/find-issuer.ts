import { X509Certificate } from 'node:crypto';
import type { Certificate } from './certificate.ts';

/** Whether a certificate was issued by one of some roots. */
export interface Chain {
  trusted: boolean;
  /**
   * Common name of a root that is called like the issuer and did not sign: an authority made anew keeps its name.
   * golang/go src/crypto/x509/verify.go UnknownAuthorityError names it.
   */
  candidate?: string;
}

/** Looks for the issuer by statement where it is stated, and by signature where there are only bytes. */
export function findIssuer(certificate: Certificate, roots: readonly Certificate[]): Chain {
  const { issuer } = certificate;
  if (issuer !== undefined) {
    if (roots.includes(issuer)) return { trusted: true };
    // The same authority may have been read from bytes at this end.
    const namesakes = roots.filter(({ commonName }) => commonName === issuer.commonName);
    if (namesakes.some(({ pem }) => pem !== undefined && pem === issuer.pem)) return { trusted: true };
    return rejected(namesakes);
  }
  if (roots.includes(certificate)) return { trusted: true };
  if (certificate.pem === undefined) return { trusted: false };
  const leaf = new X509Certificate(certificate.pem);
  const parsed = roots.flatMap((root) =>
    root.pem === undefined ? [] : [{ root, x509: new X509Certificate(root.pem) }],
  );
  const namesakes = parsed.filter(({ x509 }) => x509.subject === leaf.issuer);
  if (namesakes.some(({ x509 }) => x509.raw.equals(leaf.raw) || leaf.verify(x509.publicKey)))
    return { trusted: true };
  return rejected(namesakes.map(({ root }) => root));
}

function rejected([candidate]: readonly Certificate[]): Chain {
  return { trusted: false, ...(candidate !== undefined && { candidate: candidate.commonName }) };
}
