import { defineConfig } from 'vitest/config';

/** Run by failure.test.ts only: tests that fail. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.sample.ts'],
    reporters: ['default'],
    retry: 0,
    testTimeout: 30_000,
    sequence: { concurrent: false },
  },
});
