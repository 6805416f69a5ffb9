import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../packages/scenarios/src/cli.ts';
import { examplesIn } from './doc-examples.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The kinds of trace events that the sources declare. */
function declaredKinds(): string[] {
  const sources = globSync('packages/*/src/**/*.ts', { cwd: ROOT }).map(read);
  return sources.flatMap((source) => {
    const start = source.search(/^ *(export )?interface TraceKinds \{$/m);
    return start < 0 ? [] : membersOf(source.slice(source.indexOf('{', start)));
  });
}

/** Names of the members of the interface body that `source` begins with, without those of nested types. */
function membersOf(source: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const line of source.replace(/\/\*[\s\S]*?\*\//g, '').split('\n')) {
    const name = depth === 1 ? /^ *'?([a-z][a-z.-]*)'?: /.exec(line)?.[1] : undefined;
    if (name !== undefined) names.push(name);
    depth += line.split('{').length - line.split('}').length;
    if (depth === 0) break;
  }
  return names;
}

/** The help text of a command, `''` for the program's own. */
async function help(command: string): Promise<string> {
  let out = '';
  const write = (text: string) => {
    out += text;
  };
  const args = command === '' ? ['--help'] : [command, '--help'];
  await main(args, { out: write, error: write, colour: false, columns: 100 }, AbortSignal.abort());
  return out;
}

const commandsIn = (text: string) =>
  [...text.slice(text.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name ?? '');

describe('the documents', () => {
  test('docs/trace.md lists the kinds of events that there are', () => {
    const [, kinds = ''] = read('docs/trace.md').split('\n## Kinds\n');
    const documented = [...kinds.matchAll(/^\| `([a-z.-]+)` +\|/gm)].map(([, kind = '']) => kind);
    const declared = declaredKinds();
    expect(declared.length).toBeGreaterThan(20);
    expect(documented.toSorted()).toEqual(declared.toSorted());
  });

  test.for(['README.md', 'README.zh-CN.md'])('%s names every command and option', async (file) => {
    const readme = read(file);
    const commands = commandsIn(await help(''));
    expect(commands).toContain('replay');
    const missing: string[] = [];
    for (const command of commands) {
      if (!readme.includes(`\`${command}`)) missing.push(command);
      if (command === 'help') continue;
      for (const [option] of (await help(command)).matchAll(/--[a-z-]+/g)) {
        if (!readme.includes(option)) missing.push(`${command} ${option}`);
      }
    }
    expect(missing).toEqual([]);
  });

  test.for([
    ['README.md', 'en'],
    ['README.zh-CN.md', 'zh'],
  ] as const)('%s shows the replay as it is, but for what it cuts', async ([file, lang]) => {
    let out = '';
    const write = (text: string) => {
      out += text;
    };
    const args = ['replay', 'missing-pod-metrics', '--lang', lang];
    await main(args, { out: write, error: write, colour: false, columns: 160 }, AbortSignal.abort());
    const [, capture = ''] = /^```console\n\$ npm start[^\n]*\n([\s\S]*?)^```$/m.exec(read(file)) ?? [];
    const pieces = capture.split('[…]\n');
    expect(pieces.length).toBeGreaterThan(4);
    const printed = out.replace(/ +$/gm, '');
    let from = 0;
    for (const piece of pieces) {
      const at = printed.indexOf(piece, from);
      expect(at < 0 ? piece : '').toBe('');
      from = at + piece.length;
    }
  });

  test.for(['README.md', 'README.zh-CN.md'])('the examples of %s run', (file) => {
    const printed = [...read(file).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-'], {
        cwd: join(ROOT, 'packages/scenarios'),
        input: code,
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout;
    });
    expect(printed).toEqual([
      '18.09.1 symptom engine-refuses-cadvisor\n20.10.24 healthy \n',
      "Docker 18.09.1:  []\nDocker 20.10.24: [ 'nginx' ]\n",
    ]);
  });

  test('docs/testing.md shows what is in examples/typescript', () => {
    const files = globSync('examples/typescript/test/*.ts', { cwd: ROOT }).map(read);
    const pieces = examplesIn('docs/testing.md').map(({ code }) => code);
    expect(pieces.length).toBeGreaterThan(4);
    expect(pieces.filter((piece) => !files.some((text) => text.includes(piece)))).toEqual([]);
  });

  test('docs/packages.md shows every example file, and what it prints', () => {
    const files = globSync('packages/scenarios/examples/*.ts', { cwd: ROOT }).map(read);
    const shown = examplesIn('docs/packages.md');
    expect(shown.map(({ code }) => code).toSorted()).toEqual(files.toSorted());
    expect(shown.filter(({ output }) => output === undefined)).toEqual([]);
  });

  test.for(globSync('packages/*/package.json', { cwd: ROOT }))(
    '%s has a README with an example file',
    (file) => {
      const readme = file.replace('package.json', 'README.md');
      const { name } = JSON.parse(read(file)) as { name: string };
      expect(read(readme)).toMatch(`# ${name}\n`);
      const files = globSync(['packages/*/examples/*.ts', 'examples/typescript/test/*.ts'], {
        cwd: ROOT,
      }).map(read);
      const shown = examplesIn(readme).map(({ code }) => code);
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.filter((code) => !files.some((text) => text.includes(code)))).toEqual([]);
    },
  );

  test('the packages have one version, and the changelog has an entry for it', () => {
    const manifests = globSync('packages/*/package.json', { cwd: ROOT }).map(
      (file) => JSON.parse(read(file)) as { version: string },
    );
    const versions = [...new Set(manifests.map(({ version }) => version))];
    expect(versions).toHaveLength(1);
    const entries = [...read('CHANGELOG.md').matchAll(/^## \[(.+?)\]/gm)].map(([, version]) => version);
    expect(entries.slice(0, 2)).toEqual(['Unreleased', versions[0]]);
  });

  test('docs/packages.md justifies every runtime dependency, and no other', () => {
    const used = globSync('packages/*/package.json', { cwd: ROOT }).flatMap((file) =>
      Object.keys((JSON.parse(read(file)) as { dependencies?: object }).dependencies ?? {}),
    );
    const foreign = [...new Set(used)].filter((name) => !/^(@kubeedge-sim\/|kubeedge-sim$)/.test(name));
    const [, table = ''] = read('docs/packages.md').split('\n## What they depend on\n');
    const told = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(
      ([, name = '']) => name,
    );
    expect(told.toSorted()).toEqual(foreign.toSorted());
  });
});
