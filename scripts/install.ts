// Installs tarballs as a user would: with plain npm, into a folder that has nothing.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Surroundings in which `node` is what commands find on PATH. */
export const environmentOf = (node: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
});

/**
 * All at once, so that npm asks no registry for a package of ours, and without peers: those are the user's own. Refuses
 * what does not run on `node`.
 */
export function install(folder: string, tarballs: readonly string[], node: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const flags = [
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--engine-strict',
    '--omit=peer',
    '--loglevel=error',
  ];
  execFileSync('npm', ['install', ...flags, ...tarballs], {
    cwd: folder,
    env: environmentOf(node),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Bytes of the files under `folder`. */
export function bytesUnder(folder: string): number {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
}
