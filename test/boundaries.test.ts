import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BoundaryReport, checkBoundaries } from '../scripts/boundaries.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const PACKAGES = ['wire', 'spdy', 'sim-kit', 'cloud-sim', 'edge-sim', 'scenarios'];

/** What every package is allowed to do: no rule may fire in here. */
const CLEAN: Readonly<Record<string, string>> = {
  'wire/src/frame.ts': 'export const frame = 1;',
  'wire/src/index.ts': "export { frame } from './frame.ts';",
  'wire/src/frame.test.ts':
    "import { readFileSync } from 'node:fs';\nimport { test } from 'vitest';\ntest('t', () => { readFileSync('x'); Date.now(); setTimeout(() => {}, Math.random()); });",
  'spdy/src/index.ts':
    "import { Buffer } from 'node:buffer';\nimport { inflateRawSync } from 'node:zlib';\nexport const s = [Buffer, inflateRawSync];",
  'sim-kit/src/index.ts':
    "import { createServer } from 'node:net';\nexport const now = () => Date.now() + new Date().getTime() + Math.random();\nexport const s = [createServer, setTimeout, fetch];",
  'cloud-sim/src/index.ts':
    "import { createHash } from 'node:crypto';\nimport { createServer } from 'node:http';\nimport type { Socket } from 'node:net';\nimport { now } from '@kubeedge-sim/sim-kit';\nimport { frame } from '@kubeedge-sim/wire';\nimport { lateTest } from '@kubeedge-sim/sim-kit/testing';\nexport type S = Socket;\nexport const x = [createHash, createServer, now, frame, lateTest, new Date(0), Date.UTC(2020)];\nexport function wait(clock: { setTimeout(): void; now(): number }, setInterval: () => void) { clock.setTimeout(); clock.now(); setInterval(); }",
  'sim-kit/src/testing.ts': 'export const lateTest = 1;',
  'edge-sim/src/index.ts': "export { frame } from '@kubeedge-sim/wire';",
  'scenarios/src/index.ts': "export { x } from '@kubeedge-sim/cloud-sim';",
  'scenarios/src/cli.ts':
    "import { spawn } from 'node:child_process';\nprocess.on('SIGTERM', () => spawn('true'));",
  'scenarios/examples/late.ts': 'console.log(new Date(), Math.random());',
};

/** One crossing a file, with the rule that has to name it. */
const PLANTED: Readonly<Record<string, readonly [rule: string, source: string]>> = {
  'wire/src/module.ts': ['wire-imports-nothing', "import { Buffer } from 'node:buffer';\nexport { Buffer };"],
  'wire/src/package.ts': ['wire-imports-nothing', "import { WebSocket } from 'ws';\nexport { WebSocket };"],
  'wire/src/type.ts': [
    'wire-imports-nothing',
    "import type { Buffer } from 'node:buffer';\nexport type B = Buffer;",
  ],
  'spdy/src/module.ts': [
    'spdy-imports-zlib-only',
    "import { Duplex } from 'node:stream';\nexport { Duplex };",
  ],
  'spdy/src/sibling.ts': ['spdy-imports-zlib-only', "export { frame } from '@kubeedge-sim/wire';"],
  'sim-kit/src/sibling.ts': ['sim-kit-imports-no-sibling', "export { frame } from '@kubeedge-sim/wire';"],
  'cloud-sim/src/edge.ts': ['cloud-and-edge-stay-apart', "export { frame } from '@kubeedge-sim/edge-sim';"],
  'edge-sim/src/cloud.ts': [
    'cloud-and-edge-stay-apart',
    "import type { S } from '@kubeedge-sim/cloud-sim';\nexport type T = S;",
  ],
  'edge-sim/src/top.ts': ['nobody-imports-scenarios', "export { x } from 'kubeedge-sim';"],
  'cloud-sim/src/deep.ts': ['no-deep-imports', "export { frame } from '@kubeedge-sim/wire/src/frame.ts';"],
  'cloud-sim/src/deep-path.ts': ['no-deep-imports', "export { frame } from '../../wire/src/frame.ts';"],
  'cloud-sim/src/cycle-a.ts': ['no-cycles', "import { z } from './cycle-z.ts';\nexport const a = z;"],
  'cloud-sim/src/spawn.ts': [
    'processes-only-in-scenarios',
    "import { spawn } from 'node:child_process';\nexport { spawn };",
  ],
  ...oneEach('clock-through-the-world', {
    'date-now': 'export const x = Date.now();',
    'date-now-taken': 'export const { now } = Date;',
    'date-bare': 'export const x = new Date();',
    'date-called': 'export const x = Date();',
    timeout: 'setTimeout(() => {}, 1);',
    interval: 'setInterval(() => {}, 1);',
    immediate: 'setImmediate(() => {});',
    'timeout-global': 'globalThis.setTimeout(() => {}, 1);',
    performance: 'export const x = performance.now();',
    hrtime: 'export const x = process.hrtime.bigint();',
    'hrtime-import': "import { hrtime } from 'node:process';\nexport { hrtime };",
    'abort-timeout': 'export const x = AbortSignal.timeout(1);',
    timers: "import { setTimeout } from 'node:timers/promises';\nexport { setTimeout };",
    'timers-sync': "import { setTimeout } from 'node:timers';\nexport { setTimeout };",
    'perf-hooks': "import { performance } from 'node:perf_hooks';\nexport { performance };",
  }),
  ...oneEach('randomness-through-the-world', {
    random: 'export const x = Math.random();',
    'random-uuid': 'export const x = crypto.randomUUID();',
    'random-bytes': "import { randomBytes } from 'node:crypto';\nexport { randomBytes };",
    'crypto-whole': "import * as all from 'node:crypto';\nexport { all };",
    'crypto-default': "import all from 'node:crypto';\nexport { all };",
  }),
  ...oneEach('sockets-through-the-world', {
    fetch: "export const x = fetch('http://localhost');",
    'web-socket': "export const x = new WebSocket('ws://localhost');",
    net: "import { connect } from 'node:net';\nexport { connect };",
    'net-unprefixed': "import { connect } from 'net';\nexport { connect };",
    'net-late': "export const x = await import('node:net');",
    tls: "import { connect } from 'node:tls';\nexport { connect };",
    dgram: "import { createSocket } from 'node:dgram';\nexport { createSocket };",
    dns: "import { lookup } from 'node:dns/promises';\nexport { lookup };",
    https: "import { createServer } from 'node:https';\nexport { createServer };",
    'http-request': "import { request } from 'node:http';\nexport { request };",
    'http-get': "import { get } from 'node:http';\nexport { get };",
    'http-whole': "import * as all from 'node:http';\nexport { all };",
  }),
};

