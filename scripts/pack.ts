// Builds every package and packs it: `node scripts/pack.ts [folder]`, by default dist/tarballs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from './build.ts';

const ROOT = join(import.meta.dirname, '..');
const PNPM = ['-y', '--prefer-offline', 'pnpm@12.21.0'];

/** Empties `folder`, which is made where it is missing, and fills it with one tarball a package; their paths. */
export function pack(folder: string): string[] {
  build();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const words = [...PNPM, '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  execFileSync('npx', words, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  return readdirSync(folder).map((file) => join(folder, file));
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(ROOT, 'dist/tarballs'));
  process.stdout.write(`${pack(folder).join('\n')}\n`);
}
