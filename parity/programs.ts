import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../scripts/build-metrics-server.sh', import.meta.url));
const BUILD_MS = 30 * 60_000;

/** The real ones by version, e.g. `v0.4.2` → path. Builds what is not built yet. @throws where there is no Go */
export async function buildPrograms(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run('bash', [SCRIPT], { timeout: BUILD_MS, maxBuffer: 64 * 1024 * 1024 });
  const versionOf = (program: string) => basename(dirname(program)).replace('metrics-server-', '');
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((program) => [versionOf(program), program]),
  );
}
