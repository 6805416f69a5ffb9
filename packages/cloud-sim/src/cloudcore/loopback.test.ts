import { connect } from 'node:http2';
import { createLoopbackWorld, type TlsClientOptions, TlsError } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { inLab, type Lab, logLines, RawEdge, rawExchange, withoutDate } from './cloudcore.test-support.ts';

// What only real TLS and a real HTTP/2 client can show; expectations from the lab's tls capture and
// metrics.ndjson.

const request = (lab: Lab) =>
  `GET /stats/summary HTTP/1.1\r\nHost: ${lab.edgeHost.address}:10350\r\nAccept: */*\r\n\r\n`;

async function answer(edge: RawEdge): Promise<void> {
  await edge.next();
  edge.send(1, Buffer.from('0103610a', 'hex'));
  edge.send(1, Buffer.from('0104', 'hex'));
}

describe('on loopback', () => {
  test.each<[string, TlsClientOptions]>([
    ['TLS 1.3', { verify: false }],
    ['TLS 1.2', { verify: false, maxVersion: 'TLSv1.2' }],
  ])('a metrics request passes with %s, without a client certificate', async (_, tls) => {
    await inLab(
      async (lab) => {
        const edge = await RawEdge.dial(lab);
        const answered = answer(edge);
        const seen = await rawExchange(lab, request(lab), undefined, tls);
        expect(withoutDate(seen.head)).toBe(
          'HTTP/1.1 200 OK\r\nDate: *\r\nContent-Length: 2\r\nContent-Type: text/plain; charset=utf-8',
        );
        await answered;
        edge.socket.destroy();
      },
      {},
      await createLoopbackWorld(),
    );
  });

  test('a stranger to the authority gets in on 10003, and not on 10004', async () => {
    await inLab(
      async (lab) => {
        const stranger = await lab.world.net.authority({ commonName: 'stranger' });
        const certificate = await stranger.issue({ commonName: 'edge' });
        const seen = await rawExchange(lab, request(lab), undefined, { verify: false, certificate });
        expect(seen.head).toMatch(/^HTTP\/1.1 500 /);
        expect(await refusal(lab, { verify: false, certificate })).toBe('unknown-authority');
        expect(await refusal(lab, { verify: false })).toBe('no-client-certificate');
        const cipherSuites12 = ['ECDHE-ECDSA-AES256-GCM-SHA384'];
        const weak: TlsClientOptions = { ...lab.edgeTls, maxVersion: 'TLSv1.2', cipherSuites12 };
        expect(await refusal(lab, weak)).toBe('no-shared-cipher');
        const lines = logLines(lab.world).map(([, , line]) => line.replace(/from \S+: /, 'from *: '));
        expect(lines.filter((line) => line.includes('handshake'))).toEqual([
          'http: TLS handshake error from *: tls: failed to verify client certificate: ' +
            'x509: certificate signed by unknown authority',
          "http: TLS handshake error from *: tls: client didn't provide a certificate",
          'http: TLS handshake error from *: tls: no cipher suite supported by both client and server',
        ]);
      },
      {},
      await createLoopbackWorld(),
    );
  });

  test('HTTP/2 is chosen by ALPN', async () => {
    await inLab(
      async (lab) => {
        const edge = await RawEdge.dial(lab);
        const answered = answer(edge);
        const tls = { verify: false, alpn: ['h2', 'http/1.1'] };
        const target = { address: lab.cloudHost.address, port: 10003 };
        const socket = await lab.clientHost.connect(target, { tls, component: 'lab-client' });
        const session = connect('https://edge-node-1:10350', { createConnection: () => socket });
        const stream = session.request({ ':path': '/stats/summary' });
        const names: string[] = [];
        stream.on('response', (headers) => names.push(...Object.keys(headers)));
        let body = '';
        for await (const chunk of stream) body += String(chunk);
        expect(names).toEqual([':status', 'content-type', 'content-length', 'date']);
        expect(body).toBe('a\n');
        await answered;
        const closed = new Promise((resolve) => session.once('close', resolve));
        session.close();
        await closed;
        edge.socket.destroy();
      },
      {},
      await createLoopbackWorld(),
    );
  });
});

async function refusal(lab: Lab, tls: TlsClientOptions): Promise<string> {
  const target = { address: lab.cloudHost.address, port: 10004 };
  try {
    const socket = await lab.edgeHost.connect(target, { tls, component: 'lab-edge' });
    socket.destroy();
    return 'ok';
  } catch (error) {
    if (error instanceof TlsError) return error.verdict;
    throw error;
  }
}
