import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readUpState, writeUpState } from './state-file.ts';

describe('which `up` is meant', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-state-'));
    vi.stubEnv('TMPDIR', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  const notesIn = `kubeedge-sim-${process.getuid?.() ?? 0}`;
  const urlOf = async () => (await readUpState()).control;

  it('is the latest that runs; when that ends, the one before it', async () => {
    await using _earlier = await writeUpState({ control: 'http://127.0.0.1:1', pid: process.ppid });
    const before = new Date(0);
    await utimes(join(folder, notesIn, `up-${process.ppid}.json`), before, before);
    {
      await using _later = await writeUpState({ control: 'http://127.0.0.1:2', pid: process.pid });
      expect(await urlOf()).toBe('http://127.0.0.1:2');
    }
    expect(await urlOf()).toBe('http://127.0.0.1:1');
  });

  it('is none that was killed, and its note goes with the next', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await mkdir(join(folder, notesIn));
    await writeFile(
      join(folder, notesIn, `up-${pid}.json`),
      JSON.stringify({ control: 'http://127.0.0.1:3', pid }),
    );
    await expect(readUpState()).rejects.toThrow('Looked for a running `kubeedge-sim up`, found none.');
    await using _next = await writeUpState({ control: 'http://127.0.0.1:4', pid: process.pid });
    expect(await readdir(join(folder, notesIn))).toEqual([`up-${process.pid}.json`]);
  });
});
