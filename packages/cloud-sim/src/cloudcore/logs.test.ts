import http2 from 'node:http2';
import { encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import {
  type Case,
  type Exchange,
  inLab,
  RawEdge,
  rawExchange,
  readCases,
} from './cloudcore.test-support.ts';
import { expectLogs, expectSame, replay, sha256 } from './replay.test-support.ts';

const cases = readCases('logs.ndjson');
const none = new Uint8Array();

test('there are captured cases to compare with', () => {
  expect(cases).toHaveLength(19);
});

/** Cases that are more than one request of a plain client; each has a test of its own below. */
const special = ['http2-curl', 'connect-id-128plus'];

describe('a logs request is answered as by the real v1.6.1', () => {
  test.each(cases.filter(({ name }) => !special.includes(name)))('$name', async (captured) => {
    await inLab(async (lab) => {
      const replayed = replay(lab, await RawEdge.dial(lab), captured);
      const end = captured.end ?? '';
      const gaveUp = end.startsWith('client') ? { afterMs: captured.ms ?? 0, end } : undefined;
      const seen = await rawExchange(lab, captured.request ?? '', gaveUp);
      expectSame(seen, captured as Exchange);
      expect(await replayed).toEqual([]);
      expectLogs(lab, captured);
    });
  });

  test('connect-id-128plus', async () => {
    const captured = find('connect-id-128plus');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      for (let id = 1; id < 147; id += 1) {
        const before = rawExchange(lab, captured.request ?? '');
        await edge.next();
        edge.send(
          1,
          Buffer.from(encodeMessage({ connectId: id, type: messageTypes.REMOVE_CONNECT, data: none })),
        );
        await before;
      }
      const replayed = replay(lab, edge, captured, 147);
      expectSame(await rawExchange(lab, captured.request ?? ''), captured as Exchange);
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
      const session = http2.connect('https://10.66.0.11:10350', { createConnection: () => socket });
      const stream = session.request({
        ':path': '/containerLogs/default/nginx-1/nginx?follow=true',
        ':authority': '10.66.0.11:10350',
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
      expect(sha256(Buffer.concat(chunks).toString())).toBe(captured.bodySha256);
      expect(await replayed).toEqual([]);
      expectLogs(lab, captured);
    });
  });
});

function find(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}
