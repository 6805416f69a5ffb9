import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  dialTls,
  dialTunnel,
  frame,
  message,
  PING,
  type RawSocket,
  TEXT,
} from './raw-peers.ts';
import { until, Victim } from './victim.ts';

// A raw edge against the simulated cloudcore, v1.6.1, on real sockets: the first edge must not notice.

const MI = 1024 * 1024;
const DATA = 3;
const REMOVE = 4;
// Two processes move hundreds of megabytes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let victim: Victim;
beforeAll(async () => {
  victim = await Victim.start();
});
afterAll(() => victim.stop());

const dial = (hostname = 'raw-edge') =>
  dialTunnel(victim.started, { hostname, internalIp: `10.99.0.${hostname.length}` });

/** Whether the tunnel is still served: a ping is answered. */
async function isServed(tunnel: RawSocket): Promise<boolean> {
  const before = tunnel.receivedBytes;
  await tunnel.write(frame(PING, Buffer.from('still there')));
  await until(() => tunnel.receivedBytes > before || tunnel.socket.destroyed || tunnel.socket.readableEnded);
  return tunnel.receivedBytes > before && !tunnel.socket.readableEnded;
}

describe('messages of impossible size', () => {
  it('one MiB and more is taken, as by a release without a cap', async () => {
    const tunnel = await dial();
    await victim.under('messages of 8 MiB', async () => {
      for (let round = 0; round < 8; round++)
        await tunnel.write(frame(TEXT, message(77, DATA, Buffer.alloc(8 * MI))));
      expect(await isServed(tunnel)).toBe(true);
    });
    tunnel.destroy();
  });

  it('fragments without end', async () => {
    const tunnel = await dial();
    const reached = await victim.under('fragments without end', async () => {
      await tunnel.write(frame(TEXT, message(77, DATA), { fin: false }));
      const fragment = frame(CONTINUATION, Buffer.alloc(60_000), { fin: false });
      let sentBytes = 0;
      while (sentBytes < 300 * MI && (await tunnel.write(fragment))) sentBytes += fragment.length;
      await tunnel.ended();
      expect(sentBytes).toBeLessThan(100 * MI);
    });
    expect(reached).toEqual(['messageBytes']);
  });

  it('empty and tiny fragments without end', async () => {
    const reached = await victim.under('tiny fragments without end', async () => {
      for (const size of [0, 1]) {
        const tunnel = await dial();
        await tunnel.write(frame(TEXT, message(77, DATA), { fin: false }));
        const many = Buffer.concat(
          Array.from({ length: 1_000 }, () => frame(CONTINUATION, Buffer.alloc(size), { fin: false })),
        );
        for (let round = 0; round < 1_000 && (await tunnel.write(many)); round++);
        await tunnel.ended();
      }
    });
    expect(reached).toEqual(['messageBytes']);
  });

  it('a length of 2^62 bytes, and more than 2^32', async () => {
    for (const length of ['4000000000000000', '0000000100000001', 'ffffffffffffffff']) {
      await victim.under(`a length of 0x${length}`, async () => {
        const tunnel = await dial();
        await tunnel.write(
          Buffer.concat([Buffer.from('81ff', 'hex'), Buffer.from(length, 'hex'), Buffer.alloc(4)]),
        );
        for (let sent = 0; sent < 100 && (await tunnel.write(Buffer.alloc(MI))); sent++);
        await tunnel.ended();
      });
    }
  });
});

describe('messages that are none', () => {
  const closing: Record<string, Buffer> = {
    'no byte': frame(TEXT, Buffer.alloc(0)),
    'one byte': frame(TEXT, Buffer.from([0x01])),
    'only an id': frame(TEXT, Buffer.from([0xc8, 0x01])),
    'ten bytes of 0xff': frame(TEXT, Buffer.alloc(10, 0xff)),
    'a varint above 64 bits': frame(TEXT, Buffer.from(`${'ff'.repeat(9)}0203`, 'hex')),
    'a binary frame': frame(BINARY, message(1, DATA, 'x')),
    'an unmasked frame': frame(TEXT, message(1, DATA, 'x'), { masked: false }),
    'a reserved bit': Buffer.from('f18000000000', 'hex'),
    'an unknown opcode': Buffer.from('838000000000', 'hex'),
    'close 1000': frame(CLOSE, Buffer.from('03e8', 'hex')),
    'close 1007': frame(CLOSE, Buffer.from('03ef', 'hex')),
    'close 1009': frame(CLOSE, Buffer.from('03f1', 'hex')),
    'close 1006, which nobody may send': frame(CLOSE, Buffer.from('03ee', 'hex')),
    'close with half a code': frame(CLOSE, Buffer.from('03', 'hex')),
  };
  const ignored: Record<string, Buffer> = {
    'type 7': frame(TEXT, message(1, 7, 'x')),
    'type 99': frame(TEXT, message(1, 99, 'x')),
    'type 2^63': frame(TEXT, Buffer.from('01808080808080808080017878', 'hex')),
    'id 2^63': frame(TEXT, Buffer.from('8080808080808080800103', 'hex')),
    'a CONNECT': frame(TEXT, message(1, 2, '{"MessID":1}')),
    'DATA for an id nobody has': frame(TEXT, message(77, DATA, 'x')),
    'bytes that are no text': frame(TEXT, message(1, DATA, Buffer.from('fffe80', 'hex'))),
  };

  it('end the tunnel they come on', async () => {
    await victim.under('messages that are none', async () => {
      for (const [what, bytes] of Object.entries(closing)) {
        const tunnel = await dial();
        await tunnel.write(bytes);
        await tunnel.ended().catch(() => expect.unreachable(what));
      }
    });
  });

  it('or are ignored', async () => {
    const tunnel = await dial();
    await victim.under('messages to be ignored', async () => {
      for (const [what, bytes] of Object.entries(ignored)) {
        await tunnel.write(bytes);
        expect(await isServed(tunnel), what).toBe(true);
      }
    });
    tunnel.destroy();
  });
});

