import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dialTls, listen, RawSocket } from './raw-peers.ts';
import { until, Victim } from './victim.ts';

// A raw edged against the simulated edgestream, and a raw client against the simulated edged, v1.6.1, on real sockets. The
// release passes the port of the Host header on, so that the raw edged is a port beside the real one.

const MI = 1024 * 1024;
const RAW_PORT = 9_999;
// Two processes move hundreds of megabytes, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let victim: Victim;
let address: string;
beforeAll(async () => {
  victim = await Victim.start();
  address = victim.started.loopbacks['edge-node-2'] ?? '';
});
afterAll(() => victim.stop());

/** Asks through the cloud for what a raw edged says, until `isOver`; the beginning of what a client gets. */
async function ask(
  answer: (socket: Socket) => unknown,
  isOver: (client: RawSocket) => boolean | Promise<boolean>,
): Promise<RawSocket> {
  await using _ = await listen(address, RAW_PORT, (socket) => {
    socket.once('data', () => void answer(socket));
  });
  const client = await dialTls(victim.started.cloud, 10_003);
  client.socket.write(
    `GET /stats/summary HTTP/1.1\r\nHost: edge-node-2:${RAW_PORT}\r\nConnection: close\r\n\r\n`,
  );
  await until(() => isOver(client));
  client.destroy();
  return client;
}

const hangsUp = ({ socket }: RawSocket) => socket.readableEnded || socket.destroyed;
const OK = 'HTTP/1.1 200 OK\r\nConnection: close\r\n';

/** The body of a whole answer. */
const bodyOf = ({ received }: RawSocket) =>
  received.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');

describe('an edged that answers', () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ['a line of 64 KiB and a byte', `${OK}\r\n${'x'.repeat(65_537)}\n`, /^$/],
    ['NULs', `${OK}\r\n${'\0'.repeat(1_000)}\n`, /^\0{1000}\n$/],
    [
      'gzip though identity was asked for',
      Buffer.concat([Buffer.from(`${OK}Content-Encoding: gzip\r\n\r\n`), gzipSync('x')]),
      /^\x1f/,
    ],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\nbody\n', /^$/],
    ['304 with a body', 'HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\nbody\n', /^$/],
    [
      '1,000 interim answers before its own',
      `${'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n'.repeat(1_000)}${OK}\r\nfine\n`,
      /^fine\n$/,
    ],
    ['a chunk of a size that is none', `${OK}Transfer-Encoding: chunked\r\n\r\nfine\r\nzz\r\n`, /^$/],
    ['a chunk of 2^64 bytes', `${OK}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx`, /^/],
    [
      'a chunk and the end of the connection',
      `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nfine\n\r\n`,
      /fine\n/,
    ],
    ['less than its length', `${OK}Content-Length: 100\r\n\r\nfine\n`, /^fine\n$/],
    ['two lengths', `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nfine\n`, /^/],
  ])('%s', async (what, bytes, expected) => {
    await victim.under(`edged: ${what}`, async () => {
      let isAnswered = false;
      const client = await ask(
        (socket) => {
          socket.end(bytes);
          isAnswered = true;
        },
        // What Go's client refuses nobody is told of: the client waits.
        async (waiting) => hangsUp(waiting) || (isAnswered && (await failed())),
      );
      expect(bodyOf(client)).toMatch(expected);
    });
  });

  it.each<[string, string | Uint8Array]>([
    ['no HTTP at all', Buffer.alloc(10_000)],
    ['headers of 4 MiB', `${OK}X: ${'x'.repeat(4 * MI)}`],
    ['a status that is none', 'HTTP/1.1 999999 X\r\n\r\n'],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello',
    ],
    ['a redirect to nowhere', 'HTTP/1.1 302 Found\r\nLocation: gopher://x\r\nContent-Length: 0\r\n\r\n'],
    [
      'a redirect of 10 KB of anything',
      `HTTP/1.1 302 Found\r\nLocation: //[${'%zz\u00ff'.repeat(2_000)}\r\nContent-Length: 0\r\n\r\n`,
    ],
    ['nothing, and ends', ''],
  ])('%s, which is an error there', async (what, bytes) => {
    await victim.under(`edged: ${what}`, async () => {
      await ask((socket) => socket.end(bytes), failed);
    });
  });

  it('with a reset, in the head and in the body', async () => {
    await victim.under('edged: resets', async () => {
      await ask((socket) => socket.resetAndDestroy(), failed);
      const client = await ask(
        (socket) => socket.write(`${OK}\r\nfine\n`, () => setTimeout(() => socket.resetAndDestroy(), 100)),
        hangsUp,
      );
      expect(bodyOf(client)).toMatch(/^(fine\n)?$/);
    });
  });

  it.each([
    ['of lines', Buffer.from(`${'x'.repeat(1_023)}\n`.repeat(64)), 256 * MI],
    ['of lines of 60 KB', Buffer.from(`${'x'.repeat(61_439)}\n`), 255 * MI],
    ['without a line in it', Buffer.alloc(65_536, 0x78), 0],
  ])('256 MiB %s', async (what, part, comesBytes) => {
    await victim.under(`edged: a body of 256 MiB ${what}`, async () => {
      let isOver = false;
      const parts = Array.from({ length: Math.ceil((256 * MI) / part.length) }, () => part);
      const client = await ask(
        async (socket) => {
          socket.write(`${OK}\r\n`);
          // Where no line comes to an end edgestream hangs up.
          await pipeline(Readable.from(parts), socket).catch(() => {});
          isOver = true;
        },
        (waiting) => isOver && hangsUp(waiting),
      );
      expect(client.receivedBytes).toBeGreaterThan(comesBytes);
    });
  });

  it('a body without end to a client that has left', async () => {
    await victim.under('edged: a body without end', async () => {
      let writtenBytes = 0;
      await ask(
        async (socket) => {
          socket.write(`${OK}\r\n`);
          const edged = new RawSocket(socket);
          const part = Buffer.from(`${'x'.repeat(1_023)}\n`.repeat(64));
          while (await edged.write(part)) writtenBytes += part.length;
        },
        (client) => client.receivedBytes > 10 * MI,
      );
      expect(writtenBytes).toBeGreaterThan(0);
    });
  });

  /** Whether edgestream has given a request up. */
  async function failed(): Promise<boolean> {
    const requests = await victim.events(['edgestream.request']);
    return requests.some((event) => event.kind === 'edgestream.request' && event.detail.outcome === 'failed');
  }
});

