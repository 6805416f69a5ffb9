import { describe, expect, test } from 'vitest';
import { inLab, type Lab, RawEdge, rawExchange } from './cloudcore.test-support.ts';
import { cloudcoreRelease } from './index.ts';
import { ask, data, EXEC, ends, METRICS, printed, remove, withEdge } from './quirks.test-support.ts';

// What a request shows of a release, each in one that has it and in one that has not.

const request = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
const summary = (...headers: string[]) => request('/stats/summary', ...headers);
const statusOf = (head: string) => head.split('\r\n')[0]?.slice(9);

test.each([
  ['v1.14.5', '2.9.6', undefined],
  ['v1.15.0', '2.16.0', 'GET'],
])('goRestful: %s has %s, whose 405 allows %s', async (release, version, allow) => {
  expect(cloudcoreRelease(release).goRestful).toBe(version);
  await withEdge(release, async (lab) => {
    const { head } = await rawExchange(lab, METRICS.replace('GET', 'POST'));
    expect(statusOf(head)).toBe('405 Method Not Allowed');
    expect(/^Allow: (.*)$/m.exec(head)?.[1]).toBe(allow);
  });
});

test.each([
  ['v1.5.0', undefined],
  ['v1.6.0', 'edge-node-1'],
  ['v1.23.1', 'edge-node-1'],
])('forwardedUri: %s finds %s by it', async (release, key) => {
  await withEdge(release, async (lab) => {
    const uri = 'X-Forwarded-Uri: /api/v1/nodes/edge-node-1/proxy/stats/summary';
    await rawExchange(lab, summary('Host: elsewhere:10350', uri), { afterMs: 10, end: 'gave up' });
    const found = lab.world.trace.of('stream.request').map(({ detail }) => detail.sessionKey);
    expect(found).toEqual([key ?? 'elsewhere']);
  });
});

describe('gorilla', () => {
  const x = Buffer.from('4d0378', 'hex');
  const frames: Readonly<Record<string, Buffer[]>> = {
    unmasked: [RawEdge.frame(1, x, { mask: false })],
    rsv1: [RawEdge.frame(1, x, { rsv: 4 })],
    opcode: [RawEdge.frame(3, x)],
    'control-cut': [RawEdge.frame(9, x, { fin: 0 })],
    'control-long': [RawEdge.frame(9, Buffer.alloc(126))],
    'two-starts': [RawEdge.frame(1, x, { fin: 0 }), RawEdge.frame(1, x)],
    continuation: [RawEdge.frame(0, x)],
    code: [RawEdge.frame(8, Buffer.from('03ed', 'hex'))],
  };

  test.each([
    ['v1.17.5', 'unmasked', 'incorrect mask flag'],
    ['v1.18.0', 'unmasked', 'bad MASK'],
    ['v1.17.5', 'rsv1', 'unexpected reserved bits 0x40'],
    ['v1.18.0', 'rsv1', 'RSV1 set'],
    ['v1.17.5', 'opcode', 'unknown opcode 3'],
    ['v1.18.0', 'opcode', 'bad opcode 3'],
    ['v1.17.5', 'control-cut', 'control frame not final'],
    ['v1.18.0', 'control-cut', 'FIN not set on control'],
    ['v1.17.5', 'control-long', 'control frame length > 125'],
    ['v1.18.0', 'control-long', 'len > 125 for control'],
    ['v1.17.5', 'two-starts', 'message start before final message frame'],
    ['v1.18.0', 'two-starts', 'data before FIN'],
    ['v1.17.5', 'continuation', 'continuation after final message frame'],
    ['v1.18.0', 'continuation', 'continuation after FIN'],
    ['v1.17.5', 'code', 'invalid close code'],
    ['v1.18.0', 'code', 'bad close code 1005'],
  ])('%s, %s: %s', async (release, name, reason) => {
    await withEdge(release, async (lab, edge) => {
      edge.socket.write(Buffer.concat(frames[name] ?? []));
      const answer = await edge.next();
      expect(Buffer.from(answer?.hex ?? '', 'hex').toString('latin1')).toBe(`\x03\xea${reason}`);
      await lab.world.clock.sleep(1);
      expect(printed(lab).at(-1)).toBe(`get Tunnel session [edge-node-1] reader error websocket: ${reason}`);
    });
  });
});

