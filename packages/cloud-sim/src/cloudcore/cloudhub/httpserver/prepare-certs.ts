import {
  type Certificate,
  certificatePem,
  derOfPem,
  ecKeyToPem,
  ecKeyToSec1,
  ecPublicKey,
  readCertificate,
  readEcKey,
  signCertificate,
  signRoot,
  type World,
} from '@kubeedge-sim/sim-kit';
import type { Secret } from '../../../kube-apiserver/objects.ts';
import { type SecretStore, secretBytes } from '../../../kube-apiserver/secret-store.ts';
import type { HttpServerRelease } from './release.ts';

/** Of the namespace in which cloudcore keeps its Secrets. kubeedge v1.6.1 …/httpserver/secretsutil.go */
export const NAMESPACE = 'kubeedge';
export const TOKEN_SECRET = 'tokensecret';
const CA_SECRET = 'casecret';
const CLOUDCORE_SECRET = 'cloudcoresecret';

/** KubeEdge's authority with its key, and the certificate that cloudcore shows on 10000, 10002 and 10004. */
export interface CloudhubCertificates {
  ca: Certificate;
  server: Certificate;
}

/** By what edges know a cloudcore: `modules.cloudHub.advertiseAddress` and `.dnsNames`. */
export interface CloudcoreNames {
  ipAddresses: readonly string[];
  dnsNames: readonly string[];
}

const dayMs = 86_400_000;
const usageIds = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };
/** What was put into a Secret as a certificate need not be read out of its bytes again. */
const known = new WeakMap<Secret, Certificate>();

/** Puts certificates where cloudcore finds them, as if it had made them itself. */
export function saveCertificates(secrets: SecretStore, { ca, server }: CloudhubCertificates): void {
  save(secrets, CA_SECRET, ca);
  save(secrets, CLOUDCORE_SECRET, server);
}

/** Deletes them, as `kubectl delete secret` does; cloudcore finds out when it is started again. */
export function deleteCertificates(secrets: SecretStore): void {
  for (const name of [CA_SECRET, CLOUDCORE_SECRET]) secrets.delete(NAMESPACE, name);
}

/**
 * The certificates of the Secrets; what is not there is made and put there. So an authority outlives its cloudcore,
 * and deleting the Secrets is how a new one comes about.
 * kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/server.go PrepareAllCerts, certutil.go
 */
export function prepareAllCerts(
  world: World,
  options: { release: HttpServerRelease; secrets: SecretStore; names: CloudcoreNames },
): CloudhubCertificates {
  const { secrets } = options;
  const ca = load(secrets, CA_SECRET) ?? save(secrets, CA_SECRET, createAuthority(world, options.release));
  const server =
    load(secrets, CLOUDCORE_SECRET) ??
    save(secrets, CLOUDCORE_SECRET, createServer(world, { ...options, ca }));
  return { ca, server };
}

/** The authority's key as upstream keeps it: SEC 1 in DER. It also signs tokens. */
export function caKeyOf({ commonName, keyPem = '' }: Certificate): { sec1: Uint8Array; key: Uint8Array } {
  const key = readEcKey(keyPem);
  if (key !== undefined) return { sec1: ecKeyToSec1(key), key };
  throw new RangeError(
    `Tried to sign for authority ${JSON.stringify(commonName)}, found no ECDSA P-256 key with it. ` +
      'Give cloudcore an authority whose key it knows.',
  );
}

const keysOf = {
  [CA_SECRET]: ['cadata', 'cakeydata'],
  [CLOUDCORE_SECRET]: ['cloudcoredata', 'cloudcorekeydata'],
} as const;

function save(secrets: SecretStore, name: keyof typeof keysOf, certificate: Certificate): Certificate {
  const [certificateName, keyName] = keysOf[name];
  const secret = secrets.put(NAMESPACE, name, () => ({
    [certificateName]: derOfPem(certificate.pem ?? ''),
    [keyName]: caKeyOf(certificate).sec1,
  }));
  known.set(secret, certificate);
  return certificate;
}

function load(secrets: SecretStore, name: keyof typeof keysOf): Certificate | undefined {
  const secret = secrets.get(NAMESPACE, name);
  if (secret === undefined) return undefined;
  const stored = known.get(secret);
  if (stored !== undefined) return stored;
  const [certificateName, keyName] = keysOf[name];
  const der = secretBytes(secret, certificateName) ?? new Uint8Array();
  const key = readEcKey(secretBytes(secret, keyName) ?? new Uint8Array());
  return readCertificate(`Secret ${name}`, certificatePem(der), key === undefined ? '' : ecKeyToPem(key));
}

function createAuthority(world: World, release: HttpServerRelease): Certificate {
  const key = world.net.createKey(`cloudcore-ca/${world.ids.next('cloudcore-ca')}`);
  const nowMs = world.clock.now();
  const der = signRoot(
    {
      serial: (1024).toString(16),
      subject: [['CN', 'KubeEdge']],
      notBeforeMs: nowMs,
      notAfterMs: nowMs + release.ownDays * dayMs,
      isCa: true,
      keyUsages: ['keyEncipherment', 'digitalSignature', 'keyCertSign'],
      usages: [usageIds.server, usageIds.client],
    },
    key,
  );
  return readCertificate('the authority of cloudcore', certificatePem(der), ecKeyToPem(key));
}

/** kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/signcerts.go SignCerts */
function createServer(
  world: World,
  { release, names, ca }: { release: HttpServerRelease; names: CloudcoreNames; ca: Certificate },
): Certificate {
  const key = world.net.createKey(`cloudcore-server/${world.ids.next('cloudcore-server')}`);
  const nowMs = world.clock.now();
  const template = {
    serial: nextSerial(world),
    subject: [
      ['O', 'KubeEdge'],
      ['CN', 'KubeEdge'],
    ],
    notBeforeMs: nowMs,
    notAfterMs: nowMs + release.ownDays * dayMs,
    dnsNames: release.dnsNames ? names.dnsNames : [],
    ipAddresses: names.ipAddresses,
    keyUsages: ['keyEncipherment', 'digitalSignature'],
    usages: [usageIds.server],
  } as const;
  const signer = { certificate: derOfPem(ca.pem ?? ''), key: caKeyOf(ca).key };
  const der = signCertificate(template, ecPublicKey(key), signer);
  return readCertificate('the certificate of cloudcore', certificatePem(der), ecKeyToPem(key));
}

/** certutil.go NewCertFromCa draws one below 2^63. */
export function nextSerial(world: World): string {
  const digits = world.ids.hex(`cloudcore-serial/${world.ids.next('cloudcore-serial')}`, 16);
  return `${(Number.parseInt(digits.charAt(0), 16) & 7).toString(16)}${digits.slice(1)}`;
}
