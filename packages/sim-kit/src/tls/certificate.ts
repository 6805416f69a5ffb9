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

/** A certificate; `issuer` is itself for a root. `pem` and `keyPem` exist on loopback only. */
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

/** A certificate authority of the memory net: certificates are statements, nothing is signed. */
export function createModelAuthority(
  options: CertificateAuthorityOptions,
  now: () => number,
  nextSerial: () => string,
): CertificateAuthority {
  const certificate: Certificate = {
    ...rootContent(options, now()),
    serial: nextSerial(),
    issuer: undefined,
  };
  return {
    certificate,
    issue: async (request) => ({ ...leafContent(request, now()), serial: nextSerial(), issuer: certificate }),
  };
}