describe('metricsTargetPort', () => {
  /** The port the edge is told to dial, or what becomes of the request. */
  const told = (release: string, host: string) =>
    withEdge(release, async (lab, edge) => {
      const exchange = rawExchange(lab, summary(`Host: ${host}`), { afterMs: 10, end: 'gave up' });
      await exchange;
      const panic = printed(lab).find((line) => line.startsWith('http: panic'));
      if (panic !== undefined) return panic;
      const connect = Buffer.from((await edge.next())?.hex ?? '', 'hex').toString();
      return /"Host":"127.0.0.1:(\d+)"/.exec(connect)?.[1];
    });

  test.each([
    ['v1.4.0', '10350', '10350'],
    ['v1.5.0', '22', 'http: panic serving *: runtime error: index out of range [1] with length 1'],
    ['v1.7.2', '22', 'http: panic serving *: runtime error: index out of range [1] with length 1'],
    ['v1.8.0', '10350', '10350'],
  ])('%s: a Host with port 22 makes it %s, one without %s', async (release, withPort, without) => {
    expect(await told(release, '10.66.0.11:22')).toBe(withPort);
    expect(await told(release, '10.66.0.11')).toBe(without);
  });

  test('a request that panics takes neither the process nor the session with it', async () => {
    await withEdge('v1.6.1', async (lab, edge) => {
      expect((await rawExchange(lab, summary('Host: 10.66.0.11'))).end).toBe('server closed connection');
      const next = rawExchange(lab, METRICS);
      await edge.next();
      edge.send(1, remove(2));
      expect(statusOf((await next).head)).toBe('200 OK');
    });
  });
});

test.each([
  ['v1.4.0', ''],
  ['v1.5.0', '10.66.0.11'],
])('internalIpFallback: %s has the key %j for an edge that names no address', async (release, key) => {
  await inLab(
    async (lab) => {
      const edge = await RawEdge.dial(lab, { internalIp: '' });
      expect(lab.cloudcore.sessions().map((session) => session.key)).toEqual(['edge-node-1', key]);
      edge.socket.destroy();
    },
    { release },
  );
});

