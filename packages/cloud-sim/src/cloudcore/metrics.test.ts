import http2 from 'node:http2';
import { describe, expect, test } from 'vitest';
import {
  ByteReader,
  type Case,
  type Exchange,
  inLab,
  RawEdge,
  rawExchange,
  readCases,
  readResponse,
  withoutDate,
} from './cloudcore.test-support.ts';
import { expectLogs, expectSame, replay, sha256 } from './replay.test-support.ts';

const cases = [...readCases('metrics.ndjson'), ...readCases('metrics-paths.ndjson')];

/** Cases whose client is more than one plain HTTP/1.1 request; each has a test of its own below. */
const special = ['keepalive-two', 'http2-curl', 'http10', 'concurrent-3', 'edged-down'];

test('there are captured cases to compare with', () => {
  expect(cases).toHaveLength(63);
});

describe('a metrics request is answered as by the real v1.6.1', () => {
  test.each(cases.filter(({ name }) => !special.includes(name)))('$name', async (captured) => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const replayed = replay(lab, edge, captured);
      const gaveUp = /client/.test(captured.end ?? '')
        ? { afterMs: captured.ms ?? 0, end: captured.end ?? '' }
        : undefined;
      const seen = await rawExchange(lab, captured.request ?? '', gaveUp);
      expectSame(seen, captured as Exchange);
      expect(await replayed).toEqual([]);
      expectLogs(lab, captured);
    });
  });

  test('edged-down', async () => {
    const captured = find('edged-down');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const replayed = replay(lab, edge, captured);
      expectSame(
        await rawExchange(lab, captured.request ?? '', { afterMs: 6000, end: 'client gave up (timeout 6s)' }),
        captured as Exchange,
      );
      expect(await replayed).toEqual([]);
      expectLogs(lab, captured);
    });
  });

  test('http10', async () => {
    const captured = find('http10');
    const request = 'GET /stats/summary?lab=blank HTTP/1.0\r\nHost: 10.66.0.11:10350\r\n\r\n';
    await inLab(async (lab) => {
      const replayed = replay(lab, await RawEdge.dial(lab), captured);
      expectSame(await rawExchange(lab, request), captured as Exchange);
      expect(await replayed).toEqual([]);
    });
  });

  test('keepalive-two', async () => {
    const captured = find('keepalive-two');
    const request = 'GET /stats/summary?lab=blank HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n\r\n';
    await inLab(async (lab) => {
      const replayed = replay(lab, await RawEdge.dial(lab), captured);
      const target = { address: lab.cloudHost.address, port: 10003 };
      const socket = await lab.clientHost.connect(target, {
        tls: { verify: false },
        component: 'lab-client',
      });
      const reader = new ByteReader(socket);
      for (const response of captured.responses as string[]) {
        socket.write(request);
        const [head = '', body = ''] = response.split('\r\n\r\n');
        const seen = await readResponse(reader);
        expect(withoutDate(seen.head)).toBe(withoutDate(head));
        expect(seen.bodySha256).toBe(sha256(body));
      }
      socket.destroy();
      expect(await replayed).toEqual([]);
    });
  });

  test('concurrent-3', async () => {
    const captured = find('concurrent-3');
    await inLab(async (lab) => {
      const replayed = replay(lab, await RawEdge.dial(lab), captured);
      // The capture's connect ids were drawn in this order.
      const counts = [5, 3, 4];
      const seen = await Promise.all(
        counts.map((count) =>
          rawExchange(
            lab,
            `GET /metrics/cadvisor?lab=slow:${count} HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n` +
              'User-Agent: lab/1\r\nAccept: */*\r\n\r\n',
          ),
        ),
      );
      const responses = captured.responses as { status: number; body: string }[];
      for (const [at, count] of counts.entries()) {
        expect(seen[at]?.bodySha256).toBe(sha256(responses[count - 3]?.body ?? ''));
      }
      expect(await replayed).toEqual([]);
    });
  });

  test('http2-curl', async () => {
    const captured = find('http2-curl');
    await inLab(async (lab) => {
      const replayed = replay(lab, await RawEdge.dial(lab), captured);
      const target = { address: lab.cloudHost.address, port: 10003 };
      const tls = { verify: false, alpn: ['h2', 'http/1.1'] };
      const socket = await lab.clientHost.connect(target, { tls, component: 'lab-client' });
      const session = http2.connect('https://edge-node-1:10350', { createConnection: () => socket });
      const stream = session.request({
        ':path': '/stats/summary?lab=blank',
        ':authority': 'edge-node-1:10350',
        'user-agent': 'curl/7.88.1',
        accept: '*/*',
      });
      const lines: string[] = [];
      stream.on('response', (headers) => {
        for (const [name, value] of Object.entries(headers)) {
          lines.push(name === ':status' ? `HTTP/2 ${value}` : `${name}: ${value}`);
        }
      });
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      session.destroy();
      socket.destroy();
      const plain = (all: string[]) => all.map((line) => line.replace(/^date: .*/, 'date: *'));
      expect(plain(lines)).toEqual(plain(captured.responseLines ?? []));
      expect(Buffer.concat(chunks).toString()).toBe('a\n\n\nb\n\n');
      expect(await replayed).toEqual([]);
    });
  });
});

function find(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}
