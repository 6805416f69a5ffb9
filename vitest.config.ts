import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from './scripts/closing-line.ts';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['test/needs.setup.ts'],
    reporters: ['default', new ClosingLineReporter()],
    // A test that passes the second time has found a race; it must not be told to try again.
    retry: 0,
    // Memory-world tests take milliseconds; real clients and containers take seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Processes, because tests with real sockets and signals must not share one; two, because CI has two cores.
    pool: 'forks',
    maxWorkers: 2,
  },
});
