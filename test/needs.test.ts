import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** The tests of needs-sample/, some of which need the docker engine or Go, on a machine made to have neither. */
function runSample(requireAll: string) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const sample = join(ROOT, 'test/needs-sample/vitest.config.ts');
  const env = {
    ...process.env,
    DOCKER_HOST: 'unix:///nowhere/docker.sock',
    PATH: '/nowhere',
    REQUIRE_ALL: requireAll,
    NO_COLOR: '1',
  };
  return spawnSync(process.execPath, [vitest, 'run', '--config', sample], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
}

describe('a suite whose tool is missing', () => {
  test('is skipped, with the reason in its title and on a line at the start', () => {
    const { status, stdout, stderr } = runSample('0');
    expect(stderr).toContain('[needs] docker: GET /_ping on /nowhere/docker.sock: ENOENT');
    expect(stdout).toMatch(/↓ .*a suite with containers \(skipped, needs docker: GET \/_ping/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed, 2 skipped');
    expect(status).toBe(0);
  });

  test('fails under REQUIRE_ALL=1', () => {
    const { status, stdout, stderr } = runSample('1');
    expect(stderr).toContain(
      'a suite with containers: needs docker: GET /_ping on /nowhere/docker.sock: ENOENT',
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed, 1 skipped');
    expect(status).toBe(1);
  });

  test('is skipped under REQUIRE_ALL=1, too, when it is a language of the examples', () => {
    const { stdout, stderr } = runSample('1');
    expect(stderr).toContain('[needs] go: go is not on PATH; tests that need it are skipped');
    expect(stderr).toContain('[needs] curl: curl is not on PATH; tests that need it fail (REQUIRE_ALL=1)');
    expect(stdout).toMatch(/↓ .*a suite in another language \(skipped, needs go: go is not on PATH\)/);
  });
});
