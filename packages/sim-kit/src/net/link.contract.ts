import { describe, expect, it } from 'vitest';
import {
  accepting,
  CLOUD,
  type CreateWorld,
  echoing,
  event,
  greet,
  inWorld,
  rejection,
  tester,
} from './contract-world.test-support.ts';
import type { Host, NetSocket } from './net.ts';

const TARGET = { address: CLOUD, port: 10004 };

/** What cutting, healing and delaying a link does, on either net. */
export function linkContract(create: CreateWorld): void {
  describe('links', () => {
    it('cut silently hold what is sent, and after the heal bring it whole and in order', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const link = world.net.link(edge, cloud);
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        // On memory nothing takes time unless the line does, and the cut would come too late.
        link.delayMs = 1;
        const dialled = await edge.connect(TARGET, tester);
        const received = digest(await accepted());
        const bytes = 5 * 1024 * 1024;
        const sending = send(dialled, bytes);
        await world.clock.sleep(2);
        link.cut('silent');
        expect(link.state).toBe('silent');
        // What was past the link by then still arrives, on a busy machine's sockets in a while.
        let atCut = -1;
        for (let quiet = 0; quiet < 3; quiet += 1) {
          if (received.bytes() !== atCut) quiet = 0;
          atCut = received.bytes();
          await world.clock.sleep(20);
        }
        await world.clock.sleep(60);
        expect(received.bytes()).toBe(atCut);
        expect(atCut).toBeLessThan(bytes);
        link.heal();
        await sending;
        dialled.end();
        await received.ended;
        expect(received.bytes()).toBe(bytes);
        expect(received.inOrder()).toBe(true);
      }));

    it('cut silently tell nobody, neither of bytes nor of an end', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const link = world.net.link(cloud, edge);
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect(TARGET, tester);
        const server = await accepted();
        const seen: string[] = [];
        watch(seen, 'edge', dialled);
        watch(seen, 'cloud', server);
        link.cut('silent');
        server.write('down');
        dialled.end('up');
        await world.clock.sleep(120);
        expect(seen).toEqual([]);
        link.heal();
        await until(world, () => seen.length >= 3);
        expect([...seen].sort()).toEqual(['cloud end', 'cloud up', 'edge down']);
        const closed = event(dialled, 'close');
        server.end();
        await closed;
      }));

    it('cut by reset break open connections at both ends at once', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect(TARGET, tester);
        const server = await accepted();
        const failures = Promise.all([event(dialled, 'error'), event(server, 'error')]);
        dialled.resume();
        server.resume();
        const before = world.clock.now();
        world.net.link(edge, cloud).cut('rst');
        expect(await failures).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }]);
        // Not when TCP itself gives up, minutes later.
        expect(world.clock.now() - before).toBeLessThan(5_000);
      }));

    it('cut by reset under TLS break both ends, too', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { dialled, server } = await secured(world, cloud, edge);
        const failures = Promise.all([event(dialled, 'error'), event(server, 'error')]);
        dialled.resume();
        server.resume();
        // Node takes a reset that meets the first read after a handshake for an end.
        await world.clock.sleep(20);
        world.net.link(edge, cloud).cut('rst');
        expect(await failures).toMatchObject([{ code: 'ECONNRESET' }, { code: 'ECONNRESET' }]);
      }));

    it('under TLS carry, hold and know who is at the ends', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const link = world.net.link(edge, cloud);
        link.delayMs = 5;
        const { dialled, server } = await secured(world, cloud, edge);
        expect(dialled.connection).toBe(server.connection);
        expect(dialled.localAddress).toBe(edge.address);
        expect(dialled.localPort).toBe(server.remotePort);
        expect(dialled.remoteAddress).toBe(cloud.address);
        const seen: string[] = [];
        watch(seen, 'cloud', server);
        link.cut('silent');
        dialled.write('secret');
        await world.clock.sleep(60);
        expect(seen).toEqual([]);
        link.heal();
        await until(world, () => seen.length > 0);
        expect(seen).toEqual(['cloud secret']);
        const failed = event(dialled, 'error');
        dialled.resume();
        server.resetAndDestroy();
        expect(await failed).toMatchObject({ code: 'ECONNRESET' });
      }));

    it('cut by reset refuse dials until they are healed', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        const link = world.net.link(edge, cloud);
        link.cut('rst');
        expect(await rejection(edge.connect(TARGET, tester))).toMatchObject({ code: 'ECONNREFUSED' });
        link.heal();
        expect(await greet(edge, TARGET)).toBe('hello');
        expect(outcomes(world)).toEqual(['refused', 'open']);
      }));

    it('cut silently let dials wait for their time', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        world.net.link(edge, cloud).cut('silent');
        const before = world.clock.now();
        const error = await rejection(edge.connect(TARGET, { ...tester, timeoutMs: 80 }));
        expect(error).toMatchObject({ code: 'ETIMEDOUT' });
        expect(world.clock.now() - before).toBeGreaterThanOrEqual(79);
        const control = new AbortController();
        const dial = edge.connect(TARGET, { ...tester, signal: control.signal });
        world.clock.setTimeout(() => control.abort(new Error('enough')), 5);
        await expect(dial).rejects.toThrow('enough');
        expect(outcomes(world)).toEqual(['blackhole', 'blackhole']);
      }));

    it('let a waiting dial through with the next SYN after the heal', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        const link = world.net.link(edge, cloud);
        link.cut('silent');
        const before = world.clock.now();
        world.clock.setTimeout(() => link.heal(), 100);
        expect(await greet(edge, TARGET)).toBe('hello');
        const tookMs = world.clock.now() - before;
        expect(tookMs).toBeGreaterThanOrEqual(999);
        expect(tookMs).toBeLessThan(1_500);
        expect(outcomes(world)).toEqual(['blackhole', 'open']);
      }));

    it('delay a dial by a round trip and each way of an exchange by one way', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        await echoing(world, cloud, { port: 10004 });
        world.net.link(edge, cloud).delayMs = 30;
        const start = world.clock.now();
        const dialled = await edge.connect(TARGET, tester);
        const dialMs = world.clock.now() - start;
        dialled.write('hello');
        await event(dialled, 'data');
        const exchangeMs = world.clock.now() - start - dialMs;
        if (world.net.kind === 'memory') expect([dialMs, exchangeMs]).toEqual([60, 60]);
        else {
          expect(dialMs).toBeGreaterThanOrEqual(59);
          expect(exchangeMs).toBeGreaterThanOrEqual(59);
        }
        dialled.destroy();
      }));

    it('are cut one by one', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const other = world.net.host({ name: 'other', address: '10.66.0.12' });
        await echoing(world, cloud, { port: 10004 });
        const kept = await other.connect(TARGET, tester);
        const link = world.net.link(edge, cloud);
        for (const mode of ['silent', 'rst'] as const) {
          link.cut(mode);
          expect(await greet(other, TARGET)).toBe('hello');
          expect(await greet(cloud, TARGET)).toBe('hello');
          expect(await greet(cloud, { ...TARGET, address: '127.0.0.1' })).toBe('hello');
        }
        kept.write('still');
        expect(String(await event(kept, 'data'))).toBe('still');
        kept.destroy();
        expect(() => world.net.link(edge, edge)).toThrow(/Give two hosts/);
      }));

    it('leave nothing when the world ends while they are cut', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const { accepted } = await accepting(world, cloud, { port: 10004 });
        const dialled = await edge.connect(TARGET, tester);
        await accepted();
        const link = world.net.link(edge, cloud);
        link.delayMs = 60_000;
        dialled.write('on its way');
        link.cut('silent');
        link.delayMs = 0;
        dialled.end('held');
        dialled.destroy();
      }));

    it('are in the trace, once for each change', () =>
      inWorld(create, async ({ world, cloud, edge }) => {
        const link = world.net.link(edge, cloud);
        link.heal();
        link.cut('silent');
        link.cut('silent');
        link.delayMs = 20;
        link.heal();
        expect(() => (link.delayMs = -1)).toThrow(/at least 0/);
        const ends = { a: 'cloud', b: 'edge' };
        expect(world.trace.of('net.link').map(({ detail }) => detail)).toEqual([
          { ...ends, state: 'silent' },
          { ...ends, state: 'silent', delayMs: 20 },
          { ...ends, state: 'up', delayMs: 20 },
        ]);
      }));
  });
}

