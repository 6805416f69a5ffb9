import { createHash } from 'node:crypto';
import {
  type Certificate,
  certificatePem,
  createCertificateRequest,
  type Endpoint,
  ecKeyToPem,
  type Host,
  httpRequest,
  NetError,
  readCertificate,
  type TlsClientOptions,
  TlsError,
  type World,
} from '@kubeedge-sim/sim-kit';
import type { StoredCertificates } from './files.ts';
import type { CertificateTraits } from './traits.ts';

export interface ExchangeOptions {
  world: World;
  host: Host;
  nodeName: string;
  /** `modules.edgeHub.httpServer`, an https URL upstream. */
  httpServer: Endpoint;
  traits: CertificateTraits;
  signal: AbortSignal;
}

/** What went wrong, for those who can mend it. */
export type ExchangeFailure =
  /** Nobody answers there, or what answers speaks no HTTPS. */
  | 'unreachable'
  /** What `/ca.crt` gave is no certificate. */
  | 'no-authority'
  /** The token has not four parts. */
  | 'token-format'
  /** The token is for another authority. */
  | 'token-hash'
  /** The server's certificate is not the authority's, or not for this address. */
  | 'server-certificate'
  /** The server said no. */
  | 'refused'
  /** What it gave is no certificate. */
  | 'no-certificate';

/** A certificate was not to be had; the message is edgecore's. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly failure: ExchangeFailure;
  /** Of a refusal. */
  readonly status: number | undefined;
  /** What was found instead, without edgecore's words around it. */
  readonly found: string;

  constructor(failure: ExchangeFailure, found: string, options: { text?: string; status?: number } = {}) {
    super(options.text ?? found);
    this.failure = failure;
    this.found = found;
    this.status = options.status;
  }
}

// kubeedge v1.9.4 common/constants/default.go MaxRespBodyLength; upstream reads all without it, this simulator 64 MiB.
const BODY_CAP_BYTES = 1 << 20;
const BODY_MAX_BYTES = 64 << 20;
// edge/pkg/edgehub/common/http/http.go: the dial alone for the authority, the whole request for the certificate.
const TIMEOUT_MS = 30_000;
const RESPONSE_TIMEOUT_MS = 300_000;

/**
 * Gets the authority and a certificate of it for a token.
 * kubeedge v1.6.1 edge/pkg/edgehub/certificate/certmanager.go applyCerts
 * @throws ExchangeError; the signal's reason
 */
export async function applyCerts(options: ExchangeOptions, token: string): Promise<StoredCertificates> {
  const { traits } = options;
  const ca = await getCaCert(options);
  const parts = token.split('.');
  if (parts.length !== 4) {
    const text = {
      credentials: 'token credentials are in the wrong format',
      are: 'token are in the wrong format',
      whole: `token ${token} credentials are in the wrong format`,
    };
    throw new ExchangeError('token-format', `${parts.length} parts`, { text: text[traits.tokenText] });
  }
  const hash = createHash('sha256').update(ca).digest('hex');
  const [wanted = ''] = parts;
  const pem = certificatePem(ca);
  if (hash !== wanted) {
    // Upstream takes any answer for a certificate, and stumbles over it here.
    const failure = isCertificate(pem) ? 'token-hash' : 'no-authority';
    const text = `failed to validate CA certificate. tokenCAhash: ${wanted}, CAhash: ${hash}`;
    throw new ExchangeError(failure, failure === 'token-hash' ? hash : ca.toString().slice(0, 80), { text });
  }
  if (!isCertificate(pem)) {
    const found = 'x509: malformed certificate';
    throw new ExchangeError('no-authority', found, {
      text: `failed to parse the CA certificate, error: ${found}`,
    });
  }
  const roots = [readCertificate('rootCA.crt', pem)];
  const issued = await getEdgeCert(options, roots, { token: parts.slice(1).join('.') }).catch(
    rephrase('failed to get edge certificate from the cloudcore, error: '),
  );
  if (isCertificate(issued.certificate)) return { ca: pem, ...issued };
  const text =
    'failed to save the edge key and certificate to file: /etc/kubeedge/certs/server.crt, error: ' +
    'certificate cannot be nil when writing to file';
  throw new ExchangeError('no-certificate', 'an answer that is no certificate', { text });
}

async function getCaCert(options: ExchangeOptions): Promise<Buffer> {
  const request = { path: '/ca.crt', tls: { verify: false }, limitMs: RESPONSE_TIMEOUT_MS };
  const { body } = await ask(options, request).catch(rephrase('failed to get CA certificate, err: '));
  return body;
}

