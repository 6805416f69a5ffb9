import { X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import {
  helloTexts,
  type Judgement,
  judgeCertificate,
  noClientCertificate,
  TlsError,
  type TlsVerdict,
} from './verdict.ts';

// OpenSSL's reasons for refusing what the peer sent first, as Node names them.
const refusals: Record<string, keyof typeof helloTexts> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'protocol-version',
  ERR_SSL_VERSION_TOO_LOW: 'protocol-version',
  ERR_SSL_NO_SHARED_CIPHER: 'no-shared-cipher',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'no-shared-protocol',
  ERR_SSL_HTTP_REQUEST: 'not-tls',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'not-tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_UNKNOWN_PROTOCOL: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
  ERR_SSL_UNEXPECTED_MESSAGE: 'not-tls',
};

// Alerts the peer sent, with Go's texts (golang/go src/crypto/tls/alert.go).
const alerts: Record<string, [TlsVerdict, string]> = {
  ALERT_PROTOCOL_VERSION: ['protocol-version', 'protocol version not supported'],
  ALERT_HANDSHAKE_FAILURE: ['no-shared-cipher', 'handshake failure'],
  ALERT_NO_APPLICATION_PROTOCOL: ['no-shared-protocol', 'no application protocol'],
  ALERT_CERTIFICATE_REQUIRED: ['no-client-certificate', 'certificate required'],
  ALERT_UNKNOWN_CA: ['unknown-authority', 'unknown certificate authority'],
  ALERT_BAD_CERTIFICATE: ['unknown-authority', 'bad certificate'],
  ALERT_CERTIFICATE_UNKNOWN: ['unknown-authority', 'unknown certificate'],
  ALERT_CERTIFICATE_EXPIRED: ['expired', 'expired certificate'],
  ALERT_UNSUPPORTED_CERTIFICATE: ['wrong-usage', 'unsupported certificate'],
};

/** What OpenSSL's error in a handshake means; undefined when it is no matter of TLS (the peer just went away). */
export function toTlsError(error: NodeJS.ErrnoException, side: 'client' | 'server'): TlsError | undefined {
  const code = error.code ?? '';
  if (!code.startsWith('ERR_SSL_') && code !== 'EPROTO') return undefined;
  const alert = Object.keys(alerts).find((name) => code.endsWith(name));
  if (alert !== undefined) {
    const [verdict, text] = alerts[alert] as [TlsVerdict, string];
    return new TlsError(verdict, side === 'client' ? 'server' : 'client', `remote error: tls: ${text}`, {
      cause: error,
    });
  }
  const verdict = refusals[code] ?? 'not-tls';
  return new TlsError(verdict, side, helloTexts[verdict], { cause: error });
}

/** The name a server must have, as an address in all its forms. */
export interface WantedName {
  name: string;
  aliases: readonly string[];
  /** Leased to described, for texts. */
  describe: (text: string) => string;
}

/**
 * Judges the peer's certificate from what OpenSSL found, in Go's order. The handshake itself lets everything pass,
 * because OpenSSL would name the chain before the time and the time before the name.
 */
export function judgePeer(socket: TLSSocket, roots: readonly Certificate[], wanted?: WantedName): Judgement {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return noClientCertificate;
  // Node's types promise an Error, Node gives the code.
  const found = socket.authorized ? '' : String(socket.authorizationError ?? '');
  const timeOnly = ['', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(found);
  const names = (certificate.subjectAltName ?? '').split(', ');
  const namesOf = (kind: string) => {
    const some = names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length));
    return [...new Set(some.map((name) => wanted?.describe(name) ?? name))];
  };
  return judgeCertificate(
    {
      notBeforeMs: certificate.validFromDate.getTime(),
      notAfterMs: certificate.validToDate.getTime(),
      dnsNames: namesOf('DNS:'),
      ipAddresses: namesOf('IP Address:'),
      trusted: timeOnly || found === 'INVALID_PURPOSE',
      ...(!timeOnly && candidateOf(certificate, roots)),
      usable: found !== 'INVALID_PURPOSE',
      fits: (name) => [name, ...(wanted?.aliases ?? [])].some((alias) => isNamed(certificate, alias)),
    },
    Date.now(),
    wanted?.name,
  );
}

/** The root that is called like the issuer, for the case that it did not sign. */
function candidateOf(certificate: X509Certificate, roots: readonly Certificate[]): { candidate?: string } {
  const namesake = roots.find(
    ({ pem }) => pem !== undefined && new X509Certificate(pem).subject === certificate.issuer,
  );
  return namesake === undefined ? {} : { candidate: namesake.commonName };
}

/** Go looks at the subject alternative names only, never at the common name. */
function isNamed(certificate: X509Certificate, name: string): boolean {
  if (isIPv4(name)) return certificate.checkIP(name) !== undefined;
  return certificate.checkHost(name, { subject: 'never' }) !== undefined;
}
