import { createMemoryWorld } from '@kubeedge-sim/sim-kit';
import { expect, test } from 'vitest';
import { createWorlds } from './worlds.ts';

const IDLE_MS = 60_000;
const nobody = new AbortController().signal;

test('worlds end when nobody has asked them anything for a while, unless they are at work or adopted', async () => {
  await using time = createMemoryWorld();
  const pass = (ms: number) => time.run(() => time.clock.sleep(ms));
  const reported: unknown[] = [];
  const limits = { worldsMax: 4, waitingMax: 4, idleMs: IDLE_MS };
  await using worlds = createWorlds(time.clock, limits, (error) => reported.push(error));
  const ids = () => worlds.list().map(({ id }) => id);
  const create = () => worlds.create({ settled: false }, nobody);

  const [asked, busy] = [await create(), await create()];
  await create();
  worlds.adopt('up', (await create()).simulation);
  const work = Promise.withResolvers<void>();
  const working = busy.use(() => work.promise);
  expect(ids()).toEqual(['w1', 'w2', 'w3', 'w4', 'up']);

  await pass(IDLE_MS - 1);
  worlds.find(asked.id);
  await pass(1);
  expect(ids()).toEqual(['w1', 'w2', 'up']);
  await pass(IDLE_MS);
  expect(ids()).toEqual(['w2', 'up']);

  work.resolve();
  await working;
  await pass(IDLE_MS - 1);
  expect(ids()).toEqual(['w2', 'up']);
  await pass(1);
  expect(ids()).toEqual(['up']);
  await expect(worlds.remove('up')).rejects.toMatchObject({ status: 409, code: 'not-yours' });
  expect(reported).toEqual([]);
});
