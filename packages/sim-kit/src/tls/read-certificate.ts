import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SimError } from '../errors.ts';
import type { Certificate } from './certificate.ts';

const usageNames: Readonly<Record<string, 'server' | 'client'>> = {
  '1.3.6.1.5.5.7.3.1': 'server',
  '1.3.6.1.5.5.7.3.2': 'client',
};

/**
 * A certificate made elsewhere, from its PEM text and that of its key, for real sockets. Its issuer is not known.
 * @throws SimError SIM_ERR_CERTIFICATE for text that is no certificate, and for a key that is none or another's
 */
export function readCertificate(name: string, pem: string, keyPem?: string): Certificate {
  const x509 = parse(name, 'no certificate in PEM', () => new X509Certificate(pem));
  if (keyPem !== undefined) {
    const key = parse(name, 'no private key in PEM', () => createPrivateKey(keyPem));
    if (!x509.checkPrivateKey(key)) throw unusable(name, 'a private key that belongs to another certificate');
  }
  const subject = new Map(x509.subject.split('\n').map((line) => line.split('=', 2) as [string, string]));
  const organization = subject.get('O');
  return {
    commonName: subject.get('CN') ?? '',
    ...(organization !== undefined && { organization }),
    dnsNames: namesOf(x509, 'DNS:'),
    ipAddresses: namesOf(x509, 'IP Address:'),
    notBeforeMs: x509.validFromDate.getTime(),
    notAfterMs: x509.validToDate.getTime(),
    isCa: x509.ca,
    key: x509.publicKey.asymmetricKeyType === 'rsa' ? 'rsa-2048' : 'ecdsa-p256',
    usages: (x509.keyUsage ?? []).flatMap((id) => usageNames[id] ?? []),
    serial: x509.serialNumber.toLowerCase(),
    issuer: undefined,
    pem,
    ...(keyPem !== undefined && { keyPem }),
  };
}

const namesOf = (x509: X509Certificate, kind: string) =>
  (x509.subjectAltName ?? '')
    .split(', ')
    .flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []));

function parse<T>(name: string, found: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unusable(name, found, error);
  }
}

function unusable(name: string, found: string, cause?: unknown): SimError {
  const remedy = 'Make the certificates anew, into an empty folder.';
  return new SimError('SIM_ERR_CERTIFICATE', { name, found, remedy }, { cause });
}
