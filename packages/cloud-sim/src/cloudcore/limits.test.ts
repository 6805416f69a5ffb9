import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { ByteReader, inLab, type Lab, logLines, RawEdge, rawExchange } from './cloudcore.test-support.ts';
import type { CloudcoreLimits } from './limits.ts';

const REQUEST = 'GET /stats/summary HTTP/1.1\r\nHost: 10.66.0.11:10350\r\nConnection: close\r\n\r\n';

const withLimits = (limits: Partial<CloudcoreLimits>, body: (lab: Lab) => Promise<void>) =>
  inLab(body, { limits });

const reached = ({ world }: Lab) =>
  world.trace.of('limit.reached').map(({ detail: { limit, consequence } }) => `${limit}: ${consequence}`);

/** A dial of port 10003, with whoever reads it. */
async function dialStream(lab: Lab) {
  const target = { address: lab.cloudHost.address, port: 10_003 };
  const socket = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
  return { socket, reader: new ByteReader(socket) };
}

/** What a metrics request sees when the edge answers one line. */
async function answered(lab: Lab, edge: RawEdge): Promise<string> {
  const exchange = rawExchange(lab, REQUEST);
  const connect = await edge.next();
  const id = connect?.hex.slice(0, 2) ?? '';
  edge.send(1, Buffer.from(`${id}03780a`, 'hex'));
  edge.send(1, Buffer.from(`${id}04`, 'hex'));
  return (await exchange).head.split('\r\n')[0] ?? '';
}

