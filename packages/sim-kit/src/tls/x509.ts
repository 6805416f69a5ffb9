import { createPrivateKey, webcrypto } from 'node:crypto';
import type { Extension, JsonGeneralNames, JsonName, X509Certificate } from '@peculiar/x509';
import { SimError } from '../errors.ts';
import {
  type Certificate,
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  type CertificateContent,
  leafContent,
  rootContent,
} from './certificate.ts';
import { x509Libraries } from './x509-libraries.ts';

const { x509 } = x509Libraries();
x509.cryptoProvider.set(globalThis.crypto);

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;

export interface AuthorityContext {
  now: () => number;
  nextSerial: () => number;
  /** Other addresses a certificate for `address` must name too, e.g. the leased one. */
  alsoKnownAs?: (address: string) => readonly string[];
}

/** Creates a throw-away certificate authority of real X.509: ECDSA P-256 signatures, keys that exist in memory only. */
export async function createX509Authority(
  options: CertificateAuthorityOptions,
  context: AuthorityContext,
): Promise<CertificateAuthority> {
  const { existing } = options;
  const { root, keys, certificate } =
    existing === undefined ? await createRoot(options, context) : await readRoot(existing);
  return {
    certificate,
    async issue(request) {
      const leaf = leafContent(request, context.now());
      const leafKeys = await generateKeys(leaf.key);
      const leafSerial = serialOf(context.nextSerial());
      const issued = await x509.X509CertificateGenerator.create({
        subject: nameOf(leaf),
        issuer: root.subjectName,
        notBefore: new Date(leaf.notBeforeMs),
        notAfter: new Date(leaf.notAfterMs),
        serialNumber: leafSerial,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ECDSA,
        extensions: [
          ...leafExtensions(leaf, context.alsoKnownAs),
          await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
        ],
      });
      return {
        ...leaf,
        serial: leafSerial,
        issuer: certificate,
        pem: issued.toString('pem'),
        keyPem: await exportKey(leafKeys.privateKey),
      };
    },
  };
}

interface Root {
  certificate: Certificate;
  root: X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

async function createRoot(options: CertificateAuthorityOptions, context: AuthorityContext): Promise<Root> {
  const content = rootContent(options, context.now());
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
  const serial = serialOf(context.nextSerial());
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...subject(content),
    serialNumber: serial,
    signingAlgorithm: ECDSA,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pem = root.toString('pem');
  const keyPem = await exportKey(keys.privateKey);
  return { root, keys, certificate: { ...content, serial, issuer: undefined, pem, keyPem } };
}

/** @throws SimError SIM_ERR_CERTIFICATE for what cannot sign others here */
async function readRoot(certificate: Certificate): Promise<Root> {
  const { pem, keyPem, isCa, commonName: name } = certificate;
  const remedy = 'Give an authority with an ECDSA P-256 key, as cloudcore makes it.';
  const unusable = (found: string, cause?: unknown) =>
    new SimError('SIM_ERR_CERTIFICATE', { name, found, remedy }, { cause });
  if (pem === undefined || keyPem === undefined) throw unusable('no PEM text or no key');
  if (!isCa) throw unusable('no authority');
  const root = new x509.X509Certificate(pem);
  try {
    const pkcs8 = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
    const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ECDSA, true, ['sign']);
    const publicKey = await webcrypto.subtle.importKey('spki', root.publicKey.rawData, ECDSA, true, [
      'verify',
    ]);
    return { root, certificate, keys: { privateKey, publicKey } };
  } catch (error) {
    throw unusable('a key of another kind', error);
  }
}

function leafExtensions(leaf: CertificateContent, alsoKnownAs: AuthorityContext['alsoKnownAs']): Extension[] {
  const rsa = leaf.key === 'rsa-2048' ? x509.KeyUsageFlags.keyEncipherment : 0;
  const usages = leaf.usages.map(
    (usage) => x509.ExtendedKeyUsage[usage === 'server' ? 'serverAuth' : 'clientAuth'],
  );
  const addresses = new Set(
    leaf.ipAddresses.flatMap((address) => [address, ...(alsoKnownAs?.(address) ?? [])]),
  );
  const names: JsonGeneralNames = [
    ...leaf.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...[...addresses].map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | rsa, true),
    ...(usages.length > 0 ? [new x509.ExtendedKeyUsageExtension(usages)] : []),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

function subject(content: CertificateContent) {
  return {
    name: nameOf(content),
    notBefore: new Date(content.notBeforeMs),
    notAfter: new Date(content.notAfterMs),
  };
}

function nameOf({ organization, commonName }: CertificateContent): JsonName {
  return [...(organization === undefined ? [] : [{ O: [organization] }]), { CN: [commonName] }];
}

function generateKeys(kind: CertificateContent['key']): Promise<webcrypto.CryptoKeyPair> {
  return kind === 'rsa-2048'
    ? webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
    : webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(bytes, 'PRIVATE KEY');
}

/** An even number of hexadecimal digits below 0x80…, since DER integers are signed. */
const serialOf = (value: number) => `01${value.toString(16).padStart(14, '0')}`;
