import { expect } from 'vitest';
import type { World } from '../world.ts';
import type { DialOptions, Endpoint, Host, ListenOptions, NetSocket } from './net.ts';

export type CreateWorld = () => World | Promise<World>;

/** Two hosts of the suite and the world they are in. */
export interface Site {
  world: World;
  cloud: Host;
  edge: Host;
}

export const CLOUD = '10.0.0.2';
export const EDGE = '10.66.0.11';
export const tester: DialOptions = { component: 'tester' };

/** Runs `body` in a new world and disposes it, which fails if `body` left anything open. */
export async function inWorld(create: CreateWorld, body: (site: Site) => Promise<void>): Promise<void> {
  const world = await create();
  try {
    await world.run(() => {
      const cloud = world.net.host({ name: 'cloud', address: CLOUD });
      return body({ world, cloud, edge: world.net.host({ name: 'edge', address: EDGE }) });
    });
  } catch (error) {
    await Promise.resolve(world[Symbol.asyncDispose]()).catch(() => {});
    throw error;
  }
  await world[Symbol.asyncDispose]();
}

/** A listener whose accepted sockets can be awaited one by one; disposed with the world. */
export async function accepting(
  world: World,
  host: Host,
  target: Parameters<Host['listen']>[0],
  options: Partial<ListenOptions> = {},
) {
  const sockets: NetSocket[] = [];
  const waiting: ((socket: NetSocket) => void)[] = [];
  const all: NetSocket[] = [];
  const listener = await host.listen(target, { component: 'server', ...options }, (socket) => {
    socket.on('error', () => {});
    all.push(socket);
    const next = waiting.shift();
    if (next === undefined) sockets.push(socket);
    else next(socket);
  });
  world.own({
    async [Symbol.asyncDispose]() {
      await listener.close();
      for (const socket of all) socket.destroy();
    },
  });
  const accepted = (): Promise<NetSocket> => {
    const ready = sockets.shift();
    return ready ? Promise.resolve(ready) : new Promise((resolve) => waiting.push(resolve));
  };
  return { listener, accepted, all };
}

/** A listener that sends everything back. */
export async function echoing(world: World, host: Host, target: Parameters<Host['listen']>[0], prefix = '') {
  const server = await host.listen(target, { component: 'echo' }, (socket) => {
    socket.on('error', () => {});
    if (prefix) socket.write(prefix);
    socket.pipe(socket);
  });
  world.own(server);
  return server;
}

/** Sends `text`, ends, and returns all that comes back. */
export async function exchange(socket: NetSocket, text: string): Promise<string> {
  const whole = readAll(socket);
  // The dialling side closes by itself when the far end does; ending first would close an echo too early.
  socket.end(text);
  return whole;
}

export async function readAll(socket: NetSocket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** Dials, says hello, returns what is said back. */
export async function greet(host: Host, target: Endpoint | { path: string }): Promise<string> {
  return exchange(await host.connect(target, tester), 'hello');
}

export function event(socket: NetSocket, name: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(name, resolve));
}

export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}
