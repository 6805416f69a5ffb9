import { describe, expect, test } from 'vitest';
import {
  type Case,
  type Exchange,
  type Frame,
  inLab,
  type Lab,
  logLines,
  RawEdge,
  type RawEdgeOptions,
  rawExchange,
  readCases,
  withoutDate,
} from './cloudcore.test-support.ts';

const cases = readCases('hostile-edges.ndjson');

/** What the capture's hostile edge wrote, from its descriptions. Each entry is one write. */
const writes: Record<string, Uint8Array[]> = {
  'binary-frame': [RawEdge.frame(2, Buffer.from('0103', 'hex'))],
  'empty-text': [RawEdge.frame(1, Buffer.alloc(0))],
  'only-id': [RawEdge.frame(1, Buffer.from('4d', 'hex'))],
  'varint-overflow': [RawEdge.frame(1, Buffer.alloc(11, 0xff))],
  'unknown-id': [RawEdge.frame(1, Buffer.from('4d0378', 'hex'))],
  'unknown-type': [RawEdge.frame(1, Buffer.from('4d0978', 'hex'))],
  'connect-from-edge': [RawEdge.frame(1, Buffer.from('4d027b7d', 'hex'))],
  unmasked: [RawEdge.frame(1, Buffer.from('4d0378', 'hex'), { mask: false })],
  rsv1: [RawEdge.frame(1, Buffer.from('4d0378', 'hex'), { rsv: 4 })],
  'bad-opcode': [RawEdge.frame(3, Buffer.from('4d0378', 'hex'))],
  ping: [RawEdge.frame(9, Buffer.from('ping you'))],
  'close-frame': [RawEdge.frame(8, Buffer.from('03e8627965', 'hex'))],
  'close-empty': [RawEdge.frame(8, Buffer.alloc(0))],
  fragmented: [
    RawEdge.frame(1, Buffer.from('4d03', 'hex'), { fin: 0 }),
    RawEdge.frame(0, Buffer.from('61'), { fin: 0 }),
    RawEdge.frame(9, Buffer.from('p')),
    RawEdge.frame(0, Buffer.from('62')),
  ],
  'invalid-utf8': [RawEdge.frame(1, Buffer.from('c80103fffe', 'hex'))],
  'big-1MiB': [RawEdge.frame(1, Buffer.concat([Buffer.from('4d03', 'hex'), Buffer.alloc(1 << 20, 0x78)]))],
};

const edgeOptions = { hostname: 'fake-1', internalIp: '10.66.0.12' };

