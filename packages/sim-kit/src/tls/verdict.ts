import { isIPv4 } from 'node:net';
import type { Certificate } from './certificate.ts';
import { findIssuer } from './find-issuer.ts';

/** Protocol versions a peer can be held to. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** How a listener speaks TLS. */
export interface TlsServerOptions {
  certificate: Certificate;
  /** `request` asks for a client certificate and takes any or none, `require` verifies it against `clientRoots`. */
  clientAuth: 'none' | 'request' | 'require';
  clientRoots?: readonly Certificate[];
  minVersion?: TlsVersion;
  /** OpenSSL names of the suites offered for TLS 1.2; TLS 1.3 has its own and ignores this. Default: any. */
  cipherSuites12?: readonly string[];
  /** Protocols by preference, e.g. `['h2', 'http/1.1']`. */
  alpn?: readonly string[];
}

/** How a dialler speaks TLS. */
export interface TlsClientOptions {
  /** Check the server's certificate against `roots` and `serverName`; false is Go's InsecureSkipVerify. */
  verify: boolean;
  roots?: readonly Certificate[];
  /** The name or address the server must have; default: the address dialled. */
  serverName?: string;
  certificate?: Certificate;
  minVersion?: TlsVersion;
  maxVersion?: TlsVersion;
  cipherSuites12?: readonly string[];
  alpn?: readonly string[];
}

/** Why a handshake fails. */
export type TlsVerdict =
  | 'ok'
  | 'protocol-version'
  | 'no-shared-cipher'
  /** Both name application protocols (ALPN), but none in common. */
  | 'no-shared-protocol'
  | 'unknown-authority'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'wrong-usage'
  | 'no-client-certificate'
  /** One side speaks TLS, the other does not. */
  | 'not-tls';

/** A failed handshake, as seen by the side that dials. `by` is the side that refused. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly code = 'ERR_TLS_VERDICT';
  readonly verdict: TlsVerdict;
  readonly by: 'client' | 'server';

  constructor(verdict: TlsVerdict, by: 'client' | 'server', detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.verdict = verdict;
    this.by = by;
  }
}

/** The outcome of a handshake on the memory net. `serverVerdict` is decided after the client's. */
export interface HandshakeOutcome {
  client: Judgement;
  server: Judgement;
  version?: TlsVersion;
  alpn?: string | false;
}

/** One side's decision; `detail` is Go's text for it. */
export interface Judgement {
  verdict: TlsVerdict;
  detail: string;
}

const ok = { verdict: 'ok', detail: '' } as const;

/** Go's texts for what a server says of a ClientHello. */
export const helloTexts = {
  'protocol-version': 'tls: client offered only unsupported versions',
  'no-shared-cipher': 'tls: no cipher suite supported by both client and server',
  'no-shared-protocol': 'tls: client requested unsupported application protocols',
  'not-tls': 'tls: first record does not look like a TLS handshake',
} as const;

const failed = (verdict: keyof typeof helloTexts): Judgement => ({ verdict, detail: helloTexts[verdict] });

/**
 * Decides a handshake from the two sides' options and the world's clock, in the order in which TLS does: version,
 * suite, the client's check of the server, the server's check of the client. The texts are Go's
 * (golang/go src/crypto/tls/handshake_server.go, src/crypto/x509/verify.go).
 */
export function decideHandshake(
  server: TlsServerOptions,
  client: TlsClientOptions,
  dialled: string,
  nowMs: number,
): HandshakeOutcome {
  const version = sharedVersion(server, client);
  if (version === undefined) return { client: ok, server: failed('protocol-version') };
  if (version === 'TLSv1.2' && !sharesSuite(server, client))
    return { client: ok, server: failed('no-shared-cipher') };
  const alpn = server.alpn?.find((name) => client.alpn?.includes(name)) ?? false;
  // Go since 1.17 and OpenSSL refuse here; a side that names no protocol at all is never refused.
  if (!alpn && server.alpn?.length && client.alpn?.length)
    return { client: ok, server: failed('no-shared-protocol') };
  const serverName = client.serverName ?? dialled;
  const clientSide = client.verify
    ? checkCertificate(server.certificate, client.roots ?? [], 'server', nowMs, serverName)
    : ok;
  if (clientSide.verdict !== 'ok') return { client: clientSide, server: ok, version, alpn };
  return { client: ok, server: checkClient(server, client.certificate, nowMs), version, alpn };
}

function checkClient(
  server: TlsServerOptions,
  certificate: Certificate | undefined,
  nowMs: number,
): Judgement {
  if (server.clientAuth !== 'require') return ok;
  if (certificate === undefined) return noClientCertificate;
  return ofClient(checkCertificate(certificate, server.clientRoots ?? [], 'client', nowMs));
}

