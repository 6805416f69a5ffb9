import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples/typescript');

/** Where each dependency of the example is in this workspace. */
const installed: Readonly<Record<string, string>> = {
  'kubeedge-sim': 'packages/scenarios',
  '@kubeedge-sim/vitest': 'packages/vitest',
  vitest: 'node_modules/vitest',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-example-'));
  cpSync(EXAMPLE, folder, { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(EXAMPLE, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  for (const name of Object.keys(devDependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, installed[name] ?? `(no place known for ${name})`), link);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the TypeScript example', () => {
  test('passes in a folder of its own', { timeout: 120_000 }, () => {
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run'], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1' },
      encoding: 'utf8',
    });
    expect({ status, stderr }, `${stdout}\n${stderr}`).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/Tests +4 passed \(4\)/);
  });

  test('holds every piece of TypeScript in docs/testing.md', () => {
    const files = globSync('test/*.ts', { cwd: EXAMPLE }).map((file) =>
      readFileSync(join(EXAMPLE, file), 'utf8'),
    );
    const document = readFileSync(join(ROOT, 'docs/testing.md'), 'utf8');
    const pieces = [...document.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, piece = '']) => piece);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.filter((piece) => !files.some((file) => file.includes(piece)))).toEqual([]);
  });
});
