// Compiles every package into its `dist`, and takes away what has no source any more.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** @throws Error when the sources do not compile; the compiler has said why on standard output */
export function build(): void {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-b'], { cwd: ROOT, stdio: 'inherit' });
  for (const file of globSync('packages/*/dist/**/*.{js,d.ts,map}', { cwd: ROOT })) {
    const source = file.replace('/dist/', '/src/').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(join(ROOT, source))) rmSync(join(ROOT, file));
  }
}

if (import.meta.main) build();