export const noClientCertificate: Judgement = {
  verdict: 'no-client-certificate',
  detail: "tls: client didn't provide a certificate",
};

/** A judgement of a client's certificate in the words of a server. */
export function ofClient(check: Judgement): Judgement {
  if (check.verdict === 'ok' || check.verdict === 'no-client-certificate') return check;
  return { ...check, detail: `tls: failed to verify client certificate: ${check.detail}` };
}

/**
 * Judges a certificate as Go's x509 Verify does; `name` is what a server must be called.
 * @param nowMs milliseconds since the epoch
 */
export function checkCertificate(
  certificate: Certificate,
  roots: readonly Certificate[],
  usage: 'server' | 'client',
  nowMs: number,
  name?: string,
): Judgement {
  const { dnsNames, ipAddresses, notBeforeMs, notAfterMs } = certificate;
  const chain = findIssuer(certificate, roots);
  return judgeCertificate(
    {
      notBeforeMs,
      notAfterMs,
      dnsNames,
      ipAddresses,
      ...chain,
      usable: certificate.usages.includes(usage),
      fits: (wanted) => dnsNames.includes(wanted) || ipAddresses.includes(wanted),
    },
    nowMs,
    name,
  );
}

/** What has been found out about a certificate, on either net. */
export interface CertificateFacts {
  notBeforeMs: number;
  notAfterMs: number;
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  trusted: boolean;
  /** Common name of a root that is called like the issuer, and is another. */
  candidate?: string;
  usable: boolean;
  fits: (name: string) => boolean;
}

/** Judges in Go's order: time, name, chain, usage. `name` is undefined for clients, whose name nobody asks. */
export function judgeCertificate(facts: CertificateFacts, nowMs: number, name?: string): Judgement {
  if (nowMs < facts.notBeforeMs) {
    const when = `current time ${utc(nowMs)} is before ${utc(facts.notBeforeMs)}`;
    return { verdict: 'not-yet-valid', detail: `x509: certificate has expired or is not yet valid: ${when}` };
  }
  if (nowMs > facts.notAfterMs) {
    const when = `current time ${utc(nowMs)} is after ${utc(facts.notAfterMs)}`;
    return { verdict: 'expired', detail: `x509: certificate has expired or is not yet valid: ${when}` };
  }
  if (name !== undefined && !facts.fits(name))
    return { verdict: 'wrong-name', detail: wrongNameDetail(facts, name) };
  if (!facts.trusted) {
    const { candidate } = facts;
    const hint =
      candidate === undefined
        ? ''
        : ' (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority ' +
          `certificate ${JSON.stringify(candidate)})`;
    return { verdict: 'unknown-authority', detail: `x509: certificate signed by unknown authority${hint}` };
  }
  if (!facts.usable) {
    return { verdict: 'wrong-usage', detail: 'x509: certificate specifies an incompatible key usage' };
  }
  return ok;
}

function wrongNameDetail(certificate: CertificateFacts, name: string): string {
  if (isIPv4(name)) {
    if (certificate.ipAddresses.length === 0) {
      return `x509: cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
    }
    return `x509: certificate is valid for ${certificate.ipAddresses.join(', ')}, not ${name}`;
  }
  if (certificate.dnsNames.length === 0) {
    return `x509: certificate is not valid for any names, but wanted to match ${name}`;
  }
  return `x509: certificate is valid for ${certificate.dnsNames.join(', ')}, not ${name}`;
}

function sharedVersion(server: TlsServerOptions, client: TlsClientOptions): TlsVersion | undefined {
  const clientMax = client.maxVersion ?? 'TLSv1.3';
  const serverMin = server.minVersion ?? 'TLSv1.2';
  const clientMin = client.minVersion ?? 'TLSv1.2';
  return (['TLSv1.3', 'TLSv1.2'] as const).find(
    (version) => version <= clientMax && version >= serverMin && version >= clientMin,
  );
}

// A certificate's key decides which TLS 1.2 suites it can serve: an ECDSA key cannot do ECDHE-RSA and the reverse.
function sharesSuite(server: TlsServerOptions, client: TlsClientOptions): boolean {
  const kind = server.certificate.key === 'ecdsa-p256' ? 'ECDHE-ECDSA-' : 'ECDHE-RSA-';
  const serverSuites = server.cipherSuites12 ?? client.cipherSuites12 ?? [`${kind}AES128-GCM-SHA256`];
  const clientSuites = client.cipherSuites12 ?? serverSuites;
  return serverSuites.some((suite) => suite.startsWith(kind) && clientSuites.includes(suite));
}

const utc = (atMs: number) => new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
