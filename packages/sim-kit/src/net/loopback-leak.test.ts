import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createLoopbackWorld } from '../loopback-world.ts';
import { accepting, CLOUD, EDGE, echoing, exchange, inWorld, tester } from './contract-world.test-support.ts';

/** Real handles of this process that were not there before. */
function newHandles(before: readonly string[]): string[] {
  const left = [...process.getActiveResourcesInfo()];
  for (const known of before) {
    const index = left.indexOf(known);
    if (index >= 0) left.splice(index, 1);
  }
  return left.filter((kind) => /Wrap$|^Timeout$/.test(kind));
}

async function busyWorld(): Promise<void> {
  const create = () => createLoopbackWorld({ asHost: 'cloud' });
  await inWorld(create, async ({ world, cloud, edge }) => {
    const authority = await world.net.authority({ commonName: 'ca' });
    const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
    await echoing(world, cloud, { port: 10003 });
    await echoing(world, edge, { path: '/var/run/docker.sock' });
    cloud.nat.append({ chain: 'OUTPUT', dport: 10350, to: { address: CLOUD, port: 10003 } });
    await world.net.settled();
    const tls = { certificate, clientAuth: 'none' } as const;
    world.own(
      await cloud.listen({ port: 10004 }, { component: 'tunnel', tls }, (socket) => socket.pipe(socket)),
    );
    const dial = { ...tester, tls: { verify: true, roots: [authority.certificate] } };
    expect(await exchange(await edge.connect({ address: CLOUD, port: 10004 }, dial), 'hello')).toBe('hello');
    expect(await exchange(await cloud.connect({ address: EDGE, port: 10350 }, tester), 'hello')).toBe(
      'hello',
    );
  });
}

describe('a disposed loopback world', () => {
  it('leaves no handle in the process', async () => {
    const before = process.getActiveResourcesInfo();
    await busyWorld();
    await expect.poll(() => newHandles(before)).toEqual([]);
  });

  it('leaves none when its links were cut and slow', async () => {
    const before = process.getActiveResourcesInfo();
    await inWorld(
      () => createLoopbackWorld({ links: true }),
      async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        const link = world.net.link(cloud, edge);
        const dialled = await edge.connect({ address: CLOUD, port: 10004 }, tester);
        link.delayMs = 60_000;
        dialled.write('on its way');
        link.cut('silent');
        dialled.destroy();
      },
    );
    await expect.poll(() => newHandles(before)).toEqual([]);
  });

  it('hangs up on clients outside that are in their handshake, or never begin it', async () => {
    const before = process.getActiveResourcesInfo();
    const strangers: Socket[] = [];
    await inWorld(
      () => createLoopbackWorld({ asHost: 'cloud' }),
      async ({ world, cloud }) => {
        const authority = await world.net.authority({ commonName: 'ca' });
        const certificate = await authority.issue({ commonName: 'cloud' });
        await accepting(world, cloud, { port: 10004 }, { tls: { certificate, clientAuth: 'none' } });
        for (const words of [[], [0x16, 3, 1, 2, 0]]) {
          const stranger = connect({ host: cloud.address, port: 10004 });
          strangers.push(stranger.on('error', () => {}));
          await once(stranger, 'connect');
          stranger.write(Uint8Array.from(words));
        }
        // One who gets through shows that the two before have been accepted.
        const client = connectTls({ host: cloud.address, port: 10004, rejectUnauthorized: false });
        strangers.push(client.on('error', () => {}));
        await once(client, 'secureConnect');
        await expect.poll(() => world.trace.of('net.tls')).toHaveLength(1);
        client.destroy();
      },
    );
    for (const stranger of strangers) if (!stranger.closed) await once(stranger, 'close');
    await expect.poll(() => newHandles(before)).toEqual([]);
  });

  it('would be found out: a planted listener and timer show', async () => {
    const before = process.getActiveResourcesInfo();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const timer = setTimeout(() => {}, 60_000);
    expect(newHandles(before)).toEqual(expect.arrayContaining(['TCPServerWrap', 'Timeout']));
    clearTimeout(timer);
    await new Promise((resolve) => server.close(resolve));
    await expect.poll(() => newHandles(before)).toEqual([]);
  });

  it('names what its components left open, and closes it', async () => {
    const before = process.getActiveResourcesInfo();
    const world = await createLoopbackWorld();
    const edge = world.net.host({ name: 'edge-1', address: EDGE });
    await edge.listen({ port: 10350 }, { component: 'planted' }, () => {});
    await edge.connect({ address: EDGE, port: 10350 }, tester);
    world.clock.setTimeout(() => {}, 60_000, 'planted timer').cancel();
    const dispose = Promise.resolve(world[Symbol.asyncDispose]());
    await expect(dispose).rejects.toMatchObject({ code: 'SIM_ERR_LEAK' });
    const message = await dispose.catch((error: Error) => error.message);
    expect(message).toContain('planted listens on edge-1 :10350');
    expect(message).toContain(`open connection ${EDGE}:32768>${EDGE}:10350`);
    await expect.poll(() => newHandles(before)).toEqual([]);
    await expect(edge.connect({ address: EDGE, port: 1 }, tester)).rejects.toMatchObject({
      code: 'SIM_ERR_DISPOSED',
    });
  });
});
