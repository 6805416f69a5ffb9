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
  withoutDate,
} from './cloudcore.test-support.ts';
import { startCloudcore } from './index.ts';

const cases = readCases('tunnel-lifecycle.ndjson');

describe('sessions live and die as in the real v1.6.1', () => {
  test('connect-and-ping', async () => {
    const captured = find('connect-and-ping');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      // The accept key belongs to the RFC's sample key.
      const head = String(captured.wire?.find(([kind]) => kind === '>handshake')?.[2]).trimEnd();
      expect(edge.head).toBe(head.replace(/Accept: .*/, 'Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='));
      for (const [kind, , payload] of captured.wire ?? []) {
        if (kind === 'ping') edge.send(9, Buffer.from(String(payload), 'hex'));
        if (kind === 'pong') expect(await edge.next()).toEqual({ op: 10, fin: 1, hex: payload });
      }
      expect(logLines(lab.world).slice(4)).toEqual(captured.logs);
      edge.socket.destroy();
    });
  });

  test.each(['drop-fin-metrics', 'drop-rst-metrics'])('%s', async (name) => {
    const captured = find(name);
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const during = rawExchange(lab, noted(captured, 'during-drop').request);
      await edge.next();
      for (let line = 0; line < 4; line += 1) {
        edge.send(1, Buffer.concat([Buffer.from([1, 3]), Buffer.from(`slow line ${line} 慢\n`)]));
        await lab.world.clock.sleep(300);
      }
      if (name.includes('rst')) edge.socket.resetAndDestroy();
      else edge.socket.end();
      expectSame(await during, noted(captured, 'during-drop'));
      const down = await rawExchange(lab, noted(captured, 'during-drop').request);
      // The capture's edge of drop-rst-metrics was back before this request; the other's was not.
      expectSame(down, noted(find('drop-fin-metrics'), 'while-down-metrics'));
      expect(lab.cloudcore.sessions().map(({ closed }) => closed)).toEqual([true, true]);
      await expectAnswered(lab, await RawEdge.dial(lab), captured as Exchange);
      const ended = name.includes('rst')
        ? expect.stringContaining('read: connection reset by peer')
        : captured.logs.find(([, source]) => source === 'session.go:68')?.[2];
      const lines = logLines(lab.world);
      expect(lines.find(([, source]) => source === 'session.go:68')?.[2]).toEqual(ended);
      const closedLines = (all: Case['logs']) =>
        all.filter(
          ([, source, line]) => /closed$|superfluous/.test(line) && source !== 'streamserver.go:136',
        );
      expect(closedLines(lines)).toEqual(closedLines(find('drop-fin-metrics').logs));
    });
  });

  test('edge-half-open: nobody notices, and all flows again', async () => {
    const captured = find('edge-half-open');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      const gaveUp = { afterMs: 5000, end: captured.end ?? '' };
      expectSame(await rawExchange(lab, captured.request ?? '', gaveUp), captured as Exchange);
      await lab.world.clock.sleep(35_000);
      expect(lab.cloudcore.sessions().map(({ closed }) => closed)).toEqual([false, false]);
      await edge.next();
      expect((await edge.next())?.hex).toBe('0104');
      await expectAnswered(lab, edge, noted(captured, 'after-resume'));
    });
  });

  test('same-hostname: the newest wins, also after its death, until the first redials', async () => {
    await inLab(async (lab) => {
      const first = await RawEdge.dial(lab);
      const second = await RawEdge.dial(lab);
      await expectAnswered(lab, second, find('same-hostname-two-edges') as Exchange, { keep: true });
      second.socket.end();
      await lab.world.clock.sleep(1);
      const dead = find('same-hostname-second-dies') as Exchange;
      expectSame(await rawExchange(lab, dead.request), dead);
      first.socket.end();
      await expectAnswered(lab, await RawEdge.dial(lab), find('same-hostname-first-redials') as Exchange);
      expect(lab.world.trace.of('tunnel.session').map(({ detail }) => detail.overwrote)).toEqual([
        [],
        ['edge-node-1', '10.66.0.11'],
        ['edge-node-1', '10.66.0.11'],
      ]);
    });
  });

  test('same-internal-ip, same-internal-ip-second-dies', async () => {
    const both = find('same-internal-ip');
    const after = find('same-internal-ip-second-dies');
    await inLab(async (lab) => {
      const first = await RawEdge.dial(lab);
      const second = await RawEdge.dial(lab, { hostname: 'edge-node-2' });
      await expectAnswered(lab, second, noted(both, 'by-ip'), { keep: true });
      await expectAnswered(lab, first, noted(both, 'by-name-1'), { keep: true });
      await expectAnswered(lab, second, noted(both, 'by-name-2'), { keep: true });
      second.socket.end();
      await lab.world.clock.sleep(1);
      for (const note of ['by-ip', 'by-name-2']) {
        expectSame(await rawExchange(lab, noted(after, note).request), noted(after, note));
      }
      await expectAnswered(lab, first, noted(after, 'by-name-1'));
    });
  });

  test('cloud-restart: connect ids begin at 1 again, sessions are forgotten', async () => {
    const captured = find('cloud-restart');
    await inLab(async (lab) => {
      const before = await RawEdge.dial(lab);
      const inFlight = rawExchange(lab, captured.request ?? '');
      await before.next();
      await lab.cloudcore[Symbol.asyncDispose]();
      expect((await inFlight).end).toBe('server closed connection');
      expect(await before.next()).toBeUndefined();
      before.socket.destroy();
      const printed = logLines(lab.world).length;
      const again = await startCloudcore(lab.world, lab.cloudHost, lab.options);
      expect(again.sessions()).toEqual([]);
      await expectAnswered(lab, await RawEdge.dial(lab), captured as Exchange);
      const sorted = (lines: Case['logs']) => lines.map((line) => line.join(' ')).sort();
      expect(sorted(logLines(lab.world).slice(printed))).toEqual(sorted(captured.logs));
    });
  });

  test('no-node-ip-header: the peer address is the key', async () => {
    const captured = find('no-node-ip-header');
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab, { hostname: 'edge-node-3', internalIp: '' });
      const request = captured.request?.replace('127.0.0.1', '10.66.0.11') ?? '';
      await expectAnswered(lab, edge, { ...(captured as Exchange), request });
      expect(lab.cloudcore.sessions().map(({ key }) => key)).toEqual(['edge-node-3', '10.66.0.11']);
    });
  });

  test.each(['drop-fin-logs', 'drop-rst-logs', 'edge-sigkill'])(
    '%s: a cut log ends like a complete one',
    async (name) => {
      const captured = find(name);
      const during = (captured.notes?.['during-drop'] ?? captured.notes?.during) as Exchange;
      await inLab(async (lab) => {
        const edge = await RawEdge.dial(lab);
        const cut = rawExchange(lab, during.request);
        await edge.next();
        for (let line = 0; line < (during.chunkCount ?? 0); line += 1) {
          edge.send(1, Buffer.concat([Buffer.from([1, 3]), Buffer.from(`slow line ${line} 慢\n`)]));
          await lab.world.clock.sleep(300);
        }
        if (name.includes('rst')) edge.socket.resetAndDestroy();
        else edge.socket.end();
        expectSame(await cut, during);
        const gone = await rawExchange(lab, during.request);
        expect(withoutDate(gone.head)).toBe(withoutDate(during.head));
        expect(gone).toMatchObject({ bodyBytes: 0, chunkCount: 0, end: during.end });
        await expectAnswered(lab, await RawEdge.dial(lab), captured as Exchange);
      });
    },
  );
});