describe('an edge that breaks the rules is treated as by the real v1.6.1', () => {
  test.each(Object.keys(writes))('%s', async (name) => {
    const captured = find(name);
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, edgeOptions);
      for (const bytes of writes[name] ?? []) edge.socket.write(bytes);
      expect(await answers(lab, edge)).toEqual(
        [captured.notes?.answer, captured.notes?.answer2].map(frameOf),
      );
      const state = captured.notes?.state as { openSessions: number; keys: string[] } | undefined;
      const sessions = lab.cloudcore.sessions();
      expect(sessions.map(({ key }) => key).sort()).toEqual([...(state?.keys ?? [])].sort());
      expect(sessions.filter(({ key, closed }) => key === 'fake-1' && !closed)).toHaveLength(
        state?.openSessions ?? -1,
      );
      edge.socket.end();
      await lab.world.clock.sleep(1);
      expect(logLines(lab.world).slice(4)).toEqual(captured.logs);
    });
  });

  test('unknown-type-known-id', async () => {
    await ofRequest('unknown-type-known-id', (edge) => {
      edge.send(1, Buffer.from('010978', 'hex'));
      edge.send(1, Buffer.from('01027b7d', 'hex'));
      edge.send(1, Buffer.concat([Buffer.from('0103', 'hex'), Buffer.from('no newline')]));
      edge.send(1, Buffer.from('0104', 'hex'));
    });
  });

  test('double-remove-metrics: the session becomes a zombie, and the next request hangs', async () => {
    await ofRequest(
      'double-remove-metrics',
      (edge) => {
        const data = RawEdge.frame(1, Buffer.from('0103780a', 'hex'));
        const remove = RawEdge.frame(1, Buffer.from('0104', 'hex'));
        edge.socket.write(Buffer.concat([data, remove, remove]));
      },
      async (lab, edge) => {
        expect(lab.cloudcore.sessions().every(({ closed }) => !closed)).toBe(true);
        expect(lab.world.trace.of('tunnel.session-end').map(({ detail }) => detail.state)).toEqual([
          'zombie',
        ]);
        edge.send(9, Buffer.from('ping you'));
        const gaveUp = { afterMs: 2000, end: 'gave up' };
        const next = await rawExchange(lab, find('double-remove-metrics').request ?? '', gaveUp);
        expect(next.end).toBe('gave up');
        // Its CONNECT was sent; the ping was never read, so that no pong came before it.
        expect((await edge.next())?.hex.slice(0, 4)).toBe('0202');
      },
    );
  });

  test('data-empty: sends the head and no chunk', async () => {
    await ofRequest('data-empty', (edge) => {
      edge.send(1, Buffer.from('0103', 'hex'));
      edge.send(1, Buffer.from('010378', 'hex'));
      edge.send(1, Buffer.from('0104', 'hex'));
    });
  });

  test('overlong-varint', async () => {
    await ofRequest('overlong-varint', (edge) => {
      edge.send(1, Buffer.from('8180008380006f6b0a', 'hex'));
      edge.send(1, Buffer.from('0104', 'hex'));
    });
  });

  test('slow-client-blocks-session: buffers are bounded, and a second request waits', async () => {
    const captured = find('slow-client-blocks-session');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, edgeOptions);
      const target = { address: lab.cloudHost.address, port: 10003 };
      const lazy = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
      lazy.pause();
      lazy.write('GET /containerLogs/a/b/c?follow=true HTTP/1.1\r\nHost: 10.66.0.12:10350\r\n\r\n');
      await edge.next();
      const message = RawEdge.frame(
        1,
        Buffer.concat([Buffer.from('0103', 'hex'), Buffer.alloc(60_000, 0x78)]),
      );
      let sent = 0;
      while (edge.socket.write(message) && sent < 1_000) {
        sent += 1;
        await lab.world.clock.sleep(1);
      }
      // The real one held about 7.5 MB, most of it in the kernel's buffers.
      expect(sent).toBeLessThan(100);
      const gaveUp = { afterMs: 3_000, end: captured.end ?? '' };
      expect((await rawExchange(lab, captured.request ?? '', gaveUp)).end).toBe(captured.end);
      lazy.destroy();
      edge.socket.destroy();
    });
  });
});