describe('limits of cloudcore', () => {
  it('messageBytes: a message may be as long, and one byte more closes the tunnel', async () => {
    await withLimits({ messageBytes: 70_000 }, async (lab) => {
      const edge = await RawEdge.dial(lab);
      edge.send(1, Buffer.concat([Buffer.from('4d03', 'hex'), Buffer.alloc(69_998, 0x78)]));
      await lab.world.clock.sleep(10);
      expect(lab.cloudcore.sessions()[0]?.closed).toBe(false);
      edge.send(1, Buffer.alloc(35_001), { fin: 0 });
      edge.send(0, Buffer.alloc(35_000));
      expect(await edge.next()).toEqual({ op: 8, fin: 1, hex: '03f1' });
      expect(reached(lab)).toEqual(['messageBytes: the tunnel is closed']);
      expect(logLines(lab.world).at(-2)).toEqual([
        'W',
        'kubeedge-sim',
        expect.stringMatching(
          /^limit messageBytes \(70000\) reached by 10.66.0.11:\d+: the tunnel is closed$/,
        ),
      ]);
      expect(lab.cloudcore.sessions()[0]?.closed).toBe(true);
    });
  });

  it('headerBytes: more is answered 431, as by Go', async () => {
    await withLimits({ headerBytes: 20_000 }, async (lab) => {
      const { socket, reader } = await dialStream(lab);
      socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(30_000)}\r\n\r\n`);
      const head = await reader.take((bytes) =>
        bytes.includes('Large') ? bytes.indexOf('Large') + 5 : undefined,
      );
      expect(head?.toString()).toBe('HTTP/1.1 431 Request Header Fields Too Large');
      expect(reached(lab)).toEqual(['headerBytes: the request is answered 431']);
      socket.destroy();
    });
  });

  it.each([10_003, 10_004])('headerTimeoutMs: headers that do not end, on port %d', async (port) => {
    await withLimits({ headerTimeoutMs: 5_000 }, async (lab) => {
      const target = { address: lab.cloudHost.address, port };
      const socket = await lab.edgeHost.connect(target, { tls: lab.edgeTls, component: 'lab-edge' });
      const begun = lab.world.clock.now();
      socket.write('GET /v1/kubeedge/connect HTTP/1.1\r\n');
      await new Promise((resolve) => socket.resume().once('close', resolve));
      expect(lab.world.clock.now() - begun).toBe(5_000);
      expect(reached(lab)).toEqual([`headerTimeoutMs: a connection to port ${port} is closed`]);
      const edge = await RawEdge.dial(lab);
      await lab.world.clock.sleep(20_000);
      expect(await answered(lab, edge)).toBe('HTTP/1.1 200 OK');
      edge.socket.destroy();
    });
  });

  it('connections: one too many is closed, those that are there stay', async () => {
    await withLimits({ connections: 2 }, async (lab) => {
      const edge = await RawEdge.dial(lab);
      const [first, second] = [await dialStream(lab), await dialStream(lab)];
      const third = await dialStream(lab);
      await third.reader.take(() => 1);
      expect(reached(lab)).toEqual(['connections: a connection to port 10003 is closed']);
      first.socket.destroy();
      second.socket.destroy();
      await lab.world.clock.sleep(10);
      expect(await answered(lab, edge)).toBe('HTTP/1.1 200 OK');
      edge.socket.destroy();
    });
  });

  it('pipelinedRequests: whoever sends them without waiting for answers is hung up on', async () => {
    await withLimits({ pipelinedRequests: 5 }, async (lab) => {
      const edge = await RawEdge.dial(lab);
      const { socket, reader } = await dialStream(lab);
      socket.write(REQUEST.replace('Connection: close\r\n', '').repeat(50));
      await reader.take(() => 1);
      expect(reader.ended).toBe(true);
      expect(reached(lab)).toEqual(['pipelinedRequests: a connection to port 10003 is closed']);
      edge.socket.destroy();
    });
  });

  it('sessionKeys: closed sessions are forgotten first, then edges are refused', async () => {
    await withLimits({ sessionKeys: 4 }, async (lab) => {
      const dial = (name: string) =>
        RawEdge.dial(lab, { hostname: name, internalIp: `10.66.0.${name.length}` });
      const keys = () => lab.cloudcore.sessions().map(({ key }) => key);
      const first = await dial('a');
      const second = await dial('bb');
      first.socket.destroy();
      await lab.world.clock.sleep(10);
      const third = await dial('ccc');
      expect(keys()).toEqual(['bb', '10.66.0.2', 'ccc', '10.66.0.3']);
      const fourth = await dial('dddd');
      expect(fourth.head).toContain('HTTP/1.1 503 Service Unavailable');
      expect(reached(lab)).toEqual(['sessionKeys: edge dddd is refused']);
      // Who is in the table may come again.
      const again = await dial('bb');
      expect(again.head).toContain('HTTP/1.1 101 ');
      for (const { socket } of [second, third, fourth, again]) socket.destroy();
    });
  });

  it('sessionRequests: a further request is answered as if the tunnel had closed', async () => {
    await withLimits({ sessionRequests: 2 }, async (lab) => {
      const edge = await RawEdge.dial(lab);
      const waiting = [await dialStream(lab), await dialStream(lab)];
      for (const { socket } of waiting) {
        socket.write(REQUEST);
        await edge.next();
      }
      const refused = await rawExchange(lab, REQUEST);
      expect(refused.head).toContain('HTTP/1.1 200 OK\r\n');
      expect(refused.head).toContain('Content-Length: 0');
      expect(reached(lab)).toEqual(['sessionRequests: a request is answered as if the tunnel had closed']);
      for (const { socket } of waiting) {
        socket.destroy();
        expect((await edge.next())?.hex).toMatch(/^0[12]04$/);
      }
      expect(await answered(lab, edge)).toBe('HTTP/1.1 200 OK');
      edge.socket.destroy();
    });
  });

  it('sessionWaitingBytes: a tunnel whose edge does not read is closed, others are not', async () => {
    await withLimits({ sessionWaitingBytes: 500_000, pipelinedRequests: 5 }, async (lab) => {
      const edge = await RawEdge.dial(lab);
      const other = await RawEdge.dial(lab, { hostname: 'edge-node-2', internalIp: '10.66.0.12' });
      edge.socket.pause();
      const header = `X-Padding: ${'x'.repeat(100_000)}\r\n`;
      const clients = [];
      for (let count = 0; count < 20; count++) {
        const client = await dialStream(lab);
        client.socket.write(REQUEST.replace('\r\n\r\n', `\r\n${header}\r\n`));
        clients.push(client);
        await lab.world.clock.sleep(1);
      }
      expect(reached(lab)).toEqual(['sessionWaitingBytes: the tunnel is closed']);
      const closed = lab.cloudcore.sessions().map((session) => [session.key, session.closed]);
      expect(closed).toContainEqual(['edge-node-1', true]);
      expect(closed).toContainEqual(['edge-node-2', false]);
      for (const { socket } of clients) socket.destroy();
      edge.socket.destroy();
      other.socket.destroy();
    });
  });

  it('are refused when they are no limits', async () => {
    for (const limits of [{ messageBytes: 0 }, { gzipBytes: 1 }]) {
      const world = createMemoryWorld();
      await expect(inLab(async () => {}, { limits }, world)).rejects.toThrow(
        /set the limit \w+ of cloudcore/,
      );
    }
  });
});

describe('pings', () => {
  it('are answered while the edge reads, and do not pile up when it does not', async () => {
    await inLab(async (lab) => {
      const edge = await RawEdge.dial(lab);
      edge.send(9, Buffer.from('ping you'));
      expect(await edge.next()).toEqual({ op: 10, fin: 1, hex: '70696e6720796f75' });
      edge.socket.pause();
      const flood = Buffer.concat(Array.from({ length: 1_000 }, () => RawEdge.frame(9, Buffer.alloc(125))));
      for (let round = 0; round < 20; round++) {
        edge.socket.write(flood);
        await lab.world.clock.sleep(1);
      }
      edge.socket.resume();
      edge.send(9, Buffer.from('last'));
      let pongs = 0;
      for (;;) {
        const frame = await edge.next();
        if (frame?.hex === Buffer.from('last').toString('hex')) break;
        pongs += 1;
      }
      expect(pongs).toBeGreaterThan(0);
      expect(pongs).toBeLessThan(10_000);
      edge.socket.destroy();
    });
  });
});
