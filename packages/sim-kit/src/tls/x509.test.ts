import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readCertificate } from './read-certificate.ts';
import { createX509Authority } from './x509.ts';

const nowMs = Date.UTC(2026, 0, 1);
let serial = 0;
const context = { now: () => nowMs, nextSerial: () => ++serial };

describe('a real certificate authority', () => {
  it('issues what was asked for', async () => {
    const authority = await createX509Authority({ commonName: 'KubeEdge', organization: 'CNCF' }, context);
    const root = new X509Certificate(authority.certificate.pem as string);
    expect(root.ca).toBe(true);
    expect(root.subject).toBe('O=CNCF\nCN=KubeEdge');
    expect(root.verify(root.publicKey)).toBe(true);

    const certificate = await authority.issue({
      commonName: 'cloud',
      dnsNames: ['cloud.local'],
      ipAddresses: ['10.0.0.2'],
      notBeforeMs: nowMs,
      notAfterMs: nowMs + 60_000,
    });
    const leaf = new X509Certificate(certificate.pem as string);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.subjectAltName).toBe('DNS:cloud.local, IP Address:10.0.0.2');
    expect([leaf.validFromDate.getTime(), leaf.validToDate.getTime()]).toEqual([nowMs, nowMs + 60_000]);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(leaf.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    expect(leaf.serialNumber.toLowerCase()).toBe(certificate.serial);
    expect(certificate.issuer).toBe(authority.certificate);
  });

  it('issues RSA keys and single usages', async () => {
    const authority = await createX509Authority({ commonName: 'ca' }, context);
    const { pem = '' } = await authority.issue({ commonName: 'node', key: 'rsa-2048', usages: ['client'] });
    const leaf = new X509Certificate(pem);
    expect(leaf.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 });
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(leaf.subjectAltName).toBeUndefined();
  });

  it('adds the other names of an address', async () => {
    const alsoKnownAs = (address: string) => [address, '127.64.0.1'];
    const authority = await createX509Authority({ commonName: 'ca' }, { ...context, alsoKnownAs });
    const { pem = '', ipAddresses } = await authority.issue({
      commonName: 'cloud',
      ipAddresses: ['10.0.0.2'],
    });
    expect(new X509Certificate(pem).subjectAltName).toBe('IP Address:10.0.0.2, IP Address:127.64.0.1');
    expect(ipAddresses).toEqual(['10.0.0.2']);
  });
});

describe('a certificate from a file', () => {
  it('says what its maker said', async () => {
    const authority = await createX509Authority({ commonName: 'KubeEdge' }, context);
    const names = { dnsNames: ['cloud', 'localhost'], ipAddresses: ['127.0.0.1'] };
    const made = await authority.issue({
      commonName: 'cloud',
      organization: 'CNCF',
      ...names,
      notBeforeMs: nowMs,
    });
    const { pem = '', keyPem = '' } = made;
    expect(readCertificate('cloud.crt', pem, keyPem)).toEqual({ ...made, issuer: undefined });
    expect(readCertificate('ca.crt', authority.certificate.pem as string)).toMatchObject({
      commonName: 'KubeEdge',
      isCa: true,
      dnsNames: [],
    });
  });

  it('is refused when it is none, or its key is another’s', async () => {
    const authority = await createX509Authority({ commonName: 'KubeEdge' }, context);
    const { pem = '' } = await authority.issue({ commonName: 'one' });
    const { keyPem = '' } = await authority.issue({ commonName: 'other' });
    expect(() => readCertificate('a.crt', 'nonsense')).toThrow(
      /certificate a.crt, found no certificate in PEM/,
    );
    expect(() => readCertificate('a.crt', pem, 'nonsense')).toThrow(/found no private key in PEM/);
    expect(() => readCertificate('a.crt', pem, keyPem)).toThrow(/belongs to another certificate/);
  });
});
