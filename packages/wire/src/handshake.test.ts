import { expect, test } from 'vitest';
import { readFixture } from './fixture.test-support.ts';
import { connectHeaders, connectPath, dialectOf, readConnectHeaders } from './index.ts';

const identity = { hostname: 'edge-node-1', internalIp: '10.66.0.11' };
const handshakes = readFixture<{ scenario: string; http: string }>('handshakes.ndjson');

test.each(handshakes)('writes the same tunnel headers as the captured $scenario', ({ http }) => {
  const [requestLine, ...lines] = http.trimEnd().split('\r\n');
  expect(requestLine).toBe(`GET ${connectPath} HTTP/1.1`);
  const pairs = lines.map((line) => line.split(/: ?/, 2) as [string, string]);
  const captured = pairs.filter(([name]) => name.startsWith('Session'));
  const read = readConnectHeaders(dialectOf('v1.6.1'), pairs);
  expect(connectHeaders(dialectOf('v1.6.1'), read)).toEqual(captured);
});

test('v1.7 and v1.8 send both spellings, in the order net/http sorts them', () => {
  const expected = [
    ['Sessionhostnameoveride', 'edge-node-1'],
    ['Sessionhostnameoverride', 'edge-node-1'],
    ['Sessioninternalip', '10.66.0.11'],
  ];
  expect(connectHeaders(dialectOf('v1.7.0'), identity)).toEqual(expected);
  expect(connectHeaders(dialectOf('v1.8.2'), identity)).toEqual(expected);
});

test.each([
  ['v1.6.1', 'v1.6.1', 'edge-node-1'],
  ['v1.6.1', 'v1.8.2', 'edge-node-1'],
  ['v1.6.1', 'v1.9.0', ''],
  ['v1.8.2', 'v1.6.1', 'edge-node-1'],
  ['v1.8.2', 'v1.9.0', 'edge-node-1'],
  ['v1.9.0', 'v1.6.1', ''],
  ['v1.9.0', 'v1.7.0', 'edge-node-1'],
  ['v1.23.1', 'v1.9.0', 'edge-node-1'],
])('an edge %s is known to a cloud %s as "%s"', (edge, cloud, hostname) => {
  const headers = connectHeaders(dialectOf(edge), identity);
  expect(readConnectHeaders(dialectOf(cloud), headers)).toEqual({ hostname, internalIp: '10.66.0.11' });
});

test('from v1.7.0 the right spelling wins, unless it is empty', () => {
  const read = (fixed: string) =>
    readConnectHeaders(dialectOf('v1.7.0'), {
      sessionhostnameoveride: 'old',
      sessionhostnameoverride: fixed,
    });
  expect(read('new')).toEqual({ hostname: 'new', internalIp: '' });
  expect(read('').hostname).toBe('old');
});

test('of repeated headers the first counts, missing ones are empty, blanks around are dropped', () => {
  const cloud = dialectOf('v1.9.0');
  expect(
    readConnectHeaders(cloud, [
      ['SESSIONINTERNALIP', ' a\t'],
      ['SessionInternalIP', 'b'],
    ]),
  ).toEqual({ hostname: '', internalIp: 'a' });
  expect(readConnectHeaders(cloud, { sessioninternalip: ['c', 'd'], host: undefined }).internalIp).toBe('c');
});

test('a hostname cannot smuggle a header in', () => {
  const headers = connectHeaders(dialectOf('v1.9.0'), { hostname: ' a\r\nX: b ', internalIp: '' });
  expect(headers).toEqual([
    ['Sessionhostnameoverride', 'a  X: b'],
    ['Sessioninternalip', ''],
  ]);
});
