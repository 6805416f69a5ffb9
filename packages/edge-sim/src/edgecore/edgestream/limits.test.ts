import { gzipSync } from 'node:zlib';
import { createHttpServer, listenHttp } from '@kubeedge-sim/sim-kit';
import { goJsonSyntaxError } from '@kubeedge-sim/wire';
import { describe, expect, it } from 'vitest';
import type { EdgecoreLimits } from '../limits.ts';
import { type EdgestreamLab, inLab } from './edgestream.test-support.ts';
import { frame, type ScriptedTunnel } from './scripted-cloud.test-support.ts';

const LOGS = 0;
const EXEC = 1;
const METRICS = 2;
const DATA = 3;

/** The bytes of a CONNECT for a path of edged. */
function connect(id: number, type: number, path: string, more: object = {}): Buffer {
  const [Path, RawQuery = ''] = path.split('?');
  const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path, RawQuery };
  const payload = JSON.stringify({ MessID: id, url, header: {}, ...more });
  return Buffer.concat([Buffer.from([id, type]), Buffer.from(payload)]);
}

const data = (id: number, bytes: number) =>
  frame(1, Buffer.concat([Buffer.from([id, DATA]), Buffer.alloc(bytes)]));
const textOf = (tunnel: ScriptedTunnel) =>
  tunnel.messages().map(({ hex }) => Buffer.from(hex, 'hex').toString('latin1'));
const reached = ({ world }: EdgestreamLab) =>
  world.trace.of('limit.reached').map(({ detail: { limit, consequence } }) => `${limit}: ${consequence}`);

const withLimits = (limits: Partial<EdgecoreLimits>, body: (lab: EdgestreamLab) => Promise<void>) =>
  inLab(body, { limits });

/** The next tunnel, which is dialled after the first has ended, answers a metrics request. */
async function expectNextTunnelServes({ world, cloud }: EdgestreamLab): Promise<void> {
  await world.clock.sleep(4_000);
  const next = cloud.tunnels.at(-1) as ScriptedTunnel;
  next.send(frame(1, connect(1, METRICS, '/stats/summary?lab=blank')));
  await world.clock.sleep(100);
  expect(textOf(next).at(-1)).toBe('\x01\x04');
}

