import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'vitest';
import { describeNeeding } from './needs.ts';

const COMMAND = fileURLToPath(new URL('../parity/run.ts', import.meta.url));
const run = promisify(execFile);

describeNeeding('metrics-server', 'the simulated metrics-server beside the real one', () => {
  test('names the same nodes and pods, with the same values, in every scenario, as docs/parity.md says', {
    timeout: 600_000,
  }, async () => {
    // Rejects with what it printed when anything differs that nobody has explained, or that the table says otherwise.
    await run(process.execPath, [COMMAND], { maxBuffer: 64 * 1024 * 1024 });
  });
});