test('a client that does not read holds up its session, new requests included, and nobody else', async () => {
  await inLab(async (lab) => {
    const edge = await RawEdge.dial(lab);
    const other = await RawEdge.dial(lab, { hostname: 'edge-node-2', internalIp: '10.66.0.12' });
    const target = { address: lab.cloudHost.address, port: 10003 };
    const lazy = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
    lazy.pause();
    lazy.write('GET /metrics HTTP/1.1\r\nHost: 10.66.0.11:10350\r\nAccept: */*\r\n\r\n');
    await edge.next();
    for (let count = 0; count < 20; count += 1) {
      edge.send(1, Buffer.concat([Buffer.from([1, 3]), Buffer.alloc(60_000, 0x78)]));
    }
    await lab.world.clock.sleep(100);
    const held = rawExchange(lab, request('10.66.0.11'), { afterMs: 1000, end: 'gave up' });
    await expectAnswered(
      lab,
      other,
      { ...(find('cloud-restart') as Exchange), request: request('10.66.0.12') },
      { id: 3 },
    );
    expect((await held).end).toBe('gave up');
    expect(lab.world.trace.of('tunnel.message').filter(({ detail }) => detail.connectId === 2)).toEqual([]);
    lazy.destroy();
    // The reader goes on; the request that waited for it reaches the edge although its client has left.
    const frames = [await edge.next(), await edge.next(), await edge.next()].map((frame) =>
      String(frame?.hex.slice(0, 4)),
    );
    expect(frames.sort()).toEqual(['0104', '0202', '0204']);
    edge.socket.destroy();
  });
});

const request = (ip: string) => `GET /stats/summary HTTP/1.1\r\nHost: ${ip}:10350\r\nAccept: */*\r\n\r\n`;

function find(name: string): Case {
  const found = cases.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

const noted = (captured: Case, note: string) => captured.notes?.[note] as Exchange;

function expectSame(seen: Exchange, captured: Exchange): void {
  expect(withoutDate(seen.head)).toBe(withoutDate(captured.head));
  expect(seen.end).toBe(captured.end);
  expect(seen.bodySha256).toBe(captured.bodySha256);
}

/** Makes the request of `captured` and answers it from `edge` with the lab's five lines. */
async function expectAnswered(
  lab: Lab,
  edge: RawEdge,
  captured: Exchange,
  options: { keep?: boolean; id?: number } = {},
): Promise<void> {
  const exchange = rawExchange(lab, captured.request);
  const connect = await edge.next();
  const id = Number.parseInt(connect?.hex.slice(0, 2) ?? '', 16);
  if (options.id !== undefined) expect(id).toBe(options.id);
  for (const line of ['a\n', '\n', '\n', 'b\n', '\n']) {
    edge.send(1, Buffer.concat([Buffer.from([id, 3]), Buffer.from(line)]));
  }
  edge.send(1, Buffer.from([id, 4]));
  expectSame(await exchange, captured);
  if (options.keep !== true) edge.socket.destroy();
}
