import { describe, expect, it } from 'vitest';
import { Opened } from './opened.ts';

const closing = (log: string[], name: string, error?: Error): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    log.push(name);
    if (error !== undefined) throw error;
  },
});

describe('Opened', () => {
  it('closes the latest first, once', async () => {
    const log: string[] = [];
    const opened = new Opened();
    const first = closing(log, 'first');
    expect(opened.use(first)).toBe(first);
    opened.use(closing(log, 'second'));
    expect(opened.disposed).toBe(false);
    await Promise.all([opened[Symbol.asyncDispose](), opened[Symbol.asyncDispose]()]);
    expect(opened.disposed).toBe(true);
    expect(log).toEqual(['second', 'first']);
  });

  it('closes the others when some fail, and tells all errors', async () => {
    const log: string[] = [];
    const opened = new Opened();
    opened.use(closing(log, 'first', new Error('of the first')));
    opened.use(closing(log, 'second'));
    opened.use(closing(log, 'third', new Error('of the third')));
    await expect(opened[Symbol.asyncDispose]()).rejects.toMatchObject({
      name: 'SuppressedError',
      error: { message: 'of the first' },
      suppressed: { message: 'of the third' },
    });
    expect(log).toEqual(['third', 'second', 'first']);
  });

  it('keeps nothing once closing has begun', async () => {
    const opened = new Opened();
    await opened[Symbol.asyncDispose]();
    expect(() => opened.use(closing([], 'late'))).toThrow(ReferenceError);
  });
});