/**
 * Asks for a certificate, by token or by the one that it is to replace.
 * certmanager.go GetEdgeCert
 * @throws ExchangeError; the signal's reason
 */
export async function getEdgeCert(
  options: ExchangeOptions,
  roots: readonly Certificate[],
  by: { token: string } | { certificate: Certificate },
): Promise<Omit<StoredCertificates, 'ca'>> {
  const { world, host, nodeName, traits } = options;
  const key = world.net.createKey(`edge-key/${host.name}/${world.ids.next('edge-key')}`);
  const tls = { verify: true, roots, ...('certificate' in by && { certificate: by.certificate }) };
  const request = {
    path: '/edge.crt',
    tls,
    limitMs: TIMEOUT_MS,
    headers: {
      ...('token' in by && { authorization: `Bearer ${by.token}` }),
      ...(traits.nodeHeader && { nodename: nodeName }),
    },
    body: createCertificateRequest(subjectOf(traits, nodeName), key),
  };
  const failed = traits.requestText ? 'failed to request the cloudcore server, err: ' : '';
  const { status, body } = await ask(options, request).catch(rephrase(failed));
  if (traits.checksStatus && status !== 200) {
    const said = body.toString();
    const text = traits.statusText ? `failed to call http, code: ${status}, message: ${said}` : said;
    throw new ExchangeError('refused', said, { text, status });
  }
  return { certificate: certificatePem(body), key: ecKeyToPem(key) };
}

const subjectOf = ({ subject }: CertificateTraits, nodeName: string) =>
  [
    ['C', 'CN'],
    ['O', subject === 'node' ? 'system:nodes' : 'kubeEdge'],
    ['L', 'Hangzhou'],
    ['ST', 'Zhejiang'],
    ['CN', subject === 'node' ? `system:node:${nodeName}` : 'kubeedge.io'],
  ] as const;

function isCertificate(pem: string): boolean {
  try {
    readCertificate('the answer', pem);
    return true;
  } catch {
    return false;
  }
}

interface Asked {
  path: string;
  tls: TlsClientOptions;
  limitMs: number;
  headers?: Record<string, string>;
  body?: Uint8Array;
}

async function ask(
  options: ExchangeOptions,
  { limitMs, ...asked }: Asked,
): Promise<{ status: number; body: Buffer }> {
  const { world, host, httpServer: target, traits, signal } = options;
  const late = new AbortController();
  const label = `${asked.path} of ${target.address}`;
  using _timer = world.clock.setTimeout(() => late.abort(), limitMs, label);
  const both = AbortSignal.any([signal, late.signal]);
  try {
    const response = await httpRequest(host, {
      target,
      ...asked,
      headers: { 'user-agent': 'Go-http-client/1.1', ...asked.headers },
      component: 'edgehub',
      timeoutMs: TIMEOUT_MS,
      signal: both,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const maxBytes = traits.bodyCap ? BODY_CAP_BYTES : BODY_MAX_BYTES;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, maxBytes - bytes));
      bytes += chunk.length;
      // What is longer is cut, and is no certificate then.
      if (bytes >= maxBytes) break;
    }
    return { status: response.status, body: Buffer.concat(chunks) };
  } catch (error) {
    signal.throwIfAborted();
    // golang/go src/net/url/url.go Error: what was tried stands in front.
    const url = `https://${world.net.describe(target.address)}:${target.port}${asked.path}`;
    const [failure, found] = late.signal.aborted
      ? ([
          'unreachable',
          'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        ] as const)
      : reasonOf(error, traits);
    throw new ExchangeError(failure, found, { text: `Get ${JSON.stringify(url)}: ${found}` });
  }
}

function reasonOf(error: unknown, { verifyText }: CertificateTraits): [ExchangeFailure, string] {
  if (error instanceof NetError) return ['unreachable', error.goText];
  if (error instanceof TlsError) {
    if (error.by === 'server') return ['unreachable', 'remote error: tls: bad certificate'];
    if (error.verdict === 'not-tls') return ['unreachable', error.message];
    return [
      'server-certificate',
      `${verifyText ? 'tls: failed to verify certificate: ' : ''}${error.message}`,
    ];
  }
  // The connection ended without an answer.
  const { code } = error as { code?: string };
  if (code !== undefined) return ['unreachable', code === 'ECONNRESET' ? 'EOF' : (error as Error).message];
  throw error;
}

/** Puts edgecore's words in front of an error's. */
const rephrase = (prefix: string) => (error: unknown) => {
  if (!(error instanceof ExchangeError)) throw error;
  const { failure, found, status, message } = error;
  throw new ExchangeError(failure, found, {
    text: `${prefix}${message}`,
    ...(status !== undefined && { status }),
  });
};
