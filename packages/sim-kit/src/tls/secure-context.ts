import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { SimError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import type { TlsClientOptions, TlsServerOptions } from './verdict.ts';

// OpenSSL leaves TLS 1.3 out when a list names none of its suites.
const SUITES_13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];
const CONTEXTS_MAX = 64;

/** @throws SimError SIM_ERR_CERTIFICATE */
export function serverContextOptions(tls: TlsServerOptions): SecureContextOptions {
  return {
    ...keyPair(tls.certificate),
    ...(tls.clientAuth === 'require' ? { ca: rootsOf(tls.clientRoots) } : {}),
    ...suites(tls.cipherSuites12),
    minVersion: tls.minVersion ?? 'TLSv1.2',
  };
}

/**
 * Makes secure contexts of a client, one for all dials that offer the same: parsing them costs more than the rest of a
 * handshake's set-up.
 */
export function createClientContexts(): (tls: TlsClientOptions) => SecureContext {
  const contexts = new Map<string, SecureContext>();
  return (tls) => {
    const options: SecureContextOptions = {
      ...(tls.certificate && keyPair(tls.certificate)),
      ca: rootsOf(tls.roots),
      ...suites(tls.cipherSuites12),
      minVersion: tls.minVersion ?? 'TLSv1.2',
      maxVersion: tls.maxVersion ?? 'TLSv1.3',
    };
    const key = JSON.stringify(options);
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const context = createSecureContext(options);
    contexts.set(key, context);
    const [oldest] = contexts.keys();
    if (contexts.size > CONTEXTS_MAX && oldest !== undefined) contexts.delete(oldest);
    return context;
  };
}

function suites(names: readonly string[] | undefined): SecureContextOptions {
  return names === undefined ? {} : { ciphers: [...SUITES_13, ...names].join(':') };
}

const rootsOf = (roots: readonly Certificate[] = []) => roots.map((root) => pemOf(root, root.pem));

function keyPair(certificate: Certificate): SecureContextOptions {
  return { cert: pemOf(certificate, certificate.pem), key: pemOf(certificate, certificate.keyPem) };
}

function pemOf(certificate: Certificate, pem: string | undefined): string {
  if (pem !== undefined) return pem;
  throw new SimError('SIM_ERR_CERTIFICATE', {
    name: certificate.commonName,
    found: 'no PEM in it',
    remedy:
      'Real sockets need real certificates: issue it with `world.net.authority()` of the loopback world.',
  });
}
