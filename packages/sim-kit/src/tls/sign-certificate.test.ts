import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryWorld } from '../world.ts';
import { ecKeyToPem, ecKeyToSec1, ecPublicKey, readEcKey } from './ec-key.ts';
import { derOfPem } from './pem.ts';
import {
  createCertificateRequest,
  readCertificateRequest,
  signCertificate,
  signRoot,
} from './sign-certificate.ts';

const key = Buffer.alloc(32, 7);
const nowMs = Date.UTC(2026, 0, 1);
const rootTemplate = {
  serial: '0400',
  subject: [['CN', 'KubeEdge']],
  notBeforeMs: nowMs,
  notAfterMs: Date.UTC(2126, 0, 1),
  isCa: true,
  keyUsages: ['keyEncipherment', 'digitalSignature', 'keyCertSign'],
} as const;

describe('certificates as bytes', () => {
  it('are the same for the same input, and verify', () => {
    const certificate = signRoot(rootTemplate, key);
    expect(signRoot(rootTemplate, key)).toEqual(certificate);
    const root = new X509Certificate(certificate);
    expect(root).toMatchObject({ subject: 'CN=KubeEdge', ca: true, serialNumber: '0400' });
    // From 2050 on X.509 writes years with four digits.
    expect(root.validToDate.getTime()).toBe(Date.UTC(2126, 0, 1));
    expect(root.verify(root.publicKey)).toBe(true);
    const own = Buffer.alloc(32, 9);
    const template = {
      serial: 'ff12',
      subject: [
        ['O', 'system:nodes'],
        ['CN', 'system:node:边缘-1'],
      ],
      notBeforeMs: nowMs,
      notAfterMs: nowMs + 86_400_000,
      dnsNames: ['edge.local'],
      ipAddresses: ['10.66.0.11'],
      usages: ['1.3.6.1.5.5.7.3.2'],
    } as const;
    const leaf = new X509Certificate(signCertificate(template, ecPublicKey(own), { certificate, key }));
    expect(leaf.subject).toBe('O=system:nodes\nCN=system:node:边缘-1');
    expect(leaf.subjectAltName).toBe('DNS:edge.local, IP Address:10.66.0.11');
    expect(leaf.serialNumber).toBe('FF12');
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
  });

  it('are asked for by requests that can be read again', () => {
    const subject = [
      ['C', 'CN'],
      ['O', 'kubeEdge'],
      ['CN', 'kubeedge.io'],
    ] as const;
    const request = createCertificateRequest(subject, key);
    expect(createCertificateRequest(subject, key)).toEqual(request);
    expect(readCertificateRequest(request)).toMatchObject({
      commonName: 'kubeedge.io',
      organizations: ['kubeEdge'],
      publicKey: new Uint8Array(ecPublicKey(key)),
    });
    expect(readCertificateRequest(request.subarray(0, 40))).toBeUndefined();
    expect(readCertificateRequest(Buffer.from('no request'))).toBeUndefined();
  });

  it('have keys that can be written and read', () => {
    expect(readEcKey(ecKeyToSec1(key))).toEqual(key);
    expect(readEcKey(ecKeyToPem(key))).toEqual(key);
    expect(readEcKey('no key')).toBeUndefined();
  });

  it('stand behind the statements of the memory net', async () => {
    await using world = createMemoryWorld();
    const authority = await world.net.authority({ commonName: 'KubeEdge' });
    const leaf = await authority.issue({ commonName: 'edge', dnsNames: ['edge.local'] });
    const [root, edge] = [authority.certificate, leaf].map(({ pem = '' }) => new X509Certificate(pem));
    expect(edge?.verify(root?.publicKey as X509Certificate['publicKey'])).toBe(true);
    expect(edge?.subjectAltName).toBe('DNS:edge.local');
    await using again = createMemoryWorld();
    const same = await again.net.authority({ commonName: 'KubeEdge' });
    expect(derOfPem(same.certificate.pem ?? '')).toEqual(derOfPem(authority.certificate.pem ?? ''));
  });
});
