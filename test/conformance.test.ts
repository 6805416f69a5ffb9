import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildGo, releases } from '../conformance/go.ts';
import { describeNeeding } from './needs.ts';

const COMMAND = fileURLToPath(new URL('../conformance/run.ts', import.meta.url));
const run = promisify(execFile);

// To fetch and build a release the first time takes minutes of both cores, and the newer the longer. So those are played
// that this machine has built already, and the oldest, which is the quickest to build, anyway.
const [oldest = '', ...newer] = releases();
const isBuilt = (release: string) =>
  existsSync(new URL(`../node_modules/.cache/conformance/${release}/cloud`, import.meta.url));
const played = [oldest, ...newer.filter(isBuilt)];
const left = newer.filter((release) => !isBuilt(release));

describeNeeding('go', 'conformance with the real code', () => {
  test(`docs/conformance.md says of ${played.join(', ')} what a run finds`, {
    timeout: 1_200_000,
  }, async () => {
    const folder = await buildGo('namespace');
    expect(existsSync(`${folder}/namespace`)).toBe(true);
    const chosen = played.flatMap((release) => ['--release', release]);
    // Rejects with what it printed when anything differs that nobody has explained, or that the table says otherwise.
    await run(process.execPath, [COMMAND, ...chosen], { maxBuffer: 64 * 1024 * 1024 });
  });
});

if (left.length > 0) {
  process.stderr.write(
    `[conformance] not played, since not built yet: ${left.join(', ')}; run npm run conformance\n`,
  );
}
