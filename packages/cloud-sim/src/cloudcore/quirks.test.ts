import { dialectOf } from '@kubeedge-sim/wire';
import { describe, expect, test } from 'vitest';
import { ByteReader, inLab, type Lab, logLines, RawEdge, rawExchange } from './cloudcore.test-support.ts';
import { cloudcoreRelease } from './index.ts';

// A quirk of cloudcore each, in a release that has it and in one that has not.

const METRICS = 'GET /stats/summary HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n\r\n';
const LOGS = 'GET /containerLogs/a/b/c?follow=true HTTP/1.1\r\nHost: 10.66.0.11:10350\r\n\r\n';
const EXEC =
  'POST /exec/a/b/c HTTP/1.1\r\nHost: 10.66.0.11:10350\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n';

/** A cloudcore of a release, with one edge. */
async function withEdge<T>(release: string, body: (lab: Lab, edge: RawEdge) => Promise<T>): Promise<T> {
  const dialect = dialectOf(release);
  const pods = { nodeOf: () => 'edge-node-1' };
  return inLab(
    async (lab) => {
      const extraHeaders = `${dialect.hostnameHeadersSent[0]}: edge-node-1\r\n`;
      const edge = await RawEdge.dial(lab, { hostname: '', extraHeaders });
      try {
        return await body(lab, edge);
      } finally {
        edge.socket.destroy();
        await lab.world.clock.sleep(100);
      }
    },
    { release, dialect, pods },
  );
}

async function ask(lab: Lab, request: string) {
  const target = { address: lab.cloudHost.address, port: 10_003 };
  const socket = await lab.clientHost.connect(target, { tls: { verify: false }, component: 'lab-client' });
  socket.write(request);
  return { socket, reader: new ByteReader(socket) };
}

const data = (id: number, bytes: number) => Buffer.concat([Buffer.from([id, 3]), Buffer.alloc(bytes, 'x')]);
const remove = (id: number) => Buffer.from([id, 4]);

const ends = (lab: Lab) => lab.world.trace.of('tunnel.session-end').map(({ detail }) => detail.state);
const printed = (lab: Lab) =>
  logLines(lab.world).map(([, , line]) => line.replace(/serving \S+:/, 'serving *:'));
const sentTypes = (lab: Lab) =>
  lab.world.trace
    .of('tunnel.message')
    .filter(({ detail }) => detail.direction === 'to-edge')
    .map(({ detail }) => detail.type);

describe('deletedOnErrorOnly: DATA comes for a request whose client has left', () => {
  const nilPointer =
    'http: panic serving *: runtime error: invalid memory address or nil pointer dereference';

  /** Asks, leaves, and has the edge send `bytes` as one message after that. */
  const late = (release: string, request: string, bytes: number) =>
    withEdge(release, async (lab, edge) => {
      await rawExchange(lab, request, { afterMs: 100, end: 'gave up' });
      await lab.world.clock.sleep(1);
      const requests = lab.cloudcore.sessions()[0]?.requests;
      edge.send(1, data(1, bytes));
      await lab.world.clock.sleep(1);
      return { requests, ends: ends(lab), last: printed(lab).at(-1) };
    });

  test.each(['v1.6.1', 'v1.7.2'])('%s: the session does not know it', async (release) => {
    for (const request of [METRICS, LOGS]) {
      const seen = await late(release, request, 10_000);
      expect(seen).toMatchObject({ requests: 0, ends: [] });
      expect(seen.last).toContain('error Can not find apiServer connection id 1 in Tunnel session');
    }
  });

  test.each(['v1.8.0', 'v1.12.7', 'v1.13.0', 'v1.23.1'])(
    '%s: it is written to a response that is over, and the tunnel is closed',
    async (release) => {
      expect(await late(release, METRICS, 2_048)).toMatchObject({ requests: 1, ends: [] });
      expect(await late(release, METRICS, 2_049)).toEqual({
        requests: 1,
        ends: ['closed'],
        last: nilPointer,
      });
      expect(await late(release, LOGS, 1)).toEqual({ requests: 1, ends: ['closed'], last: nilPointer });
    },
  );

  test('a tunnel that was closed so answers as one whose edge is gone, until it dials again', async () => {
    await withEdge('v1.23.1', async (lab, edge) => {
      await rawExchange(lab, LOGS, { afterMs: 100, end: 'gave up' });
      const other = rawExchange(lab, METRICS);
      await lab.world.clock.sleep(1);
      edge.send(1, data(1, 1));
      expect((await other).head).toMatch(/^HTTP\/1.1 200 /);
      expect((await rawExchange(lab, METRICS)).head).toMatch(/^HTTP\/1.1 200 .*\r\nContent-Length: 0$/s);
      expect(lab.cloudcore.sessions()[0]?.closed).toBe(true);
    });
  });
});

