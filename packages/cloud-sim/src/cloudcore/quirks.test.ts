import { httpRequest } from '@kubeedge-sim/sim-kit';
import { describe, expect, test } from 'vitest';
import { type Lab, rawExchange } from './cloudcore.test-support.ts';
import { cloudcoreRelease } from './index.ts';
import {
  ask,
  data,
  EXEC,
  ends,
  LOGS,
  METRICS,
  printed,
  remove,
  sentTypes,
  withEdge,
} from './quirks.test-support.ts';

// A quirk of cloudcore each, in a release that has it and in one that has not.

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

describe('the cost of execs whose client was reset', () => {
  /** Cores in use and goroutines, with so many of them for ten seconds. */
  const cost = (release: string, count: number) =>
    withEdge(release, async (lab, edge) => {
      const { load } = lab.cloudcore;
      const before = load.goroutines;
      for (let index = 0; index < count; index += 1) {
        const client = await ask(lab, EXEC);
        await edge.next();
        client.socket.resetAndDestroy();
      }
      await lab.world.clock.sleep(10);
      const startSeconds = load.cpuSeconds;
      await lab.world.clock.sleep(10_000);
      const cores = Math.round((load.cpuSeconds - startSeconds) * 10) / 100;
      return { cores, spinning: load.spinning, goroutines: load.goroutines - before };
    });

  test.each(['v1.6.1', 'v1.23.1'])('%s: 0.9 cores each', async (release) => {
    expect(await cost(release, 0)).toEqual({ cores: 0, spinning: 0, goroutines: 0 });
    expect(await cost(release, 1)).toEqual({ cores: 0.9, spinning: 1, goroutines: 1 });
    expect(await cost(release, 3)).toEqual({ cores: 2.7, spinning: 3, goroutines: 3 });
  });

  test('ends with the tunnel', async () => {
    await withEdge('v1.6.1', async (lab, edge) => {
      const { load } = lab.cloudcore;
      expect(load.goroutines).toBe(1);
      const client = await ask(lab, EXEC);
      await edge.next();
      client.socket.end();
      await lab.world.clock.sleep(3_000);
      edge.socket.destroy();
      await lab.world.clock.sleep(10);
      expect(load).toMatchObject({ spinning: 0, goroutines: 0 });
      const end = lab.world.trace.of('stream.spin').at(-1)?.detail;
      expect(end).toMatchObject({ state: 'ends', spinning: 0 });
      expect(end?.cpuSeconds).toBeCloseTo(2.7, 1);
    });
  });
});

describe('monitor', () => {
  const metrics = (lab: Lab) =>
    httpRequest(lab.cloudHost, {
      target: { address: lab.cloudHost.loopbackAddress, port: 9091 },
      path: '/metrics',
      component: 'curl',
    });

  test('v1.12.7 has none', async () => {
    await withEdge('v1.12.7', async (lab) => {
      await expect(metrics(lab)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });

  test('v1.13.0 shows goroutines and CPU time', async () => {
    await withEdge('v1.13.0', async (lab, edge) => {
      expect(await (await metrics(lab)).text()).toContain('\ngo_goroutines 101\n');
      const client = await ask(lab, EXEC);
      await edge.next();
      client.socket.resetAndDestroy();
      await lab.world.clock.sleep(10_000);
      const text = await (await metrics(lab)).text();
      expect(text).toContain('\ngo_goroutines 102\n');
      expect(text).toMatch(/^process_cpu_seconds_total 9(\.\d+)?$/m);
    });
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
