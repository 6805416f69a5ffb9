import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentOf, install } from '../scripts/install.ts';
import { pack } from '../scripts/pack.ts';
import { formatSizes, overBudget, type Size, sizesOf } from '../scripts/sizes.ts';
import { examplesIn } from './doc-examples.ts';
import { describeNeeding } from './needs.ts';

const ROOT = join(import.meta.dirname, '..');
const PACKAGES = globSync('packages/*/package.json', { cwd: ROOT }).map((file) => basename(dirname(file)));
const EXAMPLES = globSync('packages/scenarios/examples/*.ts', { cwd: ROOT });

interface Manifest {
  name: string;
  version: string;
  type: string;
  engines: { node: string };
  exports: Record<string, string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
}

const readJson = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T;

const folder = mkdtempSync(join(tmpdir(), 'kubeedge-sim-tarballs-'));
const installed = join(folder, 'installed');
let tarballs: string[];
let sizes: Size[] = [];

beforeAll(() => {
  tarballs = pack(join(folder, 'tarballs'));
  install(installed, tarballs, process.execPath);
  sizes = sizesOf(tarballs, installed);
  // What a user of the packages has besides.
  mkdirSync(join(installed, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'msw', 'typescript', 'vitest'])
    symlinkSync(join(ROOT, 'node_modules', name), join(installed, 'node_modules', name));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Tarball, manifest and files of the package in packages/`name`. */
function packed(name: string): { tarball: string; manifest: Manifest; files: string[] } {
  const source = readJson<Manifest>(join(ROOT, 'packages', name, 'package.json'));
  const file = `${source.name.replace('@', '').replace('/', '-')}-${source.version}.tgz`;
  const tarball = join(folder, 'tarballs', file);
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const manifest = readJson<Manifest>(join(installed, 'node_modules', source.name, 'package.json'));
  return { tarball, manifest, files: files.map((path) => path.replace('package/', '')) };
}

describe.for(PACKAGES)('the tarball of packages/%s', (name) => {
  test('holds what was built, its sources, a licence and a README, and nothing of the tests', () => {
    const { files } = packed(name);
    expect(files).toEqual(expect.arrayContaining(['package.json', 'LICENSE', 'README.md', 'dist/index.js']));
    const foreign = files.filter(
      (file) => !/^(dist|src)\/|^(package\.json|LICENSE|README\.md|cluster\.schema\.json)$/.test(file),
    );
    expect(foreign).toEqual([]);
    expect(files.filter((file) => /test|contract|fixture|tsbuildinfo/.test(file))).toEqual([]);
    for (const file of files.filter((path) => path.startsWith('src/'))) {
      const built = file.replace(/^src/, 'dist').replace(/\.ts$/, '');
      expect(files).toEqual(expect.arrayContaining([`${built}.js`, `${built}.d.ts`]));
    }
  });

  test('has maps that lead to sources which it holds', () => {
    const { manifest, files } = packed(name);
    const maps = files.filter((file) => file.endsWith('.map'));
    expect(maps.filter((file) => file.endsWith('.js.map')).length).toBeGreaterThan(5);
    expect(maps.filter((file) => file.endsWith('.d.ts.map')).length).toBeGreaterThan(5);
    const leads = maps.flatMap((map) => {
      const { sources } = readJson<{ sources: string[] }>(
        join(installed, 'node_modules', manifest.name, map),
      );
      return sources.map((source) => posix.join(posix.dirname(map), source));
    });
    expect(leads.filter((source) => !files.includes(source))).toEqual([]);
  });

  test('has a manifest that points at what was built', () => {
    const { manifest, files } = packed(name);
    expect(manifest.engines).toEqual({ node: '>=22.13' });
    const targets = [...Object.values(manifest.exports), ...Object.values(manifest.bin ?? {})];
    for (const target of targets) {
      // A schema is no code, and is shipped as it is.
      expect(target).toMatch(/^\.\/(dist\/.*\.js|[\w.]+\.schema\.json)$/);
      expect(files).toContain(target.replace('./', ''));
    }
    const siblings = Object.entries(manifest.dependencies ?? {}).filter(([of]) =>
      of.includes('kubeedge-sim'),
    );
    for (const [, version] of siblings) expect(version).toBe(manifest.version);
  });

  test('is right for publint and for are-the-types-wrong', async () => {
    const bytes = readFileSync(packed(name).tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: new Uint8Array(bytes).buffer },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
    expect(analysis.types).not.toBe(false);
    // The packages are ES modules only: resolution from before `exports`, and types that say so to CommonJS, are out.
    const outOfProfile = ['node10', 'node16-cjs'];
    const problems = 'problems' in analysis ? analysis.problems : [];
    const inProfile = problems.filter(
      (problem) => !('resolutionKind' in problem && outOfProfile.includes(problem.resolutionKind)),
    );
    expect(inProfile).toEqual([]);
  });
});

test('the sizes are within their budgets', () => {
  process.stdout.write(formatSizes(sizes));
  expect(overBudget(sizes)).toEqual([]);
});

test('the declarations satisfy a strict consumer, those of what they need included', () => {
  const sources = join(installed, 'consumer');
  mkdirSync(sources);
  for (const example of EXAMPLES) copyFileSync(join(ROOT, example), join(sources, basename(example)));
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    outDir: 'built',
    rootDir: 'consumer',
  };
  writeFileSync(join(installed, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['consumer'] }));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', installed], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

describe('the project of examples/typescript', () => {
  const project = join(installed, 'typescript');
  beforeAll(() => {
    cpSync(join(ROOT, 'examples/typescript'), project, { recursive: true });
    rmSync(join(project, 'node_modules'), { recursive: true, force: true });
  });

  test('needs what is installed, and nothing else', () => {
    const { devDependencies } = readJson<{ devDependencies: Record<string, string> }>(
      join(project, 'package.json'),
    );
    const missing = Object.keys(devDependencies).filter(
      (name) => !existsSync(join(installed, 'node_modules', name)),
    );
    expect(missing).toEqual([]);
  });

  test('passes its tests', { timeout: 120_000 }, () => {
    const vitest = join(installed, 'node_modules/vitest/vitest.mjs');
    const env = { ...process.env, NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--testTimeout=60000'], {
      cwd: project,
      env,
      encoding: 'utf8',
    });
    expect({ status, stderr }, `${stdout}\n${stderr}`).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/Tests +5 passed \(5\)/);
  });

  test('is right for the compiler, matchers and fixtures included', () => {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { status, stdout } = spawnSync(tsc, ['-p', project], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

describe('on this Node', () => runsOn(process.execPath));

describeNeeding('node-22', 'on Node 22', ({ 'node-22': { path } }) => {
  runsOn(path);

  test('a seed gives the trace that it gives on this Node', async () => {
    const words = ['node_modules/.bin/kubeedge-sim', 'replay', 'missing-pod-metrics', '--json'];
    const played = await Promise.all([run(path, words), run(process.execPath, words)]);
    const hashes = played.map(({ stdout }) => (JSON.parse(stdout) as { traceHash: string }).traceHash);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes[0]).toBe(hashes[1]);
  });
});

/** What a process printed, and how it ended. */
interface Ended {
  stdout: string;
  stderr: string;
  code: number;
}

/** Runs a process in the folder of the installed packages. */
function run(command: string, args: readonly string[], env = process.env): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  execFile(command, args, { cwd: installed, env }, (error, stdout, stderr) =>
    resolve({ stdout, stderr, code: error === null ? 0 : Number(error.code) }),
  );
  return promise;
}

function runsOn(node: string): void {
  describe.concurrent('installed', () => {
    const command = (...args: string[]) => run(node, ['node_modules/.bin/kubeedge-sim', ...args]);

    test('npx finds the command', async ({ expect }) => {
      const { code, stdout } = await run(
        'npx',
        ['--no-install', 'kubeedge-sim', 'list'],
        environmentOf(node),
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/^missing-pod-metrics +/m);
    });

    test('a scenario is replayed', async ({ expect }) => {
      const words = ['replay', 'missing-pod-metrics', '--expect', 'symptom', '--json'];
      const { code, stdout } = await command(...words);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ outcome: 'symptom', net: 'memory' });
    });

    test('a matrix is played in two processes', async ({ expect }) => {
      const cells = ['--edgecore', 'v1.6.1..v1.6.2', '--docker', '18.09,20.10'];
      const { code, stdout } = await command('matrix', ...cells, '--processes', '2', '--json');
      expect(code).toBe(0);
      const played = stdout.trim().split('\n');
      const outcomes = played.map((line) => (JSON.parse(line) as { outcome: string }).outcome);
      expect(outcomes).toEqual(['symptom', 'healthy', 'healthy', 'healthy']);
    });

    test('a name that is not there ends with 2', async ({ expect }) => {
      const { code, stderr } = await command('replay', 'no-such-scenario');
      expect(code).toBe(2);
      expect(stderr).toMatch(/^Looked for scenario "no-such-scenario", found only: missing-pod-metrics/);
    });

    test('a stack names the TypeScript sources', async ({ expect }) => {
      const code = "import { encodeMessage } from '@kubeedge-sim/wire'; encodeMessage({ connectId: -1 })";
      const { stderr } = await run(node, ['--enable-source-maps', '--input-type=module', '-e', code]);
      expect(stderr).toMatch(/at encodeMessage \(.*wire\/src\/message\.ts:\d+:\d+\)/);
    });

    test('CommonJS can require the library', async ({ expect }) => {
      const code = "console.log(require('kubeedge-sim').catalog.length > 0)";
      expect((await run(node, ['--input-type=commonjs', '-e', code])).stdout).toBe('true\n');
    });

    test.for(EXAMPLES)('%s prints what docs/packages.md says', async (file, { expect }) => {
      const code = readFileSync(join(ROOT, file), 'utf8');
      const example = examplesIn('docs/packages.md').find((candidate) => candidate.code === code);
      const { stdout, stderr } = await run(node, [join('built', basename(file).replace(/ts$/, 'js'))]);
      expect(stderr).toBe('');
      expect(withoutTrailingBlanks(stdout)).toBe(example?.output);
    });
  });
}

/** kubectl pads its last column, which no document keeps. */
const withoutTrailingBlanks = (text: string) => text.replace(/ +$/gm, '');
