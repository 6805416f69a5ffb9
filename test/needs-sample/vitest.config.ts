import { defineConfig } from 'vitest/config';
import { ClosingLineReporter } from '../../scripts/closing-line.ts';

/** Run by needs.test.ts only, with a docker socket that does not exist. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.sample.ts'],
    globalSetup: ['../needs.setup.ts'],
    reporters: ['verbose', new ClosingLineReporter()],
  },
});