/** A cycle is reported at one of its files only, so the other half has a place of its own. */
const OTHER_HALF = { 'cloud-sim/src/cycle-z.ts': "export { a } from './cycle-a.ts';\nexport const z = 1;" };

function oneEach(rule: string, sources: Readonly<Record<string, string>>) {
  const entries = Object.entries(sources);
  return Object.fromEntries(
    entries.map(([name, code]) => [`edge-sim/src/${name}.ts`, [rule, code] as const]),
  );
}

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'boundaries-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Lays the folders out as in the repository, with its own rules, and checks them. */
async function check(name: string, files: Readonly<Record<string, string>>): Promise<BoundaryReport> {
  const root = join(scratch, name);
  for (const folder of PACKAGES) {
    const exports = { '.': './src/index.ts', './testing': './src/testing.ts' };
    await write(
      join(root, 'packages', folder, 'package.json'),
      JSON.stringify({ name: `@kubeedge-sim/${folder}`, type: 'module', exports }),
    );
    await mkdir(join(root, 'node_modules/@kubeedge-sim'), { recursive: true });
    await symlink(join(root, 'packages', folder), join(root, 'node_modules/@kubeedge-sim', folder));
  }
  for (const copied of ['boundaries.oxlintrc.json', 'scripts/oxlint/bare-date.ts']) {
    await cp(join(REPOSITORY, copied), join(root, copied));
  }
  for (const [file, source] of Object.entries(files)) await write(join(root, 'packages', file), source);
  return checkBoundaries(root);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

describe('boundaries', () => {
  test('what is allowed passes', async () => {
    const { modules, violations } = await check('clean', CLEAN);
    expect(violations).toEqual([]);
    expect(modules).toBe(Object.keys(CLEAN).length);
  });

  describe('each planted violation is found, by the name of its rule', () => {
    const rulesFound = new Map<string, Set<string>>();
    beforeAll(async () => {
      const sources = Object.entries(PLANTED).map(([file, [, source]]) => [file, source]);
      const { violations } = await check('planted', {
        ...CLEAN,
        ...OTHER_HALF,
        ...Object.fromEntries(sources),
      });
      for (const { rule, file } of violations) {
        const name = file.replace(/^packages\//, '').replace(/:\d+$/, '');
        rulesFound.set(name, (rulesFound.get(name) ?? new Set()).add(rule));
      }
    });

    test.for(Object.entries(PLANTED))('%s', ([file, [rule]]) => {
      expect([...(rulesFound.get(file) ?? [])]).toEqual([rule]);
    });

    test('and nothing else', () => {
      expect([...rulesFound.keys()].filter((file) => !(file in PLANTED))).toEqual([]);
    });
  });
});
