import {
  type Certificate,
  checkCertificate,
  derOfPem,
  readCertificateRequest,
  signCertificate,
} from '@kubeedge-sim/sim-kit';
import { GoPanic } from '../../cloudstream/go-panic.ts';
import { firstHeader, type GoRequest } from '../../cloudstream/go-request.ts';
import type { GoResponse } from '../../cloudstream/go-response.ts';
import type { CloudcoreProcess } from '../../process.ts';
import { extKeyUsageIds, readUsages } from './ext-key-usages.ts';
import { refuseJwt } from './jwt.ts';
import * as messages from './messages.ts';
import { type CloudhubCertificates, caKeyOf, nextSerial } from './prepare-certs.ts';
import type { HttpLogStatement, HttpServerRelease } from './release.ts';

/** What handlers of port 10002 work with. */
export interface HttpServerContext {
  readonly process: CloudcoreProcess;
  readonly release: HttpServerRelease;
  readonly certificates: CloudhubCertificates;
  /** `EdgeCertSigningDuration` in days, for releases that have it. */
  readonly signingDays: number;
}

/** An answer to be given instead of a certificate. */
interface Refusal {
  status: number;
  body: string;
  statement?: HttpLogStatement;
  /** What the log says, if not the body. */
  log?: string;
}

// kubeedge v1.9.4 common/constants/default.go MaxRespBodyLength
const BODY_CAP_BYTES = 1 << 20;
const dayMs = 86_400_000;
const CENTURY_DAYS = 36_500;

/**
 * `GET /edge.crt`: a certificate for whoever brings a token, or the certificate that it is to replace.
 * kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go edgeCoreClientCert
 */
export async function edgeCoreClientCert(
  context: HttpServerContext,
  request: GoRequest,
  response: GoResponse,
): Promise<void> {
  const { process, release } = context;
  const node = firstHeader(request, 'Nodename');
  const by = request.peerCertificate === undefined ? 'token' : 'certificate';
  const refused =
    request.peerCertificate === undefined
      ? refuseToken(context, request, node)
      : refuseCertificate(context, request.peerCertificate, node);
  const outcome = refused ?? (await sign(context, request, response, node));
  const parent = process.world.trace.linked(request.connection);
  if ('status' in outcome) {
    const { status, body, statement, log = body } = outcome;
    const source = statement && release.logSources[statement];
    if (source !== undefined)
      process.trace('log', { severity: 'E', verbosity: 0, source, message: log }, parent);
    process.trace('cloudhub.certificate', { node, by, outcome: 'refused', status, reason: log }, parent);
    response.writeHeader(status);
    void response.write(Buffer.from(body));
    return;
  }
  const { der, commonName, notAfterMs } = outcome;
  const notAfter = new Date(notAfterMs).toISOString();
  process.trace(
    'cloudhub.certificate',
    { node, by, outcome: 'issued', status: 200, commonName, notAfter },
    parent,
  );
  response.writeHeader(200);
  void response.write(der);
}

function refuseToken(context: HttpServerContext, request: GoRequest, node: string): Refusal | undefined {
  const { process, release, certificates } = context;
  const { tokenTexts } = release;
  const refuse = (status: number, reason: string): Refusal =>
    tokenTexts === undefined
      ? {
          status,
          body: messages.invalidToken,
          statement: 'tokenRefused',
          log: messages.refusedLog(node, 'invalid token'),
        }
      : { status: 401, body: messages.tokenFailure(reason), statement: 'tokenRefused' };
  const header = firstHeader(request, 'Authorization');
  if (header === '') return refuse(401, 'token is empty');
  const parts = header.split(' ');
  if (parts.length !== 2) return refuse(401, `token cannot be ${tokenTexts}`);
  const options = { nowMs: process.world.clock.now(), jwt: release.jwt };
  const refusal = refuseJwt(parts[1] ?? '', caKeyOf(certificates.ca).sec1, options);
  // Every error of the library is wrapped, so that upstream's comparison with "signature is invalid" never holds.
  return refusal === undefined ? undefined : refuse(400, `err: ${refusal.refused}`);
}

