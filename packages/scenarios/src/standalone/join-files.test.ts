import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJoinFolder } from './join-files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-join-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const first = { ca: 'ca', certificate: 'certificate 1', key: 'key 1' };
const second = { ca: 'ca', certificate: 'certificate 2', key: 'key 2' };

it('keeps the files under the names of edgecore, for their owner only', () => {
  const files = openJoinFolder(join(folder, 'node'));
  expect(files.read()).toBeUndefined();
  files.write(first);
  expect(files.read()).toEqual(first);
  expect(readdirSync(join(folder, 'node')).sort()).toEqual(['rootCA.crt', 'server.crt', 'server.key']);
  expect(statSync(join(folder, 'node', 'server.key')).mode & 0o777).toBe(0o600);
});

it('has the old ones while the new ones cannot be written', () => {
  const files = openJoinFolder(folder);
  files.write(first);
  // Nobody can write a file where a folder is.
  mkdirSync(join(folder, 'server.crt.partial', 'in the way'), { recursive: true });
  expect(() => files.write(second)).toThrow();
  expect(files.read()).toEqual(first);
});

it('finishes what was broken off between key and certificate', () => {
  const files = openJoinFolder(folder);
  files.write(first);
  writeFileSync(join(folder, 'server.key.partial'), second.key);
  writeFileSync(join(folder, 'server.crt.partial'), second.certificate);
  // Broken off before anything was renamed: the old pair counts.
  expect(files.read()).toEqual(first);
  renameSync(join(folder, 'server.key.partial'), join(folder, 'server.key'));
  expect(files.read()).toEqual(second);
});
