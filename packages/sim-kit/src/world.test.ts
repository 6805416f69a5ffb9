import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { createHttpServer, createMemoryWorld, httpRequest, listenHttp, type World } from './index.ts';

/** A toy of the real thing: fastify on the edge, a ws tunnel, a caller in the cloud, timers and link delay. */
async function tunnelToy(world: World): Promise<string[]> {
  const cloud = world.net.host({ name: 'cloud', address: '10.0.0.2' });
  const edge = world.net.host({ name: 'edge', address: '10.66.0.11', inbound: 'drop' });
  world.net.link(cloud, edge).delayMs = 20;
  const seen: string[] = [];

  let http = createHttpServer();
  const app = fastify({ pluginTimeout: 0, serverFactory: (handler) => (http = createHttpServer(handler)) });
  app.get('/stats', async () => {
    await world.clock.sleep(world.rng.fork('stats').int(1, 9));
    return { pods: [] };
  });
  await app.ready();
  world.own(await listenHttp(edge, { port: 10350, address: '127.0.0.1' }, { component: 'edged' }, http));

  const tunnels = createHttpServer();
  const sockets = new WebSocketServer({ noServer: true });
  tunnels.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (tunnel) => {
      world.own({ [Symbol.asyncDispose]: async () => tunnel.terminate() });
      tunnel.on('message', (data) => seen.push(`${world.clock.now()} cloud got ${data}`));
      for (let id = 0; id < 8; id++) tunnel.send(`get ${id}`);
    });
  });
  world.own(await listenHttp(cloud, { port: 10004 }, { component: 'cloudcore' }, tunnels));

  const socket = await edge.connect({ address: '10.0.0.2', port: 10004 }, { component: 'edgestream' });
  const tunnel = new WebSocket('ws://cloud/connect', { createConnection: () => socket });
  world.own({ [Symbol.asyncDispose]: async () => tunnel.terminate() });
  tunnel.on('message', async (message) => {
    const target = { address: '127.0.0.1', port: 10350 };
    const response = await httpRequest(edge, { target, path: '/stats', component: 'edgestream' });
    tunnel.send(`${message} ${await response.text()}`);
  });
  const pings = world.clock.setInterval(() => tunnel.ping(), 5_000);
  await world.clock.sleep(60_000);
  pings.cancel();
  return seen;
}

describe('a world on the memory net', () => {
  it('runs ws, fastify and timers unchanged, and the same for the same seed', async () => {
    const runs: string[] = [];
    for (const seed of [7, 7, 8]) {
      const world = createMemoryWorld({ seed });
      const seen = await world.run(() => tunnelToy(world));
      await world[Symbol.asyncDispose]();
      expect(seen).toHaveLength(8);
      runs.push(`${seen.join('\n')} ${world.trace.hash()}`);
    }
    expect(runs[1]).toBe(runs[0]);
    expect(runs[2]).not.toBe(runs[0]);
  });

  it('takes virtual minutes in real milliseconds', async () => {
    const world = createMemoryWorld();
    const before = performance.now();
    await world.run(() => world.clock.sleep(50 * 60_000));
    expect(performance.now() - before).toBeLessThan(1_000);
    await world[Symbol.asyncDispose]();
  });

  it('says who waits when nothing can happen any more', async () => {
    const world = createMemoryWorld();
    using _wait = world.waiting('metrics-server for edge-1');
    const run = world.run(() => new Promise(() => {}));
    await expect(run).rejects.toMatchObject({
      code: 'SIM_ERR_DEADLOCK',
      message: expect.stringContaining('metrics-server for edge-1'),
    });
  });

  it('says who waits when the virtual time allowed is over', async () => {
    const world = createMemoryWorld();
    world.clock.setInterval(() => {}, 5_000, 'ping of edge-1');
    const run = world.run(() => new Promise(() => {}), { limitMs: 60_000 });
    await expect(run).rejects.toMatchObject({
      code: 'SIM_ERR_STALLED',
      message: expect.stringContaining('ping of edge-1'),
    });
  });

  it('reports a timer, a listener and a socket left behind', async () => {
    const world = createMemoryWorld();
    await world.run(async () => {
      const host = world.net.host({ name: 'edge-1', address: '10.0.0.1' });
      world.clock.setTimeout(() => {}, 1_000, 'planted timer');
      await host.listen({ port: 10350 }, { component: 'planted' }, () => {});
      await host.connect({ address: '10.0.0.1', port: 10350 }, { component: 'planted' });
    });
    const dispose = Promise.resolve(world[Symbol.asyncDispose]());
    await expect(dispose).rejects.toMatchObject({ code: 'SIM_ERR_LEAK' });
    const message = await dispose.catch((error: Error) => error.message);
    expect(message).toContain('planted timer');
    expect(message).toContain('planted listens on edge-1 :10350');
    expect(message).toContain('open connection 10.0.0.1:32768>10.0.0.1:10350');
  });

  it('leaves no connection behind when a request cannot be sent', async () => {
    const world = createMemoryWorld();
    await world.run(async () => {
      const host = world.net.host({ name: 'edge-1', address: '10.0.0.1' });
      world.own(await listenHttp(host, { port: 10350 }, { component: 'edged' }, createHttpServer()));
      const target = { address: '10.0.0.1', port: 10350 };
      const refused = httpRequest(host, { target, path: '/not a path', component: 'tester' });
      await expect(refused).rejects.toMatchObject({ code: 'ERR_UNESCAPED_CHARACTERS' });
    });
    await world[Symbol.asyncDispose]();
  });
});
