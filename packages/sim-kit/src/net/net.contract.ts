import { describe, expect, it } from 'vitest';
import {
  accepting,
  CLOUD,
  type CreateWorld,
  EDGE,
  echoing,
  event,
  exchange,
  greet,
  inWorld,
  readAll,
  rejection,
  tester,
} from './contract-world.test-support.ts';

/** What a connection is and does, on either net. */
export function connectionContract(create: CreateWorld): void {
  describe('connections', () => {
    it('carry bytes both ways and have one key at both ends', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect({ address: CLOUD, port: 10004 }, tester);
        const server = await accepted();
        expect(server.connection).toBe(dialled.connection);
        expect(world.net.describe(dialled.connection)).toMatch(/^10\.66\.0\.11:\d+>10\.0\.0\.2:10004$/);
        expect(server.remoteAddress).toBe(edge.address);
        expect(server.remotePort).toBe(dialled.localPort);
        server.pipe(server);
        expect(await exchange(dialled, 'hello')).toBe('hello');
      }));

    it('may be half closed: the accepting side can answer after the dialler has finished', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect({ address: CLOUD, port: 10004 }, tester);
        dialled.end('question');
        const server = await accepted();
        expect(await readAll(server)).toBe('question');
        server.end('answer');
        expect(await readAll(dialled)).toBe('answer');
      }));

    it('hold a fast writer back until a slow reader has read', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const bytes = 5 * 1024 * 1024;
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect({ address: CLOUD, port: 10004 }, tester);
        const server = await accepted();
        // More than the kernel's buffers can take, so that the writer must be held back.
        const chunk = Buffer.alloc(64 * 1024, 7);
        let sent = 0;
        let drained = 0;
        const write = () => {
          while (sent < bytes) {
            sent += chunk.length;
            if (!dialled.write(chunk))
              return void dialled.once('drain', () => {
                drained++;
                write();
              });
          }
          dialled.end();
        };
        write();
        let read = 0;
        for await (const piece of server) {
          read += (piece as Buffer).length;
          await world.clock.sleep(1);
        }
        expect(read).toBe(bytes);
        expect(drained).toBeGreaterThan(0);
        server.end();
      }));

    it('show a reset as ECONNRESET', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect({ address: CLOUD, port: 10004 }, tester);
        const failed = event(dialled, 'error');
        dialled.resume();
        (await accepted()).resetAndDestroy();
        expect(await failed).toMatchObject({ code: 'ECONNRESET' });
      }));

    it('are in the trace, linked while they are open', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect(
          { address: CLOUD, port: 10004 },
          { component: 'edgestream', parent: 7 },
        );
        const server = await accepted();
        const [opening] = world.trace.of('net.connect');
        expect(opening).toMatchObject({
          host: 'edge',
          component: 'edgestream',
          parent: 7,
          detail: { connection: dialled.connection, to: `${CLOUD}:10004`, outcome: 'open' },
        });
        expect(world.trace.linked(server.connection)).toBe(opening?.id);
        const closed = Promise.all([event(dialled, 'close'), event(server, 'close')]);
        server.end();
        server.resume();
        dialled.resume();
        await closed;
        expect(world.trace.linked(dialled.connection)).toBeUndefined();
      }));

    it('know their trace event when they are accepted', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const linked: unknown[] = [];
        const listener = await cloud.listen({ port: 10004 }, { component: 'server' }, (socket) => {
          linked.push(world.trace.linked(socket.connection));
          socket.end();
        });
        world.own(listener);
        for (let count = 0; count < 20; count++) {
          await readAll(await edge.connect({ address: CLOUD, port: 10004 }, tester));
        }
        expect(linked).toEqual(world.trace.of('net.connect').map(({ id }) => id));
      }));
  });
}

