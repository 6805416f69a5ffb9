import { createHash } from 'node:crypto';
import type { Name } from '@peculiar/asn1-x509';
import type { Extension, JsonGeneralNames, KeyUsageFlags } from '@peculiar/x509';
import { type EcKey, ecPublicKey, ecSign } from './ec-key.ts';
import { x509Libraries } from './x509-libraries.ts';

/** A distinguished name by the short names of its attributes, in their order: `[['O', 'KubeEdge'], ['CN', 'kubeedge.io']]`. */
export type DistinguishedName = readonly (readonly [attribute: string, value: string])[];

/** What is to stand in a certificate. Times are milliseconds since the epoch, of which X.509 keeps the seconds. */
export interface CertificateTemplate {
  /** Hexadecimal. */
  serial: string;
  subject: DistinguishedName;
  notBeforeMs: number;
  notAfterMs: number;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  isCa?: boolean;
  /** Names of RFC 5280's KeyUsage; default none. */
  keyUsages?: readonly (keyof typeof KeyUsageFlags)[];
  /** Object identifiers of extended key usages; default none. */
  usages?: readonly string[];
}

/** An authority that signs with a P-256 key; `certificate` is its own, in DER. */
export interface Signer {
  certificate: Uint8Array;
  key: EcKey;
}

/** A certificate request as far as it is looked at. Nobody checks its signature, as Go does not. */
export interface ReadRequest {
  /** The first common name, empty if there is none. */
  commonName: string;
  organizations: readonly string[];
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  /** SubjectPublicKeyInfo in DER. */
  publicKey: Uint8Array;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Signs a certificate for `publicKey` (a SubjectPublicKeyInfo in DER); the same input gives the same bytes. */
export function signCertificate(
  template: CertificateTemplate,
  publicKey: Uint8Array,
  signer: Signer,
): Uint8Array {
  const { x509 } = x509Libraries();
  const issuer = new x509.X509Certificate(Buffer.from(signer.certificate));
  return sign(template, publicKey, signer.key, issuer.subjectName.toArrayBuffer());
}

/** The certificate of an authority that nobody signs but itself. */
export function signRoot(template: CertificateTemplate, key: EcKey): Uint8Array {
  return sign(template, ecPublicKey(key), key, nameOf(template.subject));
}

/** A request for a certificate (PKCS #10) in DER, signed with the key it is for. */
export function createCertificateRequest(subject: DistinguishedName, key: EcKey): Uint8Array {
  const { csr, asn1, AsnConvert } = x509Libraries();
  const info = new csr.CertificationRequestInfo({
    subject: parsedName(nameOf(subject)),
    subjectPKInfo: AsnConvert.parse(ecPublicKey(key), asn1.SubjectPublicKeyInfo),
  });
  const data = new Uint8Array(AsnConvert.serialize(info));
  const request = new csr.CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: new asn1.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 }),
    signature: exactBuffer(ecSign(key, data)),
  });
  return new Uint8Array(AsnConvert.serialize(request));
}

/** Reads a certificate request in DER; undefined for what is none. */
export function readCertificateRequest(der: Uint8Array): ReadRequest | undefined {
  const { x509 } = x509Libraries();
  try {
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(der));
    const wanted = request.extensions.find(
      (extension) => extension instanceof x509.SubjectAlternativeNameExtension,
    );
    const names = wanted?.names.items ?? [];
    const namesOf = (type: string) => names.flatMap((name) => (name.type === type ? [name.value] : []));
    return {
      commonName: request.subjectName.getField('CN')[0] ?? '',
      organizations: request.subjectName.getField('O'),
      dnsNames: namesOf('dns'),
      ipAddresses: namesOf('ip'),
      publicKey: new Uint8Array(request.publicKey.rawData),
    };
  } catch {
    // The library throws errors of many sorts for bytes that are no request.
    return undefined;
  }
}

function sign(
  template: CertificateTemplate,
  publicKey: Uint8Array,
  key: EcKey,
  issuerName: ArrayBuffer,
): Uint8Array {
  const { asn1, AsnConvert } = x509Libraries();
  const signature = new asn1.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const extensions = extensionsOf(template, publicKey, ecPublicKey(key));
  const content = new asn1.TBSCertificate({
    version: asn1.Version.v3,
    serialNumber: serialBytes(template.serial),
    signature,
    issuer: parsedName(issuerName),
    validity: new asn1.Validity({
      notBefore: timeOf(template.notBeforeMs),
      notAfter: timeOf(template.notAfterMs),
    }),
    subject: parsedName(nameOf(template.subject)),
    subjectPublicKeyInfo: AsnConvert.parse(publicKey, asn1.SubjectPublicKeyInfo),
    extensions: new asn1.Extensions(
      extensions.map(({ rawData }) => AsnConvert.parse(rawData, asn1.Extension)),
    ),
  });
  const certificate = new asn1.Certificate({
    tbsCertificate: content,
    signatureAlgorithm: signature,
    signatureValue: exactBuffer(ecSign(key, new Uint8Array(AsnConvert.serialize(content)))),
  });
  return new Uint8Array(AsnConvert.serialize(certificate));
}

/** The extensions Go's x509.CreateCertificate writes, in its order. */
function extensionsOf(
  template: CertificateTemplate,
  publicKey: Uint8Array,
  issuerKey: Uint8Array,
): Extension[] {
  const { x509 } = x509Libraries();
  const { keyUsages = [], usages = [], isCa = false, dnsNames = [], ipAddresses = [] } = template;
  const flags = keyUsages.reduce((all, name) => all | x509.KeyUsageFlags[name], 0);
  const names: JsonGeneralNames = [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
    ...(usages.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...usages])]),
    ...(isCa
      ? [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.SubjectKeyIdentifierExtension(keyId(publicKey)),
        ]
      : [new x509.AuthorityKeyIdentifierExtension(keyId(issuerKey))]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}

/** RFC 5280 4.2.1.2: SHA-1 of the public key without its algorithm. */
function keyId(publicKey: Uint8Array): string {
  const { asn1, AsnConvert } = x509Libraries();
  const { subjectPublicKey } = AsnConvert.parse(publicKey, asn1.SubjectPublicKeyInfo);
  return createHash('sha1').update(new Uint8Array(subjectPublicKey)).digest('hex');
}

function nameOf(subject: DistinguishedName): ArrayBuffer {
  const attributes = subject.map(([attribute, value]) => ({ [attribute]: [value] }));
  return new (x509Libraries().x509.Name)(attributes).toArrayBuffer();
}

function parsedName(der: ArrayBuffer): Name {
  const { asn1, AsnConvert } = x509Libraries();
  return AsnConvert.parse(der, asn1.Name);
}

const timeOf = (atMs: number) => new Date(Math.floor(atMs / 1000) * 1000);

/** DER integers are signed: a first byte from 0x80 on needs a zero before it. */
function serialBytes(serial: string): ArrayBuffer {
  const bytes = Buffer.from(serial.length % 2 === 0 ? serial : `0${serial}`, 'hex');
  return exactBuffer((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

const exactBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