describe('an upgrade request is answered as by the real v1.6.1', () => {
  const accepted: Record<string, RawEdgeOptions> = {
    'no-hostname': { hostname: '', internalIp: '' },
    'slash-path': { path: '/v1/kubeedge/connect/' },
    'upgrade-version-12': { extraHeaders: 'Sec-WebSocket-Version: 12\r\n' },
    'upgrade-subprotocol': { extraHeaders: 'Sec-WebSocket-Protocol: a, b\r\n' },
    'upgrade-deflate': { extraHeaders: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' },
  };

  test.each(Object.keys(accepted))('%s', async (name) => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, { ...edgeOptions, ...accepted[name] });
      expect(edge.head).toBe(find(name).notes?.head);
      const first = lab.cloudcore.sessions().map(({ key }) => key);
      expect(first).toEqual(name === 'no-hostname' ? ['', '10.66.0.11'] : ['fake-1', '10.66.0.12']);
      edge.socket.destroy();
    });
  });

  test('slash-path: another path', async () => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, { path: '/v1/kubeedge/other' });
      expect(withoutDate(edge.head)).toBe(withoutDate(String(find('slash-path').notes?.head2)));
      edge.socket.destroy();
    });
  });

  test('upgrade-origin, and the connection serves a second request', async () => {
    const captured = find('upgrade-origin');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, { extraHeaders: 'Origin: http://elsewhere\r\n' });
      expect(withoutDate(edge.head)).toBe(withoutDate(String(captured.notes?.head)));
      const body = await edge.reader.take(() => 61);
      expect(body?.toString()).toBe(captured.notes?.body);
      edge.socket.write('GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n');
      const second = await edge.reader.take((bytes) =>
        bytes.includes('\r\n') ? bytes.indexOf('\r\n') : undefined,
      );
      expect(second?.toString()).toBe('HTTP/1.1 404 Not Found');
      edge.socket.destroy();
      expect(logLines(lab.world).slice(4)).toEqual(captured.logs);
    });
  });

  test('plain-get', async () => {
    const captured = find('plain-get');
    await inLab(async (lab) => {
      const target = { address: lab.cloudHost.address, port: 10004 };
      const socket = await lab.edgeHost.connect(target, { tls: lab.edgeTls, component: 'lab-edge' });
      socket.write('GET /v1/kubeedge/connect HTTP/1.1\r\nHost: 127.0.0.1:10004\r\nConnection: close\r\n\r\n');
      let seen = '';
      for await (const chunk of socket) seen += String(chunk);
      // The capture's client closed by itself; this one asks the server to.
      const plain = (text: string) =>
        withoutDate(text)
          .replace('\r\nConnection: close', '')
          .replace(/Date: \*\r?/, '');
      expect(plain(seen)).toBe(plain(captured.raw ?? ''));
      expect(logLines(lab.world).slice(4)).toEqual(captured.logs);
    });
  });
});

function find(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

/** The next two things the edge sees within 300 ms each: a frame, the end, or nothing. */
async function answers(lab: Lab, edge: RawEdge): Promise<(Frame | string)[]> {
  const seen: (Frame | string)[] = [];
  let frame: Promise<Frame | undefined> | undefined;
  while (seen.length < 2) {
    frame ??= edge.next();
    const { promise: silence, resolve } = Promise.withResolvers<'silent'>();
    using _ = lab.world.clock.setTimeout(() => resolve('silent'), 300);
    const answer = (await Promise.race([frame, silence])) ?? 'closed';
    if (answer !== 'silent') frame = undefined;
    seen.push(answer);
  }
  return seen;
}

/** A captured note in the same terms. */
function frameOf(note: unknown): Frame | string {
  if (typeof note !== 'string') {
    const { op, fin, hex } = note as Frame;
    return { op, fin, hex };
  }
  return note.startsWith('EOFError') ? 'closed' : 'silent';
}

async function ofRequest(
  name: string,
  edgePart: (edge: RawEdge) => void,
  after?: (lab: Lab, edge: RawEdge) => Promise<void>,
): Promise<void> {
  const captured = find(name);
  await inLab(async (lab) => {
    const edge = await RawEdge.dial(lab, edgeOptions);
    const exchange = rawExchange(lab, captured.request ?? '');
    await edge.next();
    edgePart(edge);
    const seen = await exchange;
    expect(withoutDate(seen.head)).toBe(withoutDate(captured.head ?? ''));
    expect(seen.bodySha256).toBe((captured as Exchange).bodySha256);
    await lab.world.clock.sleep(1);
    const plain = (lines: readonly (readonly string[])[]) =>
      lines
        .filter((line) => !line[2]?.includes('reader error'))
        .map((line) =>
          line.map((part) =>
            part.replace(/MessageID \d+/g, 'MessageID *').replace(/serving \S+/, 'serving *'),
          ),
        )
        .sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));
    expect(plain(logLines(lab.world).slice(4))).toEqual(plain(captured.logs));
    await after?.(lab, edge);
    edge.socket.destroy();
  });
}