type World = Parameters<Parameters<typeof inWorld>[1]>[0]['world'];

const outcomes = (world: World) => world.trace.of('net.connect').map(({ detail }) => detail.outcome);

function watch(seen: string[], who: string, socket: NetSocket): void {
  socket.on('data', (chunk) => seen.push(`${who} ${String(chunk)}`));
  socket.on('end', () => seen.push(`${who} end`));
}

/** Polls; the test's own time limit is the bound. */
async function until(world: World, holds: () => boolean): Promise<void> {
  while (!holds()) await world.clock.sleep(10);
}

/** A TLS connection from edge to cloud. */
async function secured(world: World, cloud: Host, edge: Host) {
  const authority = await world.net.authority({ commonName: 'ca' });
  const certificate = await authority.issue({ commonName: 'cloud', ipAddresses: [CLOUD] });
  const tls = { certificate, clientAuth: 'none' } as const;
  const { accepted } = await accepting(world, cloud, { port: 10004 }, { tls });
  const dialled = await edge.connect(TARGET, {
    ...tester,
    tls: { verify: true, roots: [authority.certificate] },
  });
  return { dialled, server: await accepted() };
}

/** Writes `bytes`, each chunk of another content, as fast as the socket takes them. */
async function send(socket: NetSocket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
    if (!socket.write(Buffer.alloc(CHUNK_BYTES, sent / CHUNK_BYTES))) await event(socket, 'drain');
  }
}

const CHUNK_BYTES = 64 * 1024;

/** Reads a socket to its end and checks what {@link send} wrote. */
function digest(socket: NetSocket) {
  let bytes = 0;
  let inOrder = true;
  socket.on('data', (chunk: Buffer) => {
    for (const byte of chunk) inOrder &&= byte === (Math.floor(bytes++ / CHUNK_BYTES) & 0xff);
  });
  const ended = event(socket, 'end').then(() => socket.end());
  return { ended, bytes: () => bytes, inOrder: () => inOrder };
}