// The certificates are ECDSA: with the suite of v1.3.0 TLS 1.2 never comes about, only TLS 1.3.
test.each([
  ['v1.3.0', 'none'],
  ['v1.3.1', 'ecdsa'],
  ['v1.23.1', 'ecdsa'],
])('tunnelCipherSuites12: of TLS 1.2 %s takes %s', async (release, expected) => {
  const suites = { rsa: 'ECDHE-RSA-AES128-GCM-SHA256', ecdsa: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
  await inLab(
    async ({ world, cloudHost, edgeHost, edgeTls }) => {
      for (const [name, suite] of Object.entries(suites)) {
        const target = { address: cloudHost.address, port: 10_004 };
        const tls = { ...edgeTls, maxVersion: 'TLSv1.2', cipherSuites12: [suite] } as const;
        await edgeHost.connect(target, { tls, component: 'lab-edge' }).then(
          (socket) => socket.destroy(),
          () => undefined,
        );
        const verdicts = world.trace.of('net.tls').filter(({ detail }) => detail.by === 'server');
        expect(verdicts.at(-1)?.detail.verdict === 'no-shared-cipher').toBe(name !== expected);
      }
    },
    { release },
  );
});

test.each([
  ['v1.8.2', 'Can not find elsewhere session '],
  ['v1.9.0', 'can not find elsewhere session '],
])('capitalMessages: %s prints %j', async (release, line) => {
  await withEdge(release, async (lab) => {
    await rawExchange(lab, summary('Host: elsewhere:10350'));
    expect(printed(lab).at(-1)).toBe(line);
  });
});

test.each([
  ['v1.9.5', false, 'exec: can not find elsewhere session '],
  ['v1.10.0', true, undefined],
])('execSessionKey, execErrorPrefix: %s goes by the pod: %s', async (release, byPod, line) => {
  await withEdge(release, async (lab) => {
    await rawExchange(lab, EXEC.replace('10.66.0.11', 'elsewhere'), { afterMs: 10, end: 'gave up' });
    const [asked] = lab.world.trace.of('stream.request');
    expect(asked?.detail.sessionKey).toBe(byPod ? 'edge-node-1' : 'elsewhere');
    if (line !== undefined) expect(printed(lab).at(-1)).toBe(line);
    const plain = EXEC.replace('Connection: Upgrade\r\n', '').replace('10.66.0.11', 'edge-node-1');
    await rawExchange(lab, plain);
    expect(printed(lab).at(-1)).toBe(`${byPod ? 'Failed to get exec, err: ' : ''}request was not an upgrade`);
  });
});

describe('a tunnel that has closed', () => {
  const lines = (release: string) =>
    withEdge(release, async (lab, edge) => {
      edge.socket.destroy();
      await lab.world.clock.sleep(1);
      expect(await rawExchange(lab, METRICS)).toMatchObject({ bodyBytes: 0 });
      return printed(lab)
        .filter((line) => line.endsWith('has closed'))
        .map((line) => line.toLowerCase());
    });
  const closed = 'the tunnel connection of tunnel session [edge-node-1] has closed';

  test.each([
    [
      'v1.11.3',
      [
        `add apiserver connection into tunnel session [edge-node-1] error ${closed}`,
        `failed to get metrics, err: ${closed}`,
      ],
    ],
    [
      'v1.12.0',
      [
        `failed to get metrics, err: add apiserver connection into tunnel session [edge-node-1] error ${closed}`,
      ],
    ],
  ])('addErrorWrapped: %s', async (release, expected) => {
    expect(await lines(release)).toEqual(expected);
  });
});

test.each([
  ['v1.6.1', false],
  ['v1.7.0', true],
])('serveErrorShadowed: %s tells that a CONNECT could not be sent: %s', async (release, isTold) => {
  await withEdge(release, async (lab, edge) => {
    await makeZombie(lab, edge);
    edge.socket.resetAndDestroy();
    await lab.world.clock.sleep(1);
    await rawExchange(lab, METRICS, { afterMs: 10, end: 'gave up' });
    const error = 'use of closed network connection';
    expect(printed(lab)).toContain(
      `APIServer_MetricsConnection MessageID 2 send METRIC_CONNECT info error ${error}`,
    );
    const line =
      'apiconnection Serve APIServer_MetricsConnection MessageID 2 in Tunnel session [edge-node-1] ' +
      `error ${error}`;
    expect(printed(lab).includes(line)).toBe(isTold);
  });
});

test.each([
  ['v1.6.1', 'zombie'],
  ['v1.12.7', 'zombie'],
  ['v1.13.0', undefined],
  ['v1.23.1', undefined],
])(
  'edgePeerStop: %s, told twice that a request is over, has a session that is %s',
  async (release, state) => {
    await withEdge(release, async (lab, edge) => {
      await makeZombie(lab, edge);
      expect(ends(lab)).toEqual(state === undefined ? [] : [state]);
      const next = rawExchange(lab, METRICS, { afterMs: 1_000, end: 'hangs' });
      await edge.next();
      edge.send(1, remove(2));
      expect((await next).end).toBe(state === 'zombie' ? 'hangs' : 'complete (content-length)');
    });
  },
);

/** Sends REMOVE_CONNECT twice for one request. */
async function makeZombie(lab: Lab, edge: RawEdge): Promise<void> {
  const client = await ask(lab, METRICS);
  await edge.next();
  edge.socket.write(
    Buffer.concat([data(1, 1), remove(1), remove(1)].map((bytes) => RawEdge.frame(1, bytes))),
  );
  await lab.world.clock.sleep(1);
  client.socket.destroy();
}