/** How dials fail, on either net. */
export function dialContract(create: CreateWorld): void {
  describe('dials', () => {
    it('are refused where nobody listens, before and after', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const target = { address: CLOUD, port: 10004 };
        const error = await rejection(edge.connect(target, tester));
        expect(error).toMatchObject({
          code: 'ECONNREFUSED',
          goText: `dial tcp ${CLOUD}:10004: connect: connection refused`,
        });
        const server = await echoing(world, cloud, { port: 10004 });
        expect(await greet(edge, target)).toBe('hello');
        await server.close();
        await expect(edge.connect(target, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
        const outcomes = world.trace.of('net.connect').map(({ detail }) => detail.outcome);
        expect(outcomes).toEqual(['refused', 'open', 'refused']);
      }));

    it('have no route to addresses of no host and to hosts that reject', () =>
      inWorld(create, async ({ world, edge }) => {
        world.net.host({ name: 'walled', address: '10.66.0.12', inbound: 'reject' });
        for (const address of ['10.9.9.9', '10.66.0.12']) {
          await expect(edge.connect({ address, port: 1 }, tester)).rejects.toMatchObject({
            code: 'EHOSTUNREACH',
          });
        }
        expect(world.trace.of('net.connect').map(({ detail }) => detail.outcome)).toEqual([
          'no-route',
          'no-route',
        ]);
      }));

    it('into silence end after the time allowed', () =>
      inWorld(create, async ({ world, cloud }) => {
        const silent = world.net.host({ name: 'silent', address: '10.66.0.12', inbound: 'drop' });
        await echoing(world, silent, { port: 10350 });
        const before = world.clock.now();
        const target = { address: '10.66.0.12', port: 10350 };
        const error = await rejection(cloud.connect(target, { ...tester, timeoutMs: 50 }));
        expect(error).toMatchObject({ code: 'ETIMEDOUT', goText: 'dial tcp 10.66.0.12:10350: i/o timeout' });
        expect(world.clock.now() - before).toBeGreaterThanOrEqual(49);
        expect(await greet(silent, target)).toBe('hello');
      }));

    it('are called off by their signal', () =>
      inWorld(create, async ({ world, cloud }) => {
        world.net.host({ name: 'silent', address: '10.66.0.12', inbound: 'drop' });
        const control = new AbortController();
        const target = { address: '10.66.0.12', port: 10350 };
        const dial = cloud.connect(target, { ...tester, signal: control.signal });
        world.clock.setTimeout(() => control.abort(new Error('enough')), 5);
        await expect(dial).rejects.toThrow('enough');
        await expect(cloud.connect(target, { ...tester, signal: control.signal })).rejects.toThrow('enough');
      }));

    it('to a port in use: the second listener is told who has it', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10003 });
        const again = cloud.listen({ port: 10003, address: '127.0.0.1' }, { component: 'second' }, () => {});
        await expect(again).rejects.toMatchObject({
          code: 'SIM_ERR_PORT_IN_USE',
          message: expect.stringContaining('by echo'),
        });
        await echoing(world, edge, { port: 10003 });
      }));

    it('cannot be awaited on an address of another host', () =>
      inWorld(create, async ({ cloud }) => {
        const listen = cloud.listen({ port: 10003, address: EDGE }, { component: 'lost' }, () => {});
        await expect(listen).rejects.toMatchObject({ code: 'SIM_ERR_LISTEN_DENIED' });
      }));

    it('reach a port the net has chosen', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { target } = await echoing(world, cloud, { port: 0 });
        if (!('port' in target)) throw new Error('a TCP listener has a port');
        expect(await greet(edge, { address: CLOUD, port: target.port })).toBe('hello');
        expect(await greet(cloud, { address: '127.0.0.1', port: target.port })).toBe('hello');
      }));
  });
}

/** What is whose: loopback addresses, unix sockets, names. */
export function hostContract(create: CreateWorld): void {
  describe('hosts', () => {
    it('have a loopback of their own', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const loopback = { address: '127.0.0.1', port: 10350 };
        await echoing(world, edge, loopback, 'edge: ');
        expect(await greet(edge, loopback)).toBe('edge: hello');
        expect(await greet(edge, { ...loopback, address: edge.loopbackAddress })).toBe('edge: hello');
        await expect(cloud.connect(loopback, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
        await expect(cloud.connect({ ...loopback, address: EDGE }, tester)).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
        await echoing(world, cloud, loopback, 'cloud: ');
        expect(await greet(cloud, loopback)).toBe('cloud: hello');
      }));

    it('are reached by the described and by their own address', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        for (const address of [cloud.address, cloud.describedAddress]) {
          expect(await greet(edge, { address, port: 10004 })).toBe('hello');
          expect(await greet(cloud, { address, port: 10004 })).toBe('hello');
        }
        expect(world.net.describe(`at ${cloud.address}:10004`)).toBe(`at ${CLOUD}:10004`);
      }));

    it('have unix sockets of their own', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const target = { path: '/var/run/docker.sock' };
        const server = await echoing(world, edge, target, 'edge: ');
        expect(server.socketPath).toBeTypeOf('string');
        expect(await greet(edge, target)).toBe('edge: hello');
        await expect(cloud.connect(target, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
        await echoing(world, cloud, target, 'cloud: ');
        expect(await greet(cloud, target)).toBe('cloud: hello');
        await server.close();
        await expect(edge.connect(target, tester)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
        const again = await echoing(world, edge, target, 'again: ');
        expect(again.socketPath).toBe(server.socketPath);
        expect(await greet(edge, target)).toBe('again: hello');
      }));

    it('keep many dials of one unix socket apart', () =>
      inWorld(create, async ({ world, edge }) => {
        const target = { path: '/run/docker.sock' };
        const { all } = await accepting(world, edge, target);
        const dials = Array.from({ length: 20 }, () => edge.connect(target, tester));
        const dialled = await Promise.all(dials);
        for (const server of all) server.end(server.connection);
        for (const socket of dialled) expect(await readAll(socket)).toBe(socket.connection);
      }));

    it('have one name and one address each', () =>
      inWorld(create, async ({ world }) => {
        const { net } = world;
        expect(() => net.host({ name: 'cloud', address: '10.0.0.9' })).toThrow(/Give it another name/);
        expect(() => net.host({ name: 'other', address: CLOUD })).toThrow(/Give it another address/);
        expect(() => net.host({ name: 'other', address: '127.0.0.1' })).toThrow(/expected an IPv4 literal/);
      }));
  });
}
