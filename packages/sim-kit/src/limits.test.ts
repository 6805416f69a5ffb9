import { describe, expect, it } from 'vitest';
import { httpRequest } from './http/request.ts';
import { createHttpServer, listenHttp } from './http/server.ts';
import { ConnectionGuard, type ConnectionLimits, chooseLimits, reportLimit } from './limits.ts';
import type { NetSocket } from './net/net.ts';
import { createMemoryWorld, type World } from './world.ts';

const defaults = { connections: 3, headerTimeoutMs: 1_000, pipelinedRequests: 2 };

describe('limits', () => {
  it('are chosen by name', () => {
    expect(chooseLimits('x', defaults, { connections: 9 })).toEqual({ ...defaults, connections: 9 });
    expect(() => chooseLimits('x', defaults, { connection: 9 } as object)).toThrow(
      /connections, headerTimeoutMs/,
    );
    for (const connections of [0, -1, 1.5, Number.NaN]) {
      expect(() => chooseLimits('x', defaults, { connections })).toThrow(/no positive whole number/);
    }
  });
});

async function inGuarded(
  body: (guarded: { world: World; dial: () => Promise<NetSocket>; reached: () => string[] }) => Promise<void>,
  answer: 'at-once' | 'never' = 'at-once',
): Promise<void> {
  await using world = createMemoryWorld();
  await world.run(async () => {
    const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
    const edge = world.net.host({ name: 'edge', address: '10.0.0.3' });
    const target = { address: '10.0.0.2', port: 10_003 };
    const limits: ConnectionLimits = defaults;
    const guard = new ConnectionGuard(world.clock, limits, (limit, { remoteAddress: peer }) =>
      reportLimit(world, {
        host: 'cloud',
        component: 'lab',
        limit,
        most: limits[limit],
        peer,
        consequence: 'closed',
      }),
    );
    const server = createHttpServer((request, response) => {
      const { connection } = request.socket as unknown as NetSocket;
      if (!guard.begin(connection)) return;
      response.once('close', () => guard.end(connection));
      if (answer === 'at-once') response.end('ok');
    });
    const listener = await listenHttp(cloud, { port: 10_003 }, { component: 'lab' }, (socket) => {
      if (guard.admit(socket)) server.emit('connection', socket);
    });
    const reached = () => world.trace.of('limit.reached').map(({ detail }) => detail.limit);
    const dial = async () => (await edge.connect(target, { component: 'lab' })).on('error', () => {});
    await body({ world, dial, reached });
    guard[Symbol.dispose]();
    await listener.close();
  });
}

const ended = (socket: NetSocket) => new Promise<void>((resolve) => socket.resume().once('close', resolve));

describe('a connection guard', () => {
  it('hangs up on a connection too many, and takes another when one has gone', async () => {
    await inGuarded(async ({ world, dial, reached }) => {
      const [first] = [await dial(), await dial(), await dial()];
      await ended(await dial());
      expect(reached()).toEqual(['connections']);
      first?.destroy();
      await world.clock.sleep(10);
      const fourth = await dial();
      fourth.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      await ended(fourth);
      expect(reached()).toEqual(['connections']);
    });
  });

  it('hangs up on headers that do not end, and on nobody who has asked once', async () => {
    await inGuarded(async ({ world, dial, reached }) => {
      const slow = await dial();
      slow.write('GET / HTTP/1.1\r\nHost:');
      const kept = await dial();
      kept.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      const begun = world.clock.now();
      await ended(slow);
      expect(world.clock.now() - begun).toBe(1_000);
      await world.clock.sleep(10_000);
      expect(kept.destroyed).toBe(false);
      expect(reached()).toEqual(['headerTimeoutMs']);
      const [line] = world.trace.of('log');
      expect(line?.detail.message).toBe('limit headerTimeoutMs (1000) reached by 10.0.0.3: closed');
    });
  });

  it('hangs up on requests that pile up', async () => {
    await inGuarded(async ({ dial, reached }) => {
      const socket = await dial();
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(10));
      await ended(socket);
      expect(reached()).toEqual(['pipelinedRequests']);
    }, 'never');
  });

  it('lets one connection ask for ever, one request after the other', async () => {
    await using world = createMemoryWorld();
    await world.run(async () => {
      const host = world.net.host({ name: 'cloud', address: '10.0.0.2' });
      const guard = new ConnectionGuard(world.clock, defaults, () => expect.unreachable());
      const server = createHttpServer((request, response) => {
        const { connection } = request.socket as unknown as NetSocket;
        expect(guard.begin(connection)).toBe(true);
        response.once('close', () => guard.end(connection));
        response.end();
      });
      world.own(
        await listenHttp(host, { port: 80 }, { component: 'lab' }, (socket) => {
          if (guard.admit(socket)) server.emit('connection', socket);
        }),
      );
      for (let round = 0; round < 10; round++) {
        const target = { address: '10.0.0.2', port: 80 };
        await (await httpRequest(host, { target, path: '/', component: 'lab' })).text();
      }
    });
  });
});
