import { type EcKey, ecKeyToPem, ecPublicKey } from './ec-key.ts';
import { certificatePem, derOfPem } from './pem.ts';
import { signCertificate, signRoot } from './sign-certificate.ts';

/** What a certificate says. Validity is in milliseconds since the epoch. */
export interface CertificateContent {
  commonName: string;
  organization?: string;
  /** Subject alternative names. */
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  notBeforeMs: number;
  notAfterMs: number;
  isCa: boolean;
  key: 'ecdsa-p256' | 'rsa-2048';
  /** Extended key usages. */
  usages: readonly ('server' | 'client')[];
}

/**
 * A certificate; `issuer` is undefined for a root, and for one that was read from PEM. On memory `pem` and `keyPem` are
 * made when they are first asked for; there they are missing for RSA keys.
 */
export interface Certificate extends CertificateContent {
  readonly serial: string;
  readonly issuer: Certificate | undefined;
  readonly pem?: string;
  readonly keyPem?: string;
}

export interface CertificateAuthorityOptions {
  commonName: string;
  organization?: string;
  /** Default: a day before the world began to ten years after. */
  notBeforeMs?: number;
  notAfterMs?: number;
  /**
   * An authority made elsewhere instead of a new one: what it says of itself, and its ECDSA P-256 key. On loopback only;
   * memory has no X.509.
   */
  existing?: Certificate;
}

export interface CertificateRequest {
  commonName: string;
  organization?: string;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  notBeforeMs?: number;
  notAfterMs?: number;
  key?: CertificateContent['key'];
  /** Default: both. */
  usages?: CertificateContent['usages'];
}

export interface CertificateAuthority {
  readonly certificate: Certificate;
  issue(request: CertificateRequest): Promise<Certificate>;
}

const dayMs = 86_400_000;

/** The content of a root, with the defaults filled in. */
export function rootContent(options: CertificateAuthorityOptions, nowMs: number): CertificateContent {
  return {
    commonName: options.commonName,
    ...(options.organization === undefined ? {} : { organization: options.organization }),
    dnsNames: [],
    ipAddresses: [],
    notBeforeMs: options.notBeforeMs ?? nowMs - dayMs,
    notAfterMs: options.notAfterMs ?? nowMs + 3650 * dayMs,
    isCa: true,
    key: 'ecdsa-p256',
    usages: ['server', 'client'],
  };
}

/** The content of a leaf, with the defaults filled in. */
export function leafContent(request: CertificateRequest, nowMs: number): CertificateContent {
  return {
    commonName: request.commonName,
    ...(request.organization === undefined ? {} : { organization: request.organization }),
    dnsNames: request.dnsNames ?? [],
    ipAddresses: request.ipAddresses ?? [],
    notBeforeMs: request.notBeforeMs ?? nowMs - dayMs,
    notAfterMs: request.notAfterMs ?? nowMs + 365 * dayMs,
    isCa: false,
    key: request.key ?? 'ecdsa-p256',
    usages: request.usages ?? ['server', 'client'],
  };
}

/** What the memory net's authorities need of their world. */
export interface ModelContext {
  now: () => number;
  nextSerial: () => string;
  /** The key of the certificate with this serial. */
  keyOf: (serial: string) => EcKey;
}

/**
 * A certificate authority of the memory net: certificates are statements. Their bytes are made only for those who hand
 * them on as bytes.
 */
export function createModelAuthority(
  options: CertificateAuthorityOptions,
  { now, nextSerial, keyOf }: ModelContext,
): CertificateAuthority {
  const state = (content: CertificateContent, issuer: Certificate | undefined): Certificate => {
    const stated: Certificate = { ...content, serial: nextSerial(), issuer };
    return content.key === 'ecdsa-p256' ? withBytes(stated, keyOf) : stated;
  };
  const certificate = state(rootContent(options, now()), undefined);
  return { certificate, issue: async (request) => state(leafContent(request, now()), certificate) };
}

/** Not enumerable, so that copies of the statement cost nothing. */
function withBytes(stated: Certificate, keyOf: ModelContext['keyOf']): Certificate {
  let pem: string | undefined;
  return Object.defineProperties(stated, {
    pem: {
      get() {
        pem ??= certificatePem(mint(stated, keyOf));
        return pem;
      },
    },
    keyPem: { get: () => ecKeyToPem(keyOf(stated.serial)) },
  });
}

const usageIds = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

function mint(stated: Certificate, keyOf: ModelContext['keyOf']): Uint8Array {
  const { organization, commonName, issuer, serial } = stated;
  const template = {
    ...stated,
    serial: `01${Number(serial).toString(16).padStart(14, '0')}`,
    subject: [
      ...(organization === undefined ? [] : [['O', organization] as const]),
      ['CN', commonName] as const,
    ],
    usages: stated.usages.map((usage) => usageIds[usage]),
    keyUsages: stated.isCa ? (['keyCertSign', 'cRLSign'] as const) : (['digitalSignature'] as const),
  };
  const key = keyOf(serial);
  if (issuer?.pem === undefined) return signRoot(template, key);
  const signer = { certificate: derOfPem(issuer.pem), key: keyOf(issuer.serial) };
  return signCertificate(template, ecPublicKey(key), signer);
}
