import { describe, expect, it } from 'vitest';
import {
  accepting,
  CLOUD,
  type CreateWorld,
  event,
  inWorld,
  readAll,
  rejection,
  type Site,
  tester,
} from '../net/contract-world.test-support.ts';
import type { Certificate, CertificateAuthority, CertificateRequest } from './certificate.ts';
import { ecKeyToPem, ecPublicKey } from './ec-key.ts';
import { certificatePem } from './pem.ts';
import { readCertificate } from './read-certificate.ts';
import { signCertificate, signRoot } from './sign-certificate.ts';
import type { TlsClientOptions, TlsError, TlsServerOptions, TlsVerdict } from './verdict.ts';

const dayMs = 86_400_000;
const target = { address: CLOUD, port: 10004 };

interface Parties extends Site {
  authority: CertificateAuthority;
  /** Another authority with the same name. */
  stranger: CertificateAuthority;
  foreigner: CertificateAuthority;
  /** A client's certificate of the right authority. */
  own: Certificate;
}

interface Case {
  name: string;
  server?: (parties: Parties) => Partial<TlsServerOptions>;
  client?: (parties: Parties) => Partial<TlsClientOptions>;
  /** Changes the server's certificate. */
  request?: (nowMs: number) => Partial<CertificateRequest>;
  /** Undefined: the handshake succeeds. */
  refused?: { verdict: TlsVerdict; by: 'client' | 'server'; text: string | RegExp };
}

const require = ({ authority }: Parties) =>
  ({ clientAuth: 'require', clientRoots: [authority.certificate] }) as const;
const request = () => ({ clientAuth: 'request' }) as const;
const ECDSA_128 = 'ECDHE-ECDSA-AES128-GCM-SHA256';
const ECDSA_256 = 'ECDHE-ECDSA-AES256-GCM-SHA384';
const unknownNamesake =
  'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while ' +
  'trying to verify candidate authority certificate "ca")';
const noSuite = 'tls: no cipher suite supported by both client and server';

