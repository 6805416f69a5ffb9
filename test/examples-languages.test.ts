import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { describeNeeding } from './needs.ts';

const ROOT = join(import.meta.dirname, '..');
/** A world on loopback settles in half a minute of real time; Go compiles before. */
const TIMEOUT_MS = 180_000;

/** Runs an example project's own tests, with the command of this repository. */
async function runSuite(
  folder: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
) {
  const child = spawn(command, [...args], {
    cwd: join(ROOT, 'examples', folder),
    env: {
      ...process.env,
      KUBEEDGE_SIM: `${process.execPath} ${join(ROOT, 'packages/scenarios/src/bin.ts')}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output: stdout + stderr, exitCode: await exited };
}

describeNeeding('go', 'the example in Go', ({ go }) => {
  it(
    'passes',
    async () => {
      // Nothing is to be downloaded, nor taken from an earlier run.
      const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local' };
      const { output, exitCode } = await runSuite('go', go.path, ['test', '-count=1', '-v', './...'], env);
      expect(output).toContain('--- PASS: TestPodsHaveNoMetricsWithDocker1809');
      expect(output).toContain('--- PASS: TestSummaryOverPlainHTTP');
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    },
    TIMEOUT_MS,
  );
});

describeNeeding('python3', 'the example in Python', ({ python3 }) => {
  it(
    'passes',
    async () => {
      const { output, exitCode } = await runSuite('python', python3.path, ['-m', 'unittest', '-v'], {
        PYTHONDONTWRITEBYTECODE: '1',
      });
      expect(output).toMatch(/^Ran 4 tests in .*\n+OK$/m);
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    },
    TIMEOUT_MS,
  );
});

describeNeeding('java', 'the example in Java', ({ java }) => {
  it(
    'passes',
    async () => {
      const { output, exitCode } = await runSuite('java', java.path, ['EdgeMetrics.java']);
      expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'OK\n' });
    },
    TIMEOUT_MS,
  );
});