describe('a client of port 10350', () => {
  const dial = async () => {
    const socket = connect(10_350, address);
    return new RawSocket(socket);
  };

  it('with headers of 2 MiB is answered 431', async () => {
    const reached = await victim.under('headers of 2 MiB on 10350', async () => {
      const client = await dial();
      client.socket.write(`GET /pods HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(2 * MI)}\r\n\r\n`);
      await until(() => hangsUp(client));
      expect(client.received.toString()).toContain(' 431 ');
    });
    expect(reached).toEqual(['headerBytes']);
  });

  it('with a body of 300 MiB is hung up on', async () => {
    const reached = await victim.under('a body of 300 MiB to 10350', async () => {
      const client = await dial();
      client.socket.write('POST /run/a/b/c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MI), Buffer.from('\r\n')]);
      for (let sent = 0; sent < 300 && (await client.write(chunk)); sent++);
      await until(() => hangsUp(client));
    });
    expect(reached).toEqual(['bodyBytes']);
  });

  it('that pipelines a million requests is hung up on', async () => {
    const reached = await victim.under('a million pipelined requests to 10350', async () => {
      const client = await dial();
      const many = Buffer.from('GET /metrics/cadvisor HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10_000));
      for (let round = 0; round < 100 && (await client.write(many)); round++);
      await until(() => hangsUp(client));
    });
    expect(reached).toEqual(['pipelinedRequests']);
  });

  it('that never finishes its headers, 500 times', async () => {
    await victim.under('500 that never finish on 10350', async () => {
      const slow = await Promise.all(Array.from({ length: 500 }, dial));
      for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nX: ');
      expect(await victim.answers('edge-node-2')).toBe(true);
      for (const client of slow) client.destroy();
    });
  });

  it('that says what is no request gets 400', async () => {
    await victim.under('no request to 10350', async () => {
      for (const bytes of ['\0\0\0\0\r\n\r\n', 'GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n']) {
        const client = await dial();
        client.socket.write(bytes);
        await until(() => hangsUp(client));
        expect(client.received.toString()).toMatch(/^HTTP\/1.1 400 /);
      }
    });
  });
});
