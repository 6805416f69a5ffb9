import { expect, test } from 'vitest';
import { InputQueue } from './input-queue.ts';

test('hands over in order, gathers what waits, and ends after all of it', async () => {
  const seen: string[] = [];
  const taken: number[] = [];
  const ended = Promise.withResolvers<void>();
  let take = () => {};
  const queue = new InputQueue({
    write: (bytes) => {
      seen.push(Buffer.from(bytes).toString());
      return new Promise((resolve) => {
        take = resolve;
      });
    },
    done: (bytes) => taken.push(bytes),
    finish: () => ended.resolve(),
  });
  const text = 'x'.repeat(1_000);
  queue.push(Buffer.from('first'));
  for (const letter of text) queue.push(Buffer.from(letter));
  queue.end();
  queue.push(Buffer.from('too late'));
  expect(seen).toEqual(['first']);
  take();
  await expect.poll(() => seen).toEqual(['first', text]);
  take();
  await ended.promise;
  expect(taken).toEqual([5, 1_000]);
});
