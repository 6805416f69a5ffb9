import { describe, expect, test } from 'vitest';
import { type ExecStream, readFixture } from '../fixture.test-support.ts';
import {
  answerUpgrade,
  type HeaderSource,
  kubeletProtocols,
  readUpgradeAnswer,
  remoteCommandProtocols,
  upgradeRequestHeaders,
  wantsOfQuery,
} from '../index.ts';

const kubectl = (...protocols: string[]): HeaderSource => ({
  connection: 'Upgrade',
  upgrade: 'SPDY/3.1',
  'x-stream-protocol-version': protocols,
});
const [captured] = readFixture<ExecStream>('exec-streams.ndjson');

describe('a kubelet', () => {
  test('answers the captured request with the captured head', () => {
    const headers = Object.entries(captured?.request?.header ?? {}).flatMap(([name, values]) =>
      values.map((value) => [name, value] as const),
    );
    const answer = answerUpgrade(headers, kubeletProtocols);
    expect(answer.accepted && new TextDecoder().decode(answer.head)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n' +
        'X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n',
    );
  });

  test.each([
    [['v5.channel.k8s.io', 'v4.channel.k8s.io'], 'v4.channel.k8s.io'],
    [['channel.k8s.io'], 'channel.k8s.io'],
    [['v2.channel.k8s.io, v3.channel.k8s.io'], 'v2.channel.k8s.io'],
  ])('takes of %j the first that it knows', (offered, protocol) => {
    expect(answerUpgrade(kubectl(...offered), kubeletProtocols)).toMatchObject({ accepted: true, protocol });
  });

  test('says 403 and what it would accept when it knows none; the text comes twice', () => {
    const text =
      'unable to upgrade: unable to negotiate protocol: client supports [v9.channel.k8s.io x], server accepts ' +
      '[v4.channel.k8s.io v3.channel.k8s.io v2.channel.k8s.io channel.k8s.io]';
    expect(answerUpgrade(kubectl('v9.channel.k8s.io', 'x'), kubeletProtocols)).toEqual({
      accepted: false,
      status: 403,
      headers: [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['X-Accepted-Stream-Protocol-Versions', 'v4.channel.k8s.io'],
        ['X-Accepted-Stream-Protocol-Versions', 'v3.channel.k8s.io'],
        ['X-Accepted-Stream-Protocol-Versions', 'v2.channel.k8s.io'],
        ['X-Accepted-Stream-Protocol-Versions', 'channel.k8s.io'],
        ['X-Content-Type-Options', 'nosniff'],
      ],
      body: `${text}\n${text}\n`,
    });
  });

  test('wants a protocol and the headers of an upgrade', () => {
    expect(answerUpgrade({ connection: 'Upgrade', upgrade: 'SPDY/3.1' }, kubeletProtocols)).toMatchObject({
      status: 400,
      body: 'unable to upgrade: X-Stream-Protocol-Version is required\n',
    });
    const headers: HeaderSource = [
      ['host', 'any'],
      ['x-stream-protocol-version', 'v4.channel.k8s.io'],
      ['accept', '*/*'],
    ];
    expect(answerUpgrade(headers, kubeletProtocols)).toMatchObject({
      status: 400,
      body:
        'unable to upgrade: missing upgrade headers in request: http.Header{"Accept":[]string{"*/*"}, ' +
        '"X-Stream-Protocol-Version":[]string{"v4.channel.k8s.io"}}\n',
    });
  });
});

describe('a client', () => {
  test('asks with one header a protocol, and is understood', () => {
    const answer = answerUpgrade(upgradeRequestHeaders(remoteCommandProtocols), kubeletProtocols);
    expect(answer).toMatchObject({ accepted: true, protocol: 'v4.channel.k8s.io' });
  });

  test('reads the protocol, or why there is none', () => {
    const headers = kubectl('v4.channel.k8s.io');
    expect(readUpgradeAnswer(101, headers, '')).toEqual({ protocol: 'v4.channel.k8s.io' });
    expect(readUpgradeAnswer(101, { connection: 'Upgrade', upgrade: 'SPDY/3.1' }, '')).toEqual({
      protocol: '',
    });
    expect(readUpgradeAnswer(404, {}, 'pod does not exist')).toEqual({
      error: 'unable to upgrade connection: pod does not exist',
    });
    expect(readUpgradeAnswer(404, {}, '{"kind":"Status","message":"pods \\"x\\" not found"}')).toEqual({
      error: 'pods "x" not found',
    });
    expect(readUpgradeAnswer(101, {}, '')).toEqual({ error: 'unable to upgrade connection: ' });
  });
});

test.each([
  ['input=1&output=1&error=1', { stdin: true, stdout: true, stderr: true, tty: false }],
  ['output=1&error=1&tty=1', { stdin: false, stdout: true, stderr: false, tty: true }],
  ['error=true&input=1', { stdin: true, stdout: false, stderr: false, tty: false }],
  ['tty=1', { refusal: 'you must specify at least 1 of stdin, stdout, stderr' }],
  ['error=1&tty=1', { refusal: 'you must specify at least 1 of stdin, stdout, stderr' }],
])('the query %s', (query, wants) => {
  expect(wantsOfQuery(query)).toEqual(wants);
});