describe('limits of edgestream', () => {
  it('messageBytes: a longer message, in however many fragments, closes the tunnel with 1009', async () => {
    await withLimits({ messageBytes: 100_000 }, async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.send(frame(1, Buffer.alloc(60_000), false), frame(0, Buffer.alloc(60_000), false));
      await lab.world.clock.sleep(100);
      expect(tunnel.controls().map(({ opcode, payload }) => [opcode, payload.toString('hex')])).toEqual([
        [8, '03f1'],
      ]);
      expect(reached(lab)).toEqual(['messageBytes: the tunnel is closed']);
      await expectNextTunnelServes(lab);
    });
  });

  it('sessionRequests: a CONNECT too many is not served, the others are', async () => {
    await withLimits({ sessionRequests: 3 }, async (lab) => {
      const tunnel = await lab.tunnel();
      const ids = [1, 2, 3, 4, 5];
      tunnel.send(...ids.map((id) => frame(1, connect(id, METRICS, '/stats/summary?lab=hang:1'))));
      await lab.world.clock.sleep(2_000);
      const ends = textOf(tunnel).filter((text) => text.endsWith('\x04') && text.length === 2);
      expect(ends.map((text) => text.charCodeAt(0))).toEqual([1, 2, 3]);
      expect(reached(lab)).toEqual(Array(2).fill('sessionRequests: a CONNECT is not served'));
      tunnel.send(frame(1, connect(6, METRICS, '/stats/summary?lab=blank')));
      await lab.world.clock.sleep(100);
      expect(textOf(tunnel).at(-1)).toBe('\x06\x04');
    });
  });

  it('requestWaitingBytes: DATA for an edged that does not take it closes the tunnel', async () => {
    await inLab(
      async (lab) => {
        const server = createHttpServer((_, response) => response.end('fine\n'));
        let connections = 0;
        const listener = await lab.edge.listen(
          { address: '127.0.0.1', port: 10_350 },
          { component: 'raw-edged' },
          (socket) => {
            socket.on('error', () => {});
            connections += 1;
            if (connections > 1) server.emit('connection', socket);
          },
        );
        const tunnel = await lab.tunnel();
        tunnel.send(frame(1, connect(1, EXEC, '/exec/a/b/c', { method: 'POST' })));
        await lab.world.clock.sleep(10);
        for (let piece = 0; piece < 40 && tunnel.endedAtMs === undefined; piece++) {
          tunnel.send(data(1, 60_000));
          await lab.world.clock.sleep(1);
        }
        expect(reached(lab)).toEqual(['requestWaitingBytes: the tunnel is closed']);
        await expectNextTunnelServes(lab);
        await listener.close();
      },
      { edged: 'none', limits: { requestWaitingBytes: 500_000 } },
    );
  });

  it.each([
    ['packed', Buffer.from('1f8b0800', 'hex'), Buffer.alloc(200_000, 1)],
    ['unpacked', gzipSync(Buffer.alloc(10_000_000)), Buffer.alloc(0)],
  ])('gzipBytes: an answer that is too long %s is cut', async (_, start, rest) => {
    await inLab(
      async (lab) => {
        const server = createHttpServer((request, response) => {
          if (request.url === '/bomb') response.writeHead(200, { 'Content-Encoding': 'gzip' });
          response.end(request.url === '/bomb' ? Buffer.concat([start, rest]) : 'fine\n');
        });
        const target = { address: '127.0.0.1', port: 10_350 };
        lab.world.own(await listenHttp(lab.edge, target, { component: 'raw-edged' }, server));
        const tunnel = await lab.tunnel();
        tunnel.send(frame(1, connect(1, LOGS, '/bomb')), frame(1, connect(2, METRICS, '/fine')));
        await lab.world.clock.sleep(1_000);
        expect(textOf(tunnel).sort()).toEqual(['\x01\x04', '\x02\x03fine\n', '\x02\x04']);
        expect(reached(lab)).toEqual(['gzipBytes: the answer is cut']);
      },
      { edged: 'none', limits: { gzipBytes: 100_000 } },
    );
  });
});

describe('pings of a cloud', () => {
  it('do not pile up where it does not read the answers', async () => {
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      tunnel.pause();
      const flood = Array.from({ length: 1_000 }, () => frame(9, Buffer.alloc(125)));
      for (let round = 0; round < 20; round++) {
        tunnel.send(...flood);
        await lab.world.clock.sleep(1);
      }
      tunnel.resume();
      await lab.world.clock.sleep(100);
      const pongs = tunnel.controls().filter(({ opcode }) => opcode === 10).length;
      expect(pongs).toBeGreaterThan(0);
      expect(pongs).toBeLessThan(10_000);
      tunnel.send(frame(1, connect(1, METRICS, '/stats/summary?lab=blank')));
      await lab.world.clock.sleep(100);
      expect(textOf(tunnel).at(-1)).toBe('\x01\x04');
    });
  });
});

describe('a payload that is nested without end', () => {
  it('is refused as by encoding/json, and the tunnel goes on', async () => {
    expect(goJsonSyntaxError(Buffer.from('['.repeat(10_001)))).toBe('exceeded max depth');
    expect(goJsonSyntaxError(Buffer.from('['.repeat(10_000)))).toBe('unexpected end of JSON input');
    expect(goJsonSyntaxError(Buffer.from(`${'[{"a":'.repeat(5_000)}1${'}]'.repeat(5_000)}`))).toBeUndefined();
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      const deep = Buffer.concat([Buffer.from([1, METRICS]), Buffer.from('{"url":['.repeat(100_000))]);
      tunnel.send(frame(1, deep.subarray(0, 60_000), false), frame(0, deep.subarray(60_000, 120_000)));
      tunnel.send(frame(1, connect(2, METRICS, '/stats/summary?lab=blank')));
      await lab.world.clock.sleep(100);
      expect(textOf(tunnel).at(-1)).toBe('\x02\x04');
      expect(lab.logs()).toContain('E tunnel.go:82] unmarshal connector data error exceeded max depth');
    });
  });
});
