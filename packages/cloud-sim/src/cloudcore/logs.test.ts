import http2 from 'node:http2';
import {
  decodeConnectPayload,
  decodeMessage,
  dialectOf,
  encodeMessage,
  messageTypes,
} from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import {
  type Case,
  type Exchange,
  inLab,
  type Lab,
  logLines,
  RawEdge,
  rawExchange,
  readCases,
} from './cloudcore.test-support.ts';
import { cloudcoreRelease, knownCloudcoreReleases } from './index.ts';
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

describe('releases differ as their data says', () => {
  const pods = { nodeOf: (_: string, name: string) => (name === 'nginx-1' ? 'edge-node-1' : undefined) };
  const request = (pod: string, host = '10.66.0.99') =>
    `GET /containerLogs/default/${pod}/nginx HTTP/1.1\r\nHost: ${host}:10350\r\nAccept: */*\r\n\r\n`;
  const tags = knownCloudcoreReleases().slice(2);
  const byPod = tags.filter((tag) => cloudcoreRelease(tag).logsSessionKey === 'pod-node');
  const printed = (lab: Lab) =>
    logLines(lab.world)
      .filter(([, source]) => /^(streamserver|containerlog|connection)/.test(source))
      .filter(([, , line]) => !line.startsWith('Prepare'));

  test('the Node of the pod names the session from v1.8.2 on', () => {
    expect(byPod[0]).toBe('v1.8.2');
    expect(byPod).toEqual(tags.slice(tags.indexOf('v1.8.2')));
  });

  test.each(tags)(
    '%s: a line comes through, and the end is told as the release tells it',
    async (release) => {
      const host = byPod.includes(release) ? '10.66.0.99' : '10.66.0.11';
      const hostnameHeader = `${dialectOf(release).hostnameHeadersSent[0]}: edge-node-1\r\n`;
      await inLab(
        async (lab) => {
          const edge = await RawEdge.dial(lab, { hostname: '', extraHeaders: hostnameHeader });
          const exchange = rawExchange(lab, request('nginx-1', host));
          const connect = decodeMessage(Buffer.from((await edge.next())?.hex ?? '', 'hex'));
          expect(decodeConnectPayload(connect.data, connect.type).url).toMatchObject({
            host: '127.0.0.1:10350',
          });
          edge.send(1, Buffer.from('01036c696e650a', 'hex'));
          edge.send(1, Buffer.from('0104', 'hex'));
          const seen = await exchange;
          expect(seen.head).toMatch(/^HTTP\/1.1 200 OK\r\nDate: .*\r\nTransfer-Encoding: chunked$/);
          expect(seen).toMatchObject({ bodyBytes: 5, chunkSizes: [5] });
          const { edgePeerDoneIsError, logsErrorPrefix } = cloudcoreRelease(release);
          const name = 'APIServer_LogsConnection MessageID 1';
          const done = `${name} find edge peer done, so stop this connection`;
          const session = 'Tunnel session [edge-node-1]';
          const deleted = `Delete ${name} from ${session}`;
          const failed = `${logsErrorPrefix}apiconnection Serve ${name} in ${session} error ${done}`;
          const ended = `${name} end successful`;
          expect(printed(lab).map(([, , line]) => line)).toEqual(
            edgePeerDoneIsError ? [ended, deleted, failed] : [done, ended, deleted],
          );
          edge.socket.destroy();
        },
        { release, dialect: dialectOf(release), pods },
      );
    },
  );

  test.each([
    ['v1.8.2', ['get pod default/nope failed: pods "nope" not found', 'pods "nope" not found']],
    [
      'v1.10.0',
      [
        'Failed to get container logs, err: can not get session key: ' +
          'get pod default/nope failed: pods "nope" not found',
      ],
    ],
  ])('%s: a pod that is not there', async (release, lines) => {
    await inLab(
      async (lab) => {
        expect((await rawExchange(lab, request('nope'))).head).toMatch(/^HTTP\/1.1 500 /);
        expect(printed(lab).map(([, , line]) => line)).toEqual(lines);
      },
      { release, dialect: dialectOf(release), pods },
    );
  });

  test('v1.8.0: a request whose client left stays in the table of its session', async () => {
    const left = async (release: string) => {
      let requests = -1;
      await inLab(
        async (lab) => {
          const edge = await RawEdge.dial(lab);
          const gaveUp = { afterMs: 100, end: 'gave up' };
          await rawExchange(lab, request('nginx-1', '10.66.0.11'), gaveUp);
          await lab.world.clock.sleep(100);
          requests = lab.cloudcore.sessions()[0]?.requests ?? -1;
          edge.socket.destroy();
        },
        { release, dialect: dialectOf(release) },
      );
      return requests;
    };
    expect([await left('v1.7.2'), await left('v1.8.0')]).toEqual([0, 1]);
  });
});
