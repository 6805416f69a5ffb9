import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints 'N passed, N failed, N skipped' as the last line of a run: the one line that CI reads, whatever the
 * default reporter looks like in the next vitest.
 */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failedInside = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'skipped') count.skipped += 1;
        else failedInside += 1;
      }
      // A file that cannot be loaded, or a failing hook, fails without any failed test: it still has to count.
      if (failedInside === 0 && module.state() === 'failed') failedInside = 1;
      count.failed += failedInside;
    }
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