const cases: Case[] = [
  { name: 'succeeds' },
  {
    name: 'succeeds with a client certificate',
    server: require,
    client: ({ own }) => ({ certificate: own }),
  },
  {
    name: 'succeeds with a client certificate on TLS 1.2',
    server: require,
    client: ({ own }) => ({ certificate: own, maxVersion: 'TLSv1.2' }),
  },
  {
    name: 'fails without the client certificate required',
    server: require,
    refused: {
      verdict: 'no-client-certificate',
      by: 'server',
      text: "tls: client didn't provide a certificate",
    },
  },
  {
    name: 'fails without the client certificate required on TLS 1.2',
    server: require,
    client: () => ({ maxVersion: 'TLSv1.2' }),
    refused: {
      verdict: 'no-client-certificate',
      by: 'server',
      text: "tls: client didn't provide a certificate",
    },
  },
  {
    name: 'fails with a client certificate of another authority of the same name',
    server: ({ stranger }) => ({ clientAuth: 'require', clientRoots: [stranger.certificate] }),
    client: ({ own }) => ({ certificate: own }),
    refused: {
      verdict: 'unknown-authority',
      by: 'server',
      text: `tls: failed to verify client certificate: ${unknownNamesake}`,
    },
  },
  { name: 'succeeds without a certificate where one is requested only', server: request },
  {
    name: 'succeeds with a foreign certificate where one is requested only',
    server: request,
    client: ({ own }) => ({ certificate: own }),
  },
  {
    name: 'fails when the server is of a foreign authority',
    client: ({ foreigner }) => ({ roots: [foreigner.certificate] }),
    refused: {
      verdict: 'unknown-authority',
      by: 'client',
      text: 'x509: certificate signed by unknown authority',
    },
  },
  {
    name: 'fails when the server is of another authority of the same name',
    client: ({ stranger }) => ({ roots: [stranger.certificate] }),
    refused: {
      verdict: 'unknown-authority',
      by: 'client',
      text: unknownNamesake,
    },
  },
  {
    name: 'succeeds with a foreign authority when the client does not verify',
    client: () => ({ verify: false, roots: [], serverName: 'whatever' }),
  },
  {
    name: 'fails when the server has another address',
    request: () => ({ ipAddresses: ['10.0.0.77'] }),
    refused: {
      verdict: 'wrong-name',
      by: 'client',
      text: 'x509: certificate is valid for 10.0.0.77, not 10.0.0.2',
    },
  },
  {
    name: 'fails when the server has no address in its certificate',
    request: () => ({ ipAddresses: [] }),
    refused: {
      verdict: 'wrong-name',
      by: 'client',
      text: "x509: cannot validate certificate for 10.0.0.2 because it doesn't contain any IP SANs",
    },
  },
  {
    name: 'fails when the server has another name',
    client: () => ({ serverName: 'edge.local' }),
    refused: {
      verdict: 'wrong-name',
      by: 'client',
      text: 'x509: certificate is valid for cloud.local, not edge.local',
    },
  },
  { name: 'succeeds by name', client: () => ({ serverName: 'cloud.local' }) },
  {
    name: 'fails when the server has expired',
    request: (nowMs) => ({ notBeforeMs: nowMs - 2 * dayMs, notAfterMs: nowMs - dayMs, ipAddresses: [] }),
    refused: {
      verdict: 'expired',
      by: 'client',
      text: /^x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z$/,
    },
  },
  {
    name: 'fails when the server is not yet valid',
    request: (nowMs) => ({ notBeforeMs: nowMs + dayMs, notAfterMs: nowMs + 2 * dayMs }),
    refused: {
      verdict: 'not-yet-valid',
      by: 'client',
      text: /^x509: certificate has expired or is not yet valid: current time \S+Z is before \S+Z$/,
    },
  },
  {
    name: 'fails when the server has a client certificate',
    request: () => ({ usages: ['client'] }),
    refused: {
      verdict: 'wrong-usage',
      by: 'client',
      text: 'x509: certificate specifies an incompatible key usage',
    },
  },
  {
    name: 'succeeds with the one suite both know on TLS 1.2',
    server: () => ({ cipherSuites12: [ECDSA_128] }),
    client: () => ({ cipherSuites12: [ECDSA_256, ECDSA_128], maxVersion: 'TLSv1.2' }),
  },
  {
    name: 'fails without a common suite on TLS 1.2',
    server: () => ({ cipherSuites12: [ECDSA_128] }),
    client: () => ({ cipherSuites12: [ECDSA_256], maxVersion: 'TLSv1.2' }),
    refused: { verdict: 'no-shared-cipher', by: 'server', text: noSuite },
  },
  {
    name: 'fails when the common suite does not fit the key',
    server: () => ({ cipherSuites12: [ECDSA_128] }),
    client: () => ({ cipherSuites12: [ECDSA_128], maxVersion: 'TLSv1.2' }),
    request: () => ({ key: 'rsa-2048' }),
    refused: { verdict: 'no-shared-cipher', by: 'server', text: noSuite },
  },
  {
    name: 'succeeds on TLS 1.3 whatever the suites of 1.2',
    server: () => ({ cipherSuites12: [ECDSA_128] }),
    client: () => ({ cipherSuites12: [ECDSA_256] }),
    request: () => ({ key: 'rsa-2048' }),
  },
  {
    name: 'fails when the server wants a later version',
    server: () => ({ minVersion: 'TLSv1.3' }),
    client: () => ({ maxVersion: 'TLSv1.2' }),
    refused: {
      verdict: 'protocol-version',
      by: 'server',
      text: 'tls: client offered only unsupported versions',
    },
  },
  {
    name: 'fails without a common protocol',
    server: () => ({ alpn: ['h2'] }),
    client: () => ({ alpn: ['http/1.1'] }),
    refused: {
      verdict: 'no-shared-protocol',
      by: 'server',
      text: 'tls: client requested unsupported application protocols',
    },
  },
];