/** server.go verifyCert, verifyCertSubject */
function refuseCertificate(
  { process, release, certificates }: HttpServerContext,
  shown: Certificate,
  node: string,
): Refusal | undefined {
  const refuse = (reason: string): Refusal =>
    release.badRequest === 'says'
      ? { status: 401, body: messages.verifyFailure(node, reason), statement: 'certificateRefused' }
      : {
          status: 401,
          body: reason,
          statement: 'certificateRefused',
          log: messages.refusedLog(node, 'failed to verify the certificate'),
        };
  const judged = checkCertificate(shown, [certificates.ca], 'client', process.world.clock.now());
  if (judged.verdict !== 'ok') return refuse(messages.certificateFailure(judged.detail));
  if (!release.subjectCheck) return undefined;
  const { organization, commonName } = shown;
  if (organization === undefined) throw new GoPanic(messages.noOrganization);
  // Edges up to v1.15 write kubeEdge with a small k, so that this exception is not theirs.
  if (organization === 'KubeEdge' && commonName === 'kubeedge.io') return undefined;
  if (organization === 'system:nodes' && commonName === `system:node:${node}`) return undefined;
  return refuse(messages.otherNode);
}

interface Issued {
  der: Uint8Array;
  commonName: string;
  notAfterMs: number;
}

/** server.go signEdgeCert, signCerts; v1.18.0 certificate/certs.go signEdgeCert */
async function sign(
  context: HttpServerContext,
  request: GoRequest,
  response: GoResponse,
  node: string,
): Promise<Issued | Refusal> {
  const { process, release, certificates, signingDays } = context;
  const fail = (statement: HttpLogStatement, log: string, reason: string): Refusal => {
    if (release.badRequest === 'says')
      return { status: 500, body: messages.signFailure(node, reason), statement: 'signFailed' };
    if (release.badRequest === 'empty') return { status: 200, body: '', statement, log };
    // Up to v1.7 nobody leaves after an error.
    const source = release.logSources[statement];
    if (source !== undefined) process.trace('log', { severity: 'E', verbosity: 0, source, message: log });
    if (statement !== 'signFailed') throw new GoPanic(messages.nilPointer);
    return { status: 200, body: '' };
  };
  const usages = release.extKeyUsages ? readUsages(firstHeader(request, 'Extkeyusages')) : [2];
  const unreadable = typeof usages === 'string' ? messages.usagesFailure(usages) : undefined;
  // From v1.18.0 on the header is read before the body.
  if (unreadable !== undefined && release.badRequest === 'says')
    return fail('usagesFailed', unreadable, unreadable);
  const { bodyBytes } = process.limits;
  const body = await request.readBody(release.bodyCap ? BODY_CAP_BYTES : bodyBytes);
  if (body === undefined) {
    response.header.set('Connection', 'close');
    if (!release.bodyCap) {
      const by = { peer: request.remoteAddress, consequence: 'the request is answered 413' };
      process.reachLimit('bodyBytes', by);
      return { status: 413, body: `kubeedge-sim: more than ${bodyBytes} bytes of request\n` };
    }
    const reason = messages.bodyTooLarge;
    const says = `fail to read file when signing the cert, err: ${reason}`;
    return fail('readFailed', messages.readLog(node, reason), says);
  }
  const csr = readCertificateRequest(body);
  if (csr === undefined) {
    const reason = messages.asn1Error(body);
    const says = `fail to signCerts, err: failed to parse csr, err: ${reason}`;
    return fail('parseFailed', messages.parseLog(node, reason), says);
  }
  if (unreadable !== undefined) return fail('usagesFailed', unreadable, unreadable);
  const missing =
    csr.commonName === '' ? messages.noCommonName : usages.length === 0 ? messages.noUsage : undefined;
  if (missing !== undefined) {
    const log = messages.signLog(node, `unable to NewCertFromCa: ${missing}`);
    return fail('signFailed', log, `fail to signCerts, err: ${missing}`);
  }
  const nowMs = process.world.clock.now();
  const days = release.signingDuration ? signingDays : CENTURY_DAYS;
  const { ca } = certificates;
  const template = {
    serial: nextSerial(process.world),
    subject: [...csr.organizations.map((name) => ['O', name] as const), ['CN', csr.commonName] as const],
    notBeforeMs: nowMs,
    notAfterMs: nowMs + days * dayMs,
    keyUsages: ['keyEncipherment', 'digitalSignature'],
    usages: (usages as readonly number[]).map((usage) => extKeyUsageIds[usage] ?? ''),
    ...(release.requestNames && { dnsNames: csr.dnsNames, ipAddresses: csr.ipAddresses }),
  } as const;
  const signer = { certificate: derOfPem(ca.pem ?? ''), key: caKeyOf(ca).key };
  const der = signCertificate(template, csr.publicKey, signer);
  return { der, commonName: csr.commonName, notAfterMs: template.notAfterMs };
}