describe('execClientGone', () => {
  /** What the edge is told, and when it spins, after a client has gone that the edge forgets after 100 ms. */
  const after = (release: string, how: 'end' | 'reset') =>
    withEdge(release, async (lab, edge) => {
      const client = await ask(lab, EXEC);
      await edge.next();
      if (how === 'end') client.socket.end();
      else client.socket.resetAndDestroy();
      await lab.world.clock.sleep(100);
      edge.send(1, remove(1));
      await lab.world.clock.sleep(100);
      const spins = lab.world.trace.of('stream.spin').map(({ detail }) => detail.state);
      const [{ requests } = { requests: undefined }] = lab.cloudcore.sessions();
      return { removes: sentTypes(lab).filter((type) => type === 'REMOVE_CONNECT').length, spins, requests };
    });
  const spun = ['begins', 'ends'];

  test.each([
    ['v1.8.2', 'end', { removes: 0, spins: spun, requests: 0 }],
    ['v1.9.0', 'end', { removes: 1, spins: [], requests: 1 }],
    ['v1.12.7', 'end', { removes: 1, spins: [], requests: 1 }],
    ['v1.13.0', 'end', { removes: 10, spins: spun, requests: 0 }],
    ['v1.23.1', 'end', { removes: 10, spins: spun, requests: 0 }],
    ['v1.6.1', 'reset', { removes: 0, spins: spun, requests: 0 }],
    ['v1.9.0', 'reset', { removes: 0, spins: spun, requests: 0 }],
    ['v1.23.1', 'reset', { removes: 0, spins: spun, requests: 0 }],
  ] as const)('%s, %s: %j', async (release, how, expected) => {
    const seen = await after(release, how);
    if (expected.removes < 10) expect(seen).toEqual(expected);
    else {
      expect(seen).toMatchObject({ spins: expected.spins, requests: expected.requests });
      expect(seen.removes).toBeGreaterThanOrEqual(expected.removes);
    }
  });
});

describe('execLooksAtEdge', () => {
  /** Whether a client learns of the edge's end: its exec has ended, or its tunnel has dropped, and it sends a byte. */
  const told = (release: string, how: 'removed' | 'dropped') =>
    withEdge(release, async (lab, edge) => {
      const client = await ask(lab, EXEC);
      await edge.next();
      if (how === 'removed') edge.send(1, remove(1));
      else edge.socket.destroy();
      await lab.world.clock.sleep(100);
      expect(client.reader.ended).toBe(false);
      client.socket.write('x');
      await lab.world.clock.sleep(100);
      const { ended } = client.reader;
      client.socket.destroy();
      await lab.world.clock.sleep(100);
      return ended;
    });

  test.each([
    ['v1.9.5', 'client-gone', false, false],
    ['v1.10.0', 'write-failed', false, true],
    ['v1.12.7', 'write-failed', false, true],
    ['v1.13.0', 'each-read', true, true],
    ['v1.23.1', 'each-read', true, true],
  ] as const)('%s: %s', async (release, trait, removed, dropped) => {
    expect(cloudcoreRelease(release).execLooksAtEdge).toBe(trait);
    expect(await told(release, 'removed')).toBe(removed);
    expect(await told(release, 'dropped')).toBe(dropped);
  });
});

describe('an edge that does not read', () => {
  test('holds up the client of an exec', async () => {
    await withEdge('v1.6.1', async (lab, edge) => {
      const client = await ask(lab, EXEC);
      await edge.next();
      edge.socket.pause();
      let sent = 0;
      const piece = Buffer.alloc(60_000, 'x');
      while (client.socket.write(piece) && sent < 1_000) {
        sent += 1;
        await lab.world.clock.sleep(1);
      }
      expect(sent).toBeLessThan(100);
      edge.socket.resume();
      await lab.world.clock.sleep(10);
      expect(client.socket.writableNeedDrain).toBe(false);
      client.socket.destroy();
    });
  });
});