describe('floods', () => {
  it('of pings whose answers nobody reads', async () => {
    const tunnel = await dial();
    tunnel.socket.pause();
    await victim.under('a million pings', async () => {
      const pings = Buffer.concat(Array.from({ length: 5_000 }, () => frame(PING, Buffer.alloc(125))));
      for (let round = 0; round < 200 && (await tunnel.write(pings)); round++);
    });
    tunnel.destroy();
  });

  it('of 100,000 REMOVE_CONNECT for one id, before, while and after there is such a request', async () => {
    const tunnel = await dial('flooder');
    const flood = Buffer.concat(Array.from({ length: 100_000 }, () => frame(TEXT, message(1, REMOVE))));
    await victim.under('300,000 REMOVE_CONNECT', async () => {
      await tunnel.write(flood);
      const asked = victim.get('/stats/summary', { Host: 'flooder:10350' });
      // The CONNECT has the id in its first bytes.
      await until(() => tunnel.received.includes('{"MessID":'));
      const id = Number(/\{"MessID":(\d+)/.exec(tunnel.received.toString('latin1'))?.[1]);
      expect(id).toBeLessThan(16_384);
      const varint = id < 128 ? [id] : [(id & 0x7f) | 0x80, id >> 7];
      await tunnel.write(frame(TEXT, Buffer.from([...varint, DATA, 0x78])));
      const end = frame(TEXT, Buffer.from([...varint, REMOVE]));
      await tunnel.write(Buffer.concat(Array.from({ length: 100_000 }, () => end)));
      expect((await asked).body).toBe('x');
      await tunnel.write(flood);
    });
    tunnel.destroy();
  });

  it('of edges with names of their own, and of one that comes again and again', async () => {
    await victim.under('2,000 edges and 500 takeovers', async () => {
      for (let batch = 0; batch < 40; batch++) {
        const edges = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            dialTunnel(victim.started, {
              hostname: `raw-${batch}-${index}`,
              internalIp: `10.${batch}.${index}.1`,
            }),
          ),
        );
        for (const edge of edges) edge.destroy();
      }
      for (let batch = 0; batch < 10; batch++) {
        const edges = await Promise.all(Array.from({ length: 50 }, () => dial()));
        for (const edge of edges) edge.destroy();
      }
    });
  });
});

describe('names', () => {
  it('of another node are taken over, which the trace tells', async () => {
    await victim.events([]);
    const thief = await dialTunnel(victim.started, { hostname: 'edge-node-2', internalIp: '10.66.0.11' });
    const taken = (await victim.events(['tunnel.takeover'])).map(({ detail }) => detail);
    const by = expect.objectContaining({ hostname: 'edge-node-2', certificate: 'kubeedge.io' });
    const from = (hostname: string) => expect.objectContaining({ hostname, certificate: 'kubeedge.io' });
    expect(taken).toEqual([
      { keys: ['edge-node-2'], from: from('edge-node-2'), by, wasOpen: true },
      { keys: ['10.66.0.11'], from: from('edge-node-1'), by, wasOpen: true },
    ]);
    thief.destroy();
  });

  it.each([
    ['8 KiB long', 'x'.repeat(8_192)],
    ['empty', ''],
    ['__proto__', '__proto__'],
    ['not ASCII', '世界'],
  ])('%s are names', async (_, hostname) => {
    await victim.under(`a name that is ${_}`, async () => {
      const edge = await dialTunnel(victim.started, { hostname, internalIp: '10.98.0.1' });
      expect(edge.received.toString('latin1')).toContain(' 101 ');
      edge.destroy();
    });
  });
});

describe('connections', () => {
  it('that never finish their headers, or their handshake, are many and cost little', async () => {
    await victim.under('500 that never ask', async () => {
      const { cloud, edge } = victim.started;
      const slow = await Promise.all(Array.from({ length: 500 }, () => dialTls(cloud, 10_004, edge)));
      for (const { socket } of slow) socket.write('GET /v1/kubeedge/connect HTTP/1.1\r\nX:');
      expect(await victim.answers('edge-node-1')).toBe(true);
      for (const socket of slow) socket.destroy();
    });
  });

  it('with two MiB of headers are answered 431', async () => {
    const reached = await victim.under('2 MiB of headers', async () => {
      const edge = await dialTunnel(victim.started, { headers: `X: ${'x'.repeat(2 * MI)}\r\n` });
      expect(edge.received.toString('latin1')).toContain(' 431 ');
      edge.destroy();
    });
    expect(reached).toEqual(['headerBytes']);
  });
});