/** Handshakes and their verdicts: a model on memory, OpenSSL's on loopback. */
export function tlsContract(create: CreateWorld): void {
  const inTls = (body: (parties: Parties) => Promise<void>) =>
    inWorld(create, async (site) => {
      const authority = await site.world.net.authority({ commonName: 'ca', organization: 'KubeEdge' });
      const stranger = await site.world.net.authority({ commonName: 'ca', organization: 'KubeEdge' });
      const foreigner = await site.world.net.authority({ commonName: 'other', organization: 'KubeEdge' });
      const own = await authority.issue({ commonName: 'system:node:edge', organization: 'system:nodes' });
      await body({ ...site, authority, stranger, foreigner, own });
    });

  describe('a TLS handshake', () => {
    it('shows the listener what certificate the client has, verified or not', () =>
      inTls(async ({ world, cloud, edge, authority, stranger }) => {
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const shown = await stranger.issue({ commonName: 'edge-1', organization: 'KubeEdge' });
        const tls = { certificate, clientAuth: 'request' } as const;
        const { accepted } = await accepting(world, cloud, { port: 10004 }, { tls });
        for (const own of [{ certificate: shown }, {}]) {
          await edge.connect(target, { ...tester, tls: { verify: false, ...own } });
          const { peerCertificate } = await accepted();
          expect(peerCertificate?.commonName).toBe('certificate' in own ? 'edge-1' : undefined);
          expect(peerCertificate?.pem?.trim()).toBe('certificate' in own ? shown.pem?.trim() : undefined);
        }
      }));

    it('takes certificates that were signed as bytes, and refuses those of an authority made anew', () =>
      inTls(async ({ world, cloud, edge }) => {
        const make = (label: string) => {
          const key = world.net.createKey(label);
          const nowMs = world.clock.now();
          const validity = { notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + dayMs };
          const root = signRoot({ ...validity, serial: '0400', subject: [['CN', 'ca']], isCa: true }, key);
          const leafKey = world.net.createKey(`${label}/leaf`);
          const leaf = signCertificate(
            { ...validity, serial: '0401', subject: [['CN', 'edge']], usages: ['1.3.6.1.5.5.7.3.2'] },
            ecPublicKey(leafKey),
            { certificate: root, key },
          );
          return {
            root: readCertificate('ca', certificatePem(root)),
            leaf: readCertificate('edge', certificatePem(leaf), ecKeyToPem(leafKey)),
          };
        };
        const [own, anew] = [make('own'), make('anew')];
        const authority = await world.net.authority({ commonName: 'servers' });
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const tls = { certificate, clientAuth: 'require', clientRoots: [own.root] } as const;
        const { accepted } = await accepting(world, cloud, { port: 10004 }, { tls });
        const dial = (leaf: Certificate) =>
          edge.connect(target, { ...tester, tls: { verify: false, certificate: leaf } });
        await dial(own.leaf);
        expect((await accepted()).peerCertificate?.commonName).toBe('edge');
        const error = await rejection(dial(anew.leaf));
        expect(error.message).toBe(`tls: failed to verify client certificate: ${unknownNamesake}`);
      }));

    it.each(cases)('$name', ({ server, client, request: changes, refused }) =>
      inTls(async (parties) => {
        const { world, cloud, edge, authority } = parties;
        const content = { commonName: 'cloud', dnsNames: ['cloud.local'], ipAddresses: [CLOUD] };
        const certificate = await authority.issue({ ...content, ...changes?.(world.clock.now()) });
        const told: TlsError[] = [];
        const { accepted, all } = await accepting(
          world,
          cloud,
          { port: 10004 },
          {
            tls: { certificate, clientAuth: 'none', ...server?.(parties) },
            onTlsError: (error) => told.push(error),
          },
        );
        const tls = { verify: true, roots: [authority.certificate], ...client?.(parties) };
        const dial = edge.connect(target, { ...tester, tls });
        if (refused === undefined) {
          const dialled = await dial;
          const socket = await accepted();
          expect(socket.encrypted).toBe(true);
          expect(socket.connection).toBe(dialled.connection);
          socket.end('secret');
          expect(await readAll(dialled)).toBe('secret');
          const verdicts = world.trace
            .of('net.tls')
            .map(({ host, detail }) => [host, detail.by, detail.verdict, detail.peer]);
          expect(verdicts).toEqual([
            ['edge', 'client', 'ok', 'cloud'],
            ['cloud', 'server', 'ok', 'edge'],
          ]);
          return;
        }
        const { verdict, by, text } = refused;
        const error = await rejection(dial);
        expect(error).toMatchObject({ name: 'TlsError', code: 'ERR_TLS_VERDICT', verdict, by });
        expect(error.message).toMatch(typeof text === 'string' ? exactly(text) : text);
        expect(told.map((one) => one.message)).toEqual(by === 'server' ? [error.message] : []);
        expect(all).toEqual([]);
        expect(world.trace.of('net.tls').at(-1)?.detail).toMatchObject({
          verdict,
          by,
          detail: error.message,
        });
      }),
    );

    it('chooses the first protocol of the server that the client knows', () =>
      inTls(async ({ world, cloud, edge, authority }) => {
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const tls = { certificate, clientAuth: 'none', alpn: ['h2', 'http/1.1'] } as const;
        const { accepted } = await accepting(world, cloud, { port: 10004 }, { tls });
        for (const [alpn, chosen] of [
          [['http/1.1', 'h2'], 'h2'],
          [['http/1.1'], 'http/1.1'],
          [undefined, false],
        ] as const) {
          const dialled = await edge.connect(target, {
            ...tester,
            tls: { verify: false, ...(alpn && { alpn }) },
          });
          const socket = await accepted();
          expect([dialled.alpnProtocol, socket.alpnProtocol]).toEqual([chosen, chosen]);
          socket.end();
          await readAll(dialled);
        }
      }));

    it('fails between a plain client and a TLS listener', () =>
      inTls(async ({ world, cloud, edge, authority }) => {
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const told: TlsError[] = [];
        const tls = { certificate, clientAuth: 'none' } as const;
        await accepting(world, cloud, { port: 10004 }, { tls, onTlsError: (error) => told.push(error) });
        await expect(edge.connect(target, tester)).rejects.toMatchObject({
          verdict: 'not-tls',
          by: 'server',
        });
        expect(told.map(({ message }) => message)).toEqual([
          'tls: first record does not look like a TLS handshake',
        ]);
      }));

    it('fails between a TLS client and a plain listener', () =>
      inTls(async ({ world, cloud, edge }) => {
        const { all } = await accepting(world, cloud, { port: 10004 });
        const dial = edge.connect(target, { ...tester, tls: { verify: false } });
        await expect(dial).rejects.toMatchObject({ verdict: 'not-tls', by: 'client' });
        expect(all).toEqual([]);
      }));

    it('checks the address dialled, not the one DNAT has sent it to', () =>
      inTls(async ({ world, cloud, authority }) => {
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        await accepting(world, cloud, { port: 10003 }, { tls: { certificate, clientAuth: 'none' } });
        cloud.nat.append({ chain: 'OUTPUT', dport: 10350, to: { address: CLOUD, port: 10003 } });
        const tls = { verify: true, roots: [authority.certificate] };
        const dial = cloud.connect({ address: '10.66.0.11', port: 10350 }, { ...tester, tls });
        await expect(dial).rejects.toThrow('x509: certificate is valid for 10.0.0.2, not 10.66.0.11');
      }));

    it('can be reset', () =>
      inTls(async ({ world, cloud, edge, authority }) => {
        const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
        const { accepted } = await accepting(
          world,
          cloud,
          { port: 10004 },
          { tls: { certificate, clientAuth: 'none' } },
        );
        const dialled = await edge.connect(target, { ...tester, tls: { verify: false } });
        const failed = event(dialled, 'error');
        dialled.resume();
        (await accepted()).resetAndDestroy();
        expect(await failed).toMatchObject({ code: 'ECONNRESET' });
      }));
  });
}

const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
